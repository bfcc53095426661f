"""The real flux CLI, and images that it and we have pushed."""

import gzip
import http.client
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.artifact.layer import digest_of
from tests import parts
from tests.commands.invoking import HOSTILE_NAMES, inv, monorepo
from tests.conftest import need
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


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The files, with their content and permissions, and the folders."""
    return {
        path.relative_to(folder).as_posix(): (
            b"" if path.is_dir() else path.read_bytes(),
            path.stat().st_mode,
        )
        for path in folder.rglob("*")
    }
