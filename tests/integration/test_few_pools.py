"""A command opens at most one pool of connections to the registry, and asks origin little."""

import shlex
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.program import FluxProgram
from flux.registry.remote.proxies import Pools
from flux.registry.remote.registry import RemoteRegistry
from tests import parts
from tests.commands.invoking import monorepo
from tests.git.counted import CountedGit
from tests.repo import Repo

_MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
_ARTIFACTS = {f"artifacts/{name}/x.yaml": _MANIFEST for name in ("app", "db")}
_PUSHES = """\
on: push
jobs:
  push:
    steps:
      - run: flux push artifact oci://%s/app:$GITHUB_SHA --path=artifacts/app --source=x --revision=x
      - run: flux push artifact oci://%s/db:$GITHUB_SHA --path=artifacts/db --source=x --revision=x
"""


class Commands:
    """Runs commands in this process, and counts the pools that they open and what they ask origin."""

    def __init__(self, repo: Repo, counted: CountedGit, patch: pytest.MonkeyPatch) -> None:
        self._repo = repo
        self._counted = counted
        self._pools: list[str] = []
        open_pool = Pools._open

        def count(pools: Pools, url: str, proxy: str | None, encrypts: bool) -> Any:
            self._pools.append(url)
            return open_pool(pools, url, proxy, encrypts)

        patch.setattr(Pools, "_open", count)

    def run(self, typed: str) -> tuple[int, int]:
        """Return how many pools a command opened, and how often it asked origin."""
        self._pools.clear()
        self._counted.forget()
        FluxProgram().run(["flux-artifacts", *shlex.split(typed)], exit=False)
        return len(self._pools), len(self._counted.of("ls-remote"))

    def start_over(self, files: dict[str, str], tag: str) -> None:
        """Commit files of an earlier system in the place of the settings, and tag the commit."""
        for name in ("invoke.yaml", "tasks.py"):
            (self._repo.path / name).unlink()
        self._repo.commit("An earlier system", files=files)
        self._repo.tag(tag)
        self._repo.push("origin", "main", tag)

    def merge(self, branch: str) -> None:
        self._repo.merge(branch)
        self._repo.push()


@pytest.fixture
def prefix(registry_server: parts.Registry) -> str:
    return f"{registry_server.host}/few/{uuid4().hex}"


@pytest.fixture
def commands(tmp_path: Path, prefix: str, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Commands in a monorepo with an origin and the registry at `prefix`."""
    repo = monorepo(tmp_path / "repo", _ARTIFACTS, {"forge": "local", "registry": f"oci://{prefix}"})
    repo.bare_origin()
    counted = CountedGit.make(tmp_path / "counted")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    return Commands(repo, counted, monkeypatch)


def test_a_command_that_needs_the_registry_opens_one_pool(commands: Commands) -> None:
    pools, asked = {}, {}
    for typed in ("build", "release app 1.0.0", "publish flux-oci-app-v1.0.0", "issue flux-oci-app-v1.0.0"):
        pools[typed], asked[typed] = commands.run(typed)
    pools["promote app at"], asked["promote app at"] = commands.run("promote app at")
    commands.merge("promote/app-1.0.0")
    for typed in (
        *("status", "tag", "diff app at", "board --output site", "reconcile", "issue.sync", "rules"),
        *("issue.apply 1", "build --dry-run", "doctor"),
        *("log", "list", "changed", "rollback app at"),
    ):
        pools[typed], asked[typed] = commands.run(typed)
    without = {typed for typed, opened in pools.items() if opened == 0}
    assert without == {
        *("release app 1.0.0", "issue flux-oci-app-v1.0.0", "log", "list", "changed", "rollback app at"),
    }
    assert {typed: opened for typed, opened in pools.items() if opened > 1} == {}
    # A release asks before and after its tag is made, and for the tags and branches that there are.
    assert {typed: count for typed, count in asked.items() if count > 3} == {"release app 1.0.0": 4}


def test_observing_opens_one_pool(commands: Commands) -> None:
    config = Path("invoke.yaml")
    config.write_text(config.read_text().replace('"forge"', '"mode": "observe", "forge"'))
    opened, _ = commands.run("build")
    assert opened == 1


def test_adopting_opens_one_pool(commands: Commands, prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The tags that the registry has are read before the settings are known by which images are compared."""
    commands.run("build")
    target = RemoteRegistry(prefix, 1, None).repository("app")
    manifest = target.fetch_manifest("latest")
    assert manifest
    for tag in ("prod", "v1.0.0"):
        target.push_manifest(manifest, tag)
    commands.start_over({".github/workflows/push.yml": _PUSHES % (prefix, prefix)}, "app/v1.0.0")
    capsys.readouterr()
    opened, asked = commands.run("init --dry-run")
    assert '"prod": "1.0.0"' in capsys.readouterr().out
    assert opened == 1
    assert asked <= 4  # of the settings that there are, and of those that are proposed
