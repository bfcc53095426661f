"""An engine with nothing in it, and the registry in a container of it."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux.commands.registry.down import Down, bring_down
from flux.commands.registry.up import Up, bring_up
from tests.commands.invoking import monorepo
from tests.engine import Engine
from tests.repo import Repo

NAME = "flux-artifacts-registry"


@pytest.fixture
def engine(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The engine that `docker` speaks to, with nothing in it before and after."""
    monkeypatch.setenv("DOCKER_HOST", docker_engine.host)
    yield docker_engine
    for container in docker_engine.docker("ps", "--all", "--quiet").split():
        docker_engine.docker("rm", "--force", container)
    for volume in volumes(docker_engine):
        docker_engine.docker("volume", "rm", volume)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    files = {"artifacts/a/a.yaml": "a: 1\n"}
    return monorepo(tmp_path / "repo", files, {"source": "https://example.com/x"})


def up(port: object = None, image: str | None = None, dry_run: bool = False) -> tuple[Up, str]:
    """What was done, and where the registry is."""
    local = bring_up(None if port is None else str(port), image, dry_run)
    return local.action, local.registry.location


def down(purge: bool = False, dry_run: bool = False) -> Down:
    return bring_down(purge, dry_run)


def answers(location: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{location.removeprefix('oci://')}/v2/"):
            return True
    except OSError:
        return False


def containers(engine: Engine) -> list[str]:
    return engine.docker("ps", "--all", "--format={{.Names}} {{.Image}} {{.State}}").splitlines()


def volumes(engine: Engine) -> list[str]:
    return engine.docker("volume", "ls", "--quiet").splitlines()
