"""Crane and oras accept what we wrote, in the folder and in each registry."""

import json
import subprocess
from collections.abc import Iterator
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
class Built:
    """What `inv build` pushed of the artifact `a`, and the repository or the folder that has it."""

    where: str
    result: dict[str, Any]

    @property
    def digest(self) -> str:
        return str(self.result["digest"])


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def build(repo: Repo, registry: str, where: str) -> Built:
    done = inv(repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": registry})
    assert done.code == 0, done.said
    (result,) = done.document["artifacts"]
    return Built(where, dict(result))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", FILES, {"source": "https://example.com/x"})


@pytest.fixture(scope="module", params=["docker-registry", "distribution", "crane"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[parts.Registry]:
    run_one, find = {
        "docker-registry": (parts.run_registry, parts.docker_registry),
        "distribution": (parts.run_distribution, parts.distribution),
        "crane": (parts.run_crane, parts.crane),
    }[request.param]
    need(find)
    with run_one(tmp_path_factory.mktemp("server")) as registry:
        yield registry


@pytest.fixture
def remote(repo: Repo, server: parts.Registry) -> Built:
    prefix = f"{server.host}/{uuid4().hex}"
    return build(repo, f"oci://{prefix}", f"{prefix}/a")


@pytest.fixture
def folder(repo: Repo) -> Built:
    return build(repo, "images", f"{repo.path}/images/a")


def test_crane_finds_the_image_valid(remote: Built) -> None:
    crane = need(parts.crane)
    for tag in remote.result["tags"]:
        assert run(crane, "digest", f"{remote.where}:{tag}") == remote.digest
        run(crane, "validate", "--remote", f"{remote.where}:{tag}")


def test_crane_pushes_the_folder_and_finds_it_valid(folder: Built, server: parts.Registry) -> None:
    crane = need(parts.crane)
    there = f"{server.host}/{uuid4().hex}/a"
    tags = folder.result["tags"]
    run(crane, "push", "--index", folder.where, f"{there}:all")
    entries = json.loads(run(crane, "manifest", f"{there}:all"))["manifests"]
    assert [entry["digest"] for entry in entries] == [folder.digest] * len(tags)
    run(crane, "validate", "--remote", f"{there}@{folder.digest}")


def test_oras_reads_and_unpacks_the_same_from_both(folder: Built, remote: Built, tmp_path: Path) -> None:
    oras = need(parts.oras)
    unpacked = []
    for built, flags in ((folder, ["--oci-layout"]), (remote, ["--plain-http"])):
        reference = f"{built.where}:latest"
        assert run(oras, "resolve", *flags, reference) == built.digest == folder.digest
        manifest = json.loads(run(oras, "manifest", "fetch", *flags, reference))
        (layer,) = manifest["layers"]
        output = tmp_path / f"{flags[0]}.tgz"
        source = f"{built.where}@{layer['digest']}"
        run(oras, "blob", "fetch", *flags, "--output", output, source)
        unpacked.append(run("tar", "--list", "--gzip", "--file", output))
    assert unpacked[0] == unpacked[1]
    assert {"a.yaml", "b/run.sh"} <= {name.removeprefix("./") for name in unpacked[0].splitlines()}


def test_oras_copies_with_the_same_digest(folder: Built, server: parts.Registry) -> None:
    oras = need(parts.oras)
    there = f"{server.host}/{uuid4().hex}/a:latest"
    flags = ("--from-oci-layout", "--to-plain-http")
    run(oras, "copy", *flags, f"{folder.where}:latest", there)
    assert run(oras, "resolve", "--plain-http", there) == folder.digest
