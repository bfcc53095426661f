"""Worlds to promote in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flux.settings import Settings
from tests.commands.promoting import PHASES, World, start
from tests.github.fixtures import RunGitHub


@pytest.fixture
def hub(tmp_path: Path, run_github: RunGitHub) -> Iterator[World]:
    with run_hub(tmp_path, run_github) as world:
        yield world


@contextmanager
def run_hub(folder: Path, run_github: RunGitHub) -> Iterator[World]:
    """On GitHub, with the registry in a folder: `eso` has 1.0.0 deployed and 1.1.0 published."""
    registry = str(folder / "registry")
    repo = start(folder, registry)
    bare = repo.bare_origin()
    with run_github(bare.path) as github:
        yield _released(World(repo, registry, github, Settings(phases=PHASES, registry=registry)))


@pytest.fixture
def local(tmp_path: Path) -> World:
    """The same without an origin: releases, issues and pull requests are the repository's own."""
    repo = start(tmp_path, ".registry")
    settings = Settings(phases=PHASES, registry=".registry")
    return _released(World(repo, ".registry", None, settings))


@pytest.fixture(params=["hub", "local"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


def _released(world: World) -> World:
    for version in ("1.0.0", "1.1.0"):
        world.release("eso", version)
    world.tag()
    return world
