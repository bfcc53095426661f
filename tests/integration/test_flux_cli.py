"""The real flux CLI and ours agree: on what an artifact's content is, and on each other's images."""

import os
import re
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from flux.artifact.ignore import FLUX_DEFAULTS
from flux.artifact.layer import digest_of
from flux.registry import open_registry
from flux.registry.contents import contents as image_files
from tests.commands.invoking import inv, monorepo
from tests.integration.flux_cli import (
    NAMES,
    SOURCE,
    UNPACKED,
    Built,
    Prefix,
    checkout,
    contents,
    flux,
    flux_push,
)
from tests.integration.flux_cli import built as built
from tests.integration.flux_cli import images as images
from tests.registry.images import FLUX_CONFIG


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
