"""This repository, as it stands here, on the test GitHub, with a registry that takes its jobs' tokens."""

import base64
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from flux.registry import open_registry
from tests import parts
from tests.actions.driver import Runners
from tests.conftest import need
from tests.git import Repo
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.registry.token_service import TokenService, User, run_token_service

ROOT = Path(__file__).parents[2]
_LEFT_OUT = ("tests/", "bench/")


@dataclass
class Monorepo:
    """`repo` is somebody's clone of it; `registry` is where its images live."""

    repo: Repo
    github: GitHub
    runners: Runners
    registry: str

    def change(self, artifact: str, *, by: str = "alice") -> str:
        """Push a commit that changes an artifact."""
        path = min((self.repo.path / "artifacts" / artifact).rglob("*.yaml"))
        path.write_text(path.read_text() + "# new\n")
        commit = self.repo.commit(f"change {artifact}")
        self.push(by=by)
        return commit

    def push(self, *, by: str = "alice") -> None:
        """Push what was committed."""
        self.repo.push()
        self.github.pushed(by)

    def tags(self, artifact: str) -> dict[str, str | None]:
        """What is in the registry now, by tag."""
        target = open_registry(self.registry, Path(), jobs=1, insecure=None).repository(artifact)
        return {tag: target.resolve(tag) for tag in sorted(target.tags())}


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenService]:
    """Who may what at the registry: the tests, and each job as far as its token goes."""
    with run_token_service(tmp_path_factory.mktemp("packages"), User("tests", "tests", "")) as service:
        yield service


@pytest.fixture(scope="session")
def registry(
    run_registry: parts.RunRegistry, packages: TokenService, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[parts.Registry]:
    # By name, since cosign follows no registry to an address of loopback.
    realm = packages.auth["token"]["realm"].replace("127.0.0.1", "localhost")
    auth = {"token": {**packages.auth["token"], "realm": realm}}
    with run_registry(tmp_path_factory.mktemp("images"), auth=auth) as registry:
        yield registry


@pytest.fixture
def monorepo(
    tmp_path: Path,
    run_github: RunGitHub,
    registry: parts.Registry,
    packages: TokenService,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Monorepo]:
    act = need(parts.act)
    location = f"oci://{registry.host}/{tmp_path.name.lower().replace('_', '-')}"
    repo = Repo(tmp_path / "monorepo")
    listed = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    paths = subprocess.run(listed, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    for path in paths:
        if path and not path.startswith(_LEFT_OUT) and (ROOT / path).is_file():
            repo.write(path, (ROOT / path).read_bytes())
    settings = yaml.safe_load((repo.path / "invoke.yaml").read_text())
    settings["flux"] |= {"registry": location, "forge": "github"}
    repo.write("invoke.yaml", yaml.safe_dump(settings))
    repo.commit("start")
    origin = repo.bare_origin()
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    docker = tmp_path / "docker/config.json"
    docker.parent.mkdir()
    login = base64.b64encode(b"tests:tests").decode()
    docker.write_text(json.dumps({"auths": {registry.host: {"auth": login}}}))
    with run_github(origin.path) as github:
        variables = {"FLUX_REGISTRY_HOST": registry.host, "FLUX_UNSIGNED": "true"}
        runners = Runners(github, tmp_path / "runners", act, packages, variables)
        try:
            yield Monorepo(repo, github, runners, location)
        finally:
            runners.kill()
