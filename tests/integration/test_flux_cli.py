"""The real flux CLI and ours agree: on what an artifact's content is, and on each other's images."""

import gzip
import http.client
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flux.artifact.ignore import FLUX_DEFAULTS, excludes
from flux.artifact.image import layer_of
from flux.artifact.layer import digest_of
from flux.artifact.tree import EXECUTABLE, REGULAR, Content, File
from flux.git.clone import Clone
from flux.registry import open_registry
from flux.registry.contents import contents as image_files
from tests import parts
from tests.artifact.trees import PARTS, Tree, trees
from tests.commands.helpers import HOSTILE_NAMES, inv, monorepo
from tests.conftest import need
from tests.registry.images import FLUX_CONFIG
from tests.repo import Repo

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
NAMES = sorted(path.name for path in ARTIFACTS.iterdir() if path.is_dir())
SOURCE = "https://example.com/x"
UNPACKED = [name for name in HOSTILE_NAMES if "\\" not in name]


def flux(*arguments: str | Path, zone: str = "UTC") -> str:
    """What the flux CLI says, on either stream."""
    done = subprocess.run(
        [need(parts.flux), *arguments],
        env={**os.environ, "TZ": zone},
        umask=0o022,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def flux_push(url: str, folder: Path, commit: str, *more: str) -> None:
    of = ("--path", str(folder), "--source", SOURCE, "--revision", f"main@sha1:{commit}")
    flux("push", "artifact", f"{url}:latest", *of, "--reproducible", *more)


def checkout(repo: Repo, to: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", repo.path, to], check=True, umask=0o022)
    return to


@dataclass(frozen=True)
class Pushed:
    """An image as the registry has it."""

    document: dict[str, Any]
    digest: str
    tar: bytes

    @property
    def diff_id(self) -> str:
        return digest_of(self.tar)

    @property
    def media_types(self) -> list[str]:
        (layer,) = self.document["layers"]
        return [part["mediaType"] for part in (self.document, self.document["config"], layer)]


@dataclass(frozen=True)
class Prefix:
    """A prefix of the registry that is one test's own."""

    registry: parts.Registry
    name: str

    def url(self, artifact: str = "") -> str:
        return f"oci://{self.registry.host}/{self.name}/{artifact}"

    def image(self, artifact: str, tag: str = "latest") -> Pushed:
        manifest = self._get(f"{artifact}/manifests/{tag}")
        document = json.loads(manifest)
        layer = self._get(f"{artifact}/blobs/{document['layers'][0]['digest']}")
        return Pushed(document, digest_of(manifest), gzip.decompress(layer))

    def _get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection(self.registry.host)
        try:
            accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
            connection.request("GET", f"/v2/{self.name}/{path}", headers=accept)
            response = connection.getresponse()
            assert response.status == 200, path
            return response.read()
        finally:
            connection.close()

    def requests(self) -> list[str]:
        """Every request so far, as `METHOD path`, without queries."""
        log = self.registry.log.read_text()
        return [" ".join(pair) for pair in re.findall(rf'"(\w+) /v2/{self.name}/([^ ?]+)', log)]


@pytest.fixture
def images(registry_server: parts.Registry) -> Prefix:
    need(parts.flux)
    return Prefix(registry_server, f"flux/{uuid4().hex}")


@dataclass(frozen=True)
class Built:
    repo: Repo
    clean: Path
    images: Prefix
    results: dict[str, Any]


@pytest.fixture(scope="module")
def built(registry_server: parts.Registry, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """All of this repository's artifacts and a hostile one, committed, checked out and pushed by `inv build`.

    Neither the time zone nor the umask nor the working tree may have a say in that.
    """
    need(parts.flux)
    folder = tmp_path_factory.mktemp("built")
    images = Prefix(registry_server, f"built/{uuid4().hex}")
    repo = monorepo(folder / "repo", {}, {"source": SOURCE, "ignore": ["CHANGELOG.md"]})
    shutil.copytree(ARTIFACTS, repo.path / "artifacts")
    for name in UNPACKED:
        repo.write(
            f"artifacts/hostile/{name}", name.encode("utf-8", "surrogateescape"), executable="a" in name
        )
    for name in ("a.png", "dir.png/a.yaml", ".gitignore", "a/CHANGELOG.md", "a/b.tar.gz"):
        repo.write(f"artifacts/hostile/{name}", "never published\n")
    repo.commit()
    clean = checkout(repo, folder / "clean")
    for path in (repo.path / "artifacts").rglob("*.yaml"):
        path.chmod(0o600)
    repo.write(f"artifacts/{NAMES[0]}/uncommitted.yaml", "not in any image\n")
    environment = {
        "INVOKE_FLUX_REGISTRY": f"oci://{registry_server.host}/{images.name}",
        "TZ": "Asia/Kolkata",
    }
    done = inv(repo, "build", "--json", env=environment, umask=0o077)
    assert done.code == 0, done.said
    return Built(repo, clean, images, {result["artifact"]: result for result in done.document["artifacts"]})


@pytest.mark.parametrize("name", [*NAMES, "hostile"])
def test_our_image_has_the_content_of_flux(images: Prefix, built: Built, name: str) -> None:
    ignored = ("--ignore-paths", ",".join([*FLUX_DEFAULTS, "CHANGELOG.md"]))
    flux_push(images.url(name), built.clean / "artifacts" / name, built.repo.head, *ignored)
    ours, theirs = built.images.image(name), images.image(name)
    assert ours.tar == theirs.tar
    assert built.results[name]["diff_id"] == theirs.diff_id
    assert built.results[name]["digest"] == ours.digest
    assert ours.media_types == theirs.media_types
    assert theirs.document["config"]["digest"] == digest_of(FLUX_CONFIG)
    created = {"org.opencontainers.image.created": ANY}
    assert ours.document["annotations"] == theirs.document["annotations"] | created


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The files, with their content and permissions, and the folders."""
    return {
        path.relative_to(folder).as_posix(): (
            b"" if path.is_dir() else path.read_bytes(),
            path.stat().st_mode,
        )
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("name", [*NAMES, "hostile"])
def test_flux_pulls_what_was_committed(built: Built, name: str, tmp_path: Path) -> None:
    said = flux("pull", "artifact", f"{built.images.url(name)}:latest", "--output", tmp_path)
    assert f"source {SOURCE}" in said
    assert f"revision main@sha1:{built.repo.head}" in said
    assert built.results[name]["digest"] in said
    unpublished = re.compile(r"(.*/)?(CHANGELOG\.md|\.gitignore|dir\.png(/.*)?|a\.png|b\.tar\.gz)", re.DOTALL)
    committed = contents(built.clean / "artifacts" / name)
    expected = {path: file for path, file in committed.items() if not unpublished.fullmatch(path)}
    assert contents(tmp_path) == expected
    assert len(committed) - len(expected) == {"eso": 1, "hostile": 6}.get(name, 0)


@pytest.mark.parametrize("name", ["back\\slash", "a../b"])
def test_what_flux_cannot_unpack_is_refused(images: Prefix, tmp_path: Path, name: str) -> None:
    repo = monorepo(tmp_path / "repo", {f"artifacts/a/{name}": "x"})
    flux_push(images.url("a"), checkout(repo, tmp_path / "clean") / "artifacts" / "a", repo.head)
    with pytest.raises(AssertionError, match="tar contained invalid name"):
        flux("pull", "artifact", f"{images.url('a')}:latest", "--output", tmp_path)
    done = inv(repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": "images"})
    assert done.code == 1
    (result,) = done.document["artifacts"]
    assert result["action"] == "failed"
    assert name in result["error"]["message"]


# Trees that nobody would make

_IGNORED = [
    "a.png",
    "b.JPG",
    ".png",
    "x.tar.gz",
    "a.zip",
    ".gitignore",
    ".gitmodules",
    ".sourceignore",
    "dir.png",
]
_SIDE_BY_SIDE = ["foo", "foo.yaml", "foo-bar", "foo!", "foo\x01"]


def _git_takes(part: str) -> bool:
    return len(os.fsencode(part)) <= 255 and ".git" not in part.lower() and "git~" not in part.lower()


_NAMES = st.one_of(
    PARTS.filter(_git_takes),
    st.sampled_from(_IGNORED),
    st.sampled_from(_SIDE_BY_SIDE),
    st.sampled_from(HOSTILE_NAMES),
)
_TREES = trees(st.lists(_NAMES, min_size=1, max_size=5).map("/".join)).filter(bool)


def _tree(*paths: str) -> Tree:
    return {path: (EXECUTABLE if "x" in path else REGULAR, path.encode()[:5]) for path in paths}


@example(_tree("foo/a", "foo.yaml", "foo-bar", "foo!", "foo/b/c"))
@example(
    _tree("dir.png/a.yaml", ".gitignore/a.yaml", "a/b.gif/c/d.yaml", "A.PNG", "\n.png", "a\n.png", "a.png\n")
)
@example(
    _tree(*(f"{'d' * size}/{'f' * other}" for size in (54, 55, 100) for other in (44, 45, 99, 100, 101)))
)
@example(_tree(*("/".join([letter * 200] * 3) for letter in "ab")))
@example(_tree("x" * 255, "é" * 127, "a" * 154 + "/b", "a" * 155 + "/b", "a" * 156 + "/b"))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TREES)
def test_any_tree_has_the_content_that_flux_gives_it(images: Prefix, tree: Tree) -> None:
    with TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo")
        for path, (mode, content) in tree.items():
            ignores = path.rpartition("/")[2] in (".gitignore", ".sourceignore")
            repo.write(f"artifacts/a/{path}", b"*\n" if ignores else content, mode == EXECUTABLE)
        repo.git("add", "--all", "--force")
        commit = repo.commit()
        flux_push(images.url("a"), checkout(repo, Path(folder) / "clean") / "artifacts" / "a", commit)
        with Clone(repo.path) as repository:
            files = repository.files(commit, "artifacts/", ["a"])["a"]
            assert len(files) == len(tree)
            tar = b"".join(layer_of(files, excludes(()), lambda file: repository.open(file.oid)))
    assert tar == images.image("a").tar


_GLOBS = (
    *("*", "/*", "?", "[ab]", "*.md", "README.md", "a", "b", "docs", "/docs", "d*"),
    *("a/b", "a/**", "docs/*", "**/docs", "docs/README.md", "a/*/x.md", "a/**/x.md"),
)
_PATTERNS = st.builds(
    "{}{}{}".format, st.sampled_from(["", "!"]), st.sampled_from(_GLOBS), st.sampled_from(["", "/"])
).filter(lambda pattern: not pattern.endswith("**/"))
_PLACES = st.lists(st.sampled_from(["a", "b", "docs"]), max_size=3)
_PATHS = st.builds(
    lambda place, name: "/".join([*place, name]), _PLACES, st.sampled_from(["x.md", "README.md"])
)


@example(["*.md", "!README.md", "docs"], {"docs/README.md", "README.md", "x.md"})
@example(["a", "!a/x.md"], {"a/x.md", "a/README.md"})
@settings(max_examples=30)
@given(st.lists(_PATTERNS, min_size=1, max_size=4), st.sets(_PATHS, min_size=1, max_size=8))
def test_patterns_leave_out_what_flux_leaves_out(patterns: list[str], paths: set[str]) -> None:
    with TemporaryDirectory() as folder:
        for path in paths:
            (Path(folder, "a") / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder, "a") / path).touch()
        packed = Path(folder, "a.tgz")
        ignored = [f"--ignore-paths={pattern}" for pattern in ("", *FLUX_DEFAULTS, *patterns)]
        flux("build", "artifact", "--path", Path(folder, "a"), "--output", packed, *ignored)
        theirs = gzip.decompress(packed.read_bytes())
    files = [File(path, REGULAR, "") for path in paths]
    assert b"".join(layer_of(files, excludes(tuple(patterns)), lambda file: Content.of(b""))) == theirs


# An image that flux pushed by hand


def test_an_image_of_flux_is_recognised(images: Prefix, tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/a/a.yaml": "a: 1\n", "artifacts/a/run.sh": "#!/bin/sh\n"})
    revision = repo.head
    head = repo.commit(files={"unrelated.txt": "so that HEAD is another commit\n"})
    by_hand = ("--source", "ssh://git@example.com/y", "--revision", f"main@sha1:{head}")
    folder = checkout(repo, tmp_path / "clean") / "artifacts" / "a"
    flux("push", "artifact", f"{images.url('a')}:latest", "--path", folder, *by_hand, zone="Asia/Kolkata")
    theirs = images.image("a")

    def build() -> tuple[dict[str, Any], list[str]]:
        """The result, and what it wrote."""
        before = len(images.requests())
        done = inv(repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": images.url()})
        assert done.code == 0, done.said
        (result,) = done.document["artifacts"]
        requests = images.requests()[before:]
        return result, [request for request in requests if not request.startswith(("GET ", "HEAD "))]

    result, written = build()
    assert result == {
        "artifact": "a",
        "repository": images.url("a").removeprefix("oci://"),
        "digest": theirs.digest,
        "diff_id": theirs.diff_id,
        "revision": f"main@sha1:{revision}",
        "tags": [revision[:12], "latest"],
        "action": "tagged",
    }
    assert written == [f"PUT a/manifests/{revision[:12]}"]
    assert images.image("a", revision[:12]).digest == images.image("a").digest == theirs.digest

    result, written = build()
    assert (result["action"], result["digest"], written) == ("unchanged", theirs.digest, [])


def test_flux_lists_and_tags_our_images(built: Built) -> None:
    name = NAMES[0]
    flux("tag", "artifact", f"{built.images.url(name)}:latest", "--tag", "prod_ring1")
    assert built.images.image(name, "prod_ring1").digest == built.results[name]["digest"]
    listed = flux("list", "artifacts", built.images.url(name))
    rows = {line.split()[0].rpartition(":")[2]: line.split()[1:] for line in listed.splitlines()[1:]}
    assert rows.keys() >= {"latest", "prod_ring1", built.repo.head[:12]}
    assert rows["latest"] == [built.results[name]["digest"], SOURCE, f"main@sha1:{built.repo.head}"]


# The files of an image, whoever pushed it


def test_the_files_of_an_image_are_those_that_flux_unpacks(
    images: Prefix, built: Built, tmp_path: Path
) -> None:
    flux_push(images.url("hostile"), built.clean / "artifacts" / "hostile", built.repo.head)
    for number, prefix in enumerate((images, built.images)):
        to = tmp_path / str(number)
        to.mkdir()
        flux("pull", "artifact", f"{prefix.url('hostile')}:latest", "--output", to)
        registry = open_registry(prefix.url(), Path("/"), jobs=1, insecure=None)
        target = registry.repository("hostile")
        manifest = target.fetch_manifest("latest")
        assert manifest
        unpacked = {
            os.fsencode(path.relative_to(to)).decode("utf-8", "surrogateescape"): path.read_bytes()
            for path in to.rglob("*")
            if path.is_file()
        }
        assert image_files(target, manifest) == unpacked
        assert len(unpacked) >= len(UNPACKED)


def test_an_image_of_flux_is_compared_with_ours(images: Prefix, tmp_path: Path) -> None:
    files = {f"artifacts/a/{name}": f"{name} 1\n" for name in ("kept.yaml", "changed.yaml", "gone.yaml")}
    repo = monorepo(tmp_path / "repo", files, {"phases": {"prod": ["prod_ring1", "prod_ring2"]}})
    clean = checkout(repo, tmp_path / "clean") / "artifacts" / "a"
    flux_push(images.url("a"), clean, repo.head)
    flux("tag", "artifact", f"{images.url('a')}:latest", "--tag", "prod_ring1", "--tag", "0.9.0")
    repo.remove("artifacts/a/gone.yaml")
    repo.write("artifacts/a/changed.yaml", "changed.yaml 2\n")
    repo.commit(files={"artifacts/a/new/x.yaml": "x: 1\n"})
    repo.tag("flux-oci-a-v1.0.0")
    environment = {"INVOKE_FLUX_REGISTRY": images.url()}
    assert inv(repo, "publish", "flux-oci-a-v1.0.0", env=environment).code == 0
    before = images.requests()
    done = inv(repo, "diff", "a", "prod", env=environment)
    assert done.code == 0, done.said
    asked = images.requests()[len(before) :]
    assert not [request for request in asked if not request.startswith(("GET ", "HEAD "))]
    both = """\
diff --git a/changed.yaml b/changed.yaml
--- a/changed.yaml
+++ b/changed.yaml
@@ -1 +1 @@
-changed.yaml 1
+changed.yaml 2
diff --git a/gone.yaml b/gone.yaml
deleted file mode 100644
--- a/gone.yaml
+++ /dev/null
@@ -1 +0,0 @@
-gone.yaml 1
diff --git a/new/x.yaml b/new/x.yaml
new file mode 100644
--- /dev/null
+++ b/new/x.yaml
@@ -0,0 +1 @@
+x: 1
"""
    first, second = done.out.split("a in prod_ring2: nothing -> 1.0.0\n")
    assert first == f"a in prod_ring1: 0.9.0 -> 1.0.0\n{both}"
    assert second.count("new file mode") == 3
    # The other way round: what flux pushed is a version like any other.
    flux("tag", "artifact", f"{images.url('a')}:1.0.0", "--tag", "prod_ring2")
    done = inv(repo, "diff", "a", "prod_ring2", "--version", "0.9.0", env=environment)
    assert done.out.startswith("a in prod_ring2: 1.0.0 -> 0.9.0\ndiff --git a/changed.yaml b/changed.yaml\n")
