"""skopeo reads what we wrote, from the folder and from the registry, and copies it with its digest.

Other tools than ours know images only by their manifests, which embed the config (`data` in its descriptor).
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests import parts
from tests.commands.invoking import inv, monorepo
from tests.conftest import need
from tests.repo import Repo

FILES = {"artifacts/a/a.yaml": "a: 1\n", "artifacts/a/b/run.sh": "#!/bin/sh\n"}


@dataclass(frozen=True)
class Place:
    """Where `inv build` pushed the artifact `a`, as skopeo spells it, less the tag."""

    images: str
    result: dict[str, Any]

    def tagged(self, tag: str) -> str:
        return f"{self.images}:{tag}"


def run(*command: str | Path) -> bytes:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def built(repo: Repo, registry: str) -> dict[str, Any]:
    done = inv(repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": registry})
    assert done.code == 0, done.said
    (result,) = done.document["artifacts"]
    return dict(result)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", FILES, {"source": "https://example.com/x"})


@pytest.fixture
def folder(repo: Repo) -> Place:
    return Place(f"oci:{repo.path}/images/a", built(repo, "images"))


@pytest.fixture
def server(repo: Repo, registry_server: parts.Registry) -> Place:
    prefix = f"{registry_server.host}/skopeo/{uuid4().hex}"
    return Place(f"docker://{prefix}/a", built(repo, f"oci://{prefix}"))


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest) -> Place:
    fixture: Place = request.getfixturevalue(request.param)
    return fixture


def manifest(skopeo: str, place: Place, tag: str) -> bytes:
    return run(skopeo, "inspect", "--raw", "--tls-verify=false", place.tagged(tag))


def test_skopeo_reads_the_manifest_under_each_tag(skopeo: str, place: Place, tmp_path: Path) -> None:
    assert place.result["tags"] == [place.result["revision"][10:22], "latest"]
    for tag in place.result["tags"]:
        raw = tmp_path / tag
        raw.write_bytes(manifest(skopeo, place, tag))
        assert run(skopeo, "manifest-digest", raw).decode().strip() == place.result["digest"]
    config = json.loads(raw.read_bytes())["config"]
    assert config["mediaType"] == "application/vnd.cncf.flux.config.v1+json"
    assert config["data"]


def test_the_folder_and_the_registry_have_the_same_image(skopeo: str, folder: Place, server: Place) -> None:
    assert folder.result["digest"] == server.result["digest"]
    assert manifest(skopeo, folder, "latest") == manifest(skopeo, server, "latest")


@pytest.mark.parametrize("there", ["oci", "docker"])
def test_a_copy_has_the_same_digest(
    skopeo: str,
    place: Place,
    there: str,
    registry_server: parts.Registry,
    tmp_path: Path,
) -> None:
    """To the other kind of place or the same, and what was copied there is to us what we pushed there."""
    registry = str(tmp_path / "copies") if there == "oci" else f"{registry_server.host}/skopeo/{uuid4().hex}"
    copies = Place(f"oci:{registry}/a" if there == "oci" else f"docker://{registry}/a", place.result)
    if there == "oci":
        (tmp_path / "copies").mkdir()
    insecure = ("--src-tls-verify=false", "--dest-tls-verify=false")
    for tag in place.result["tags"]:
        digest = tmp_path / "digest"
        copy = ("copy", "--quiet", *insecure, "--digestfile", digest)
        run(skopeo, *copy, place.tagged(tag), copies.tagged(tag))
        assert digest.read_text() == place.result["digest"]
        assert manifest(skopeo, copies, tag) == manifest(skopeo, place, tag)
    again = built(Repo(tmp_path / "repo"), registry if there == "oci" else f"oci://{registry}")
    assert again["action"] == "unchanged"
    assert again["digest"] == place.result["digest"]


def test_flux_pulls_what_skopeo_copied(
    skopeo: str, folder: Place, registry_server: parts.Registry, tmp_path: Path
) -> None:
    flux = need(parts.flux)
    copied = f"{registry_server.host}/skopeo/{uuid4().hex}/a:latest"
    run(skopeo, "copy", "--quiet", "--dest-tls-verify=false", folder.tagged("latest"), f"docker://{copied}")
    pulled = tmp_path / "pulled"
    pulled.mkdir()
    run(flux, "pull", "artifact", f"oci://{copied}", "--output", pulled)
    files = {f"artifacts/a/{path.relative_to(pulled)}": path for path in pulled.rglob("*") if path.is_file()}
    assert {name: path.read_text() for name, path in files.items()} == FILES
