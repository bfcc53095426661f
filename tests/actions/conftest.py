"""This repository, as it stands here, on the test GitHub, with a registry that takes its jobs' tokens."""

import base64
import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from github.Issue import Issue
from github.PullRequest import PullRequest

from flux.artifact.source_url import https_url
from flux.promotion.boxes import mark
from flux.registry import open_registry
from flux.settings import Phase, Settings
from tests import parts
from tests.actions.driver import Runners
from tests.actions.locks import read_lock
from tests.commands.promoting import World
from tests.conftest import need
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.registry.token_service import TokenService, User, run_token_service
from tests.repo import Repo

ROOT = Path(__file__).parents[2]
LOCKS = (".github/actions/setup/requirements.txt", ".ci/build.txt")
_LEFT_OUT = ("tests/", "bench/")


@dataclass
class Monorepo:
    """`repo` is somebody's clone of it; `registry` is where its images live.

    What people do here comes with the events that it makes; `runners.settle` runs what they start.
    """

    repo: Repo
    github: GitHub
    runners: Runners
    registry: str
    branch: str = "main"

    def change(self, artifact: str, *, by: str = "alice") -> str:
        """Push a commit that changes an artifact."""
        self.update()
        path = min((self.repo.path / "artifacts" / artifact).rglob("*.yaml"))
        path.write_text(path.read_text() + "# new\n")
        commit = self.repo.commit(f"change {artifact}")
        self.push(by=by)
        return commit

    def prepare(self, files: Mapping[str, str]) -> None:
        """Change files of the repository before anything happens."""
        self.repo.commit("prepare", files=files)
        self.push()
        self.runners.skip()

    def update(self) -> None:
        """Bring the clone to the tip."""
        self.repo.git("fetch", "--quiet", "origin")
        self.repo.git("reset", "--quiet", "--hard", f"origin/{self.branch}")

    def push(self, *, by: str = "alice") -> None:
        """Push what was committed."""
        self.repo.push()
        self.github.pushed(by)

    def release(self, tag: str, *, token: str | None = None) -> None:
        """Release the tip."""
        repo = self.github.repo_with(token or self.github.token("alice"))
        prerelease = "-rc." in tag
        latest = "false" if prerelease else "true"
        repo.create_git_release(
            tag, tag, "", prerelease=prerelease, target_commitish="main", make_latest=latest
        )

    def issue(self, number: int = 1) -> Issue:
        return self.github.repo_as("alice").get_issue(number)

    def tick(self, *names: str, by: str = "bob", issue: int = 1, tick: bool = True) -> None:
        found = self.github.repo_as(by).get_issue(issue)
        found.edit(body=mark(found.body, dict.fromkeys(names, tick)))

    def pulls(self, state: str = "open") -> list[PullRequest]:
        return list(self.github.repo_as("alice").get_pulls(state))

    def merge(self, *, token: str | None = None) -> None:
        """Merge the one pull request there is."""
        (pull,) = self.github.repo_with(token or self.github.token("alice")).get_pulls("open")
        pull.merge()

    def desired(self, ref: str = "main") -> dict[str, dict[str, str]]:
        """The desired state on a branch."""
        self.repo.git("fetch", "--quiet", "origin")
        found: dict[str, dict[str, str]] = json.loads(
            self.repo.git("show", f"origin/{ref}:flux/releaseconfig.json")
        )
        return found

    def tags(self, artifact: str) -> dict[str, str | None]:
        """What is in the registry now, by tag."""
        target = open_registry(self.registry, Path(), jobs=1, insecure=None).repository(artifact)
        return {tag: target.resolve(tag) for tag in sorted(target.tags())}

    def published(self, *tags: str) -> None:
        """Release, publish and open the issues without a runner, for tests that begin there."""
        phases = tuple(Phase(name, tuple(group)) for name, group in self._settings["phases"].items())
        settings = Settings(
            registry=self.registry,
            phases=phases,
            ignore=tuple(self._settings["ignore"]),
            source=https_url(f"{self.github.url}/octo/monorepo"),  # as it is to a job's clone
        )
        world = World(self.repo, self.registry, self.github, settings)
        for tag in tags:
            self.change("eso")
            self.release(tag)
            world.publish(tag)
            world.open(tag)
        self.runners.skip()

    @property
    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = yaml.safe_load((self.repo.path / "invoke.yaml").read_text())["flux"]
        return settings


def _as_installed(lock: str) -> str:
    """A lock with the versions that are here, since there is no index to have others from."""
    lines = []
    for pin in read_lock(lock):
        with suppress(PackageNotFoundError):
            marker = f" ; {pin.requirement.marker}" if pin.requirement.marker else ""
            lines.append(f"{pin.name}=={distribution(pin.name).version}{marker} {pin.hashes[0]}\n")
    return "".join(lines)


def copy_repository(folder: Path) -> None:
    """This repository as it stands here, with locks that can be installed without an index."""
    listed = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    paths = subprocess.run(listed, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    for path in paths:
        if path and not path.startswith(_LEFT_OUT) and (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes((ROOT / path).read_bytes())
    for lock in LOCKS:
        (folder / lock).write_text(_as_installed((ROOT / lock).read_text()))


def log_in(folder: Path, host: str, login: str) -> Path:
    """A folder for DOCKER_CONFIG in which somebody is logged in there, as `user:password`."""
    folder.mkdir()
    auth = base64.b64encode(login.encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
    return folder


@pytest.fixture(scope="session", autouse=True)
def hangup() -> Iterator[None]:
    """Act gives each step a terminal of its own: killed, it ends its steps by hanging up, which they would
    ignore under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


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
    copy_repository(repo.path)
    settings = yaml.safe_load((repo.path / "invoke.yaml").read_text())
    settings["flux"] |= {"registry": location, "forge": "github"}
    repo.write("invoke.yaml", yaml.safe_dump(settings))
    repo.commit("start")
    origin = repo.bare_origin()
    monkeypatch.setenv("DOCKER_CONFIG", str(log_in(tmp_path / "docker", registry.host, "tests:tests")))
    with run_github(origin.path) as github:
        variables = {"FLUX_REGISTRY_HOST": registry.host, "FLUX_UNSIGNED": "true"}
        runners = Runners(github, tmp_path / "runners", act, packages, variables)
        try:
            yield Monorepo(repo, github, runners, location)
        finally:
            runners.kill()
