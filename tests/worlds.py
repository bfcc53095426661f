"""Worlds to promote in."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from flux.settings import Settings
from tests.commands.promoting import PHASES, World, start
from tests.github.fixtures import RunGitHub

Plant = Callable[[], World]


@pytest.fixture(scope="session")
def plant_hub(tmp_path_factory: pytest.TempPathFactory, run_github: RunGitHub) -> Iterator[Plant]:
    """Gives the world on GitHub as it is in the beginning, however often it is asked."""
    with run_hub(tmp_path_factory.mktemp("hub"), run_github) as world:
        yield _planter(world, tmp_path_factory.mktemp("seed"))


@pytest.fixture
def hub(plant_hub: Plant) -> Iterator[World]:
    world = plant_hub()
    yield world
    assert world.github
    world.github.check()


@contextmanager
def run_hub(folder: Path, run_github: RunGitHub) -> Iterator[World]:
    """On GitHub, with the registry in a folder: `eso` has 1.0.0 deployed and 1.1.0 published."""
    registry = str(folder / "registry")
    repo = start(folder, registry)
    bare = repo.bare_origin()
    with run_github(bare.path) as github:
        yield _released(World(repo, registry, github, Settings(phases=PHASES, registry=registry)))


@pytest.fixture(scope="session")
def plant_local(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    repo = start(tmp_path_factory.mktemp("local"), ".registry")
    settings = Settings(phases=PHASES, registry=".registry")
    world = _released(World(repo, ".registry", None, settings))
    return _planter(world, tmp_path_factory.mktemp("seed"))


@pytest.fixture
def local(plant_local: Plant) -> World:
    """The same without an origin: releases, issues and pull requests are the repository's own."""
    return plant_local()


@pytest.fixture(params=["hub", "local"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


def _released(world: World) -> World:
    for version in ("1.0.0", "1.1.0"):
        world.release("eso", version)
    world.tag()
    return world


def _planter(world: World, seed: Path) -> Plant:
    """Brings back all that there is now, and nothing else: in its folder, on its GitHub."""
    for repo in {world.repo, world.bare}:
        repo.git("gc", "--quiet", "--prune=now")  # a pack is copied faster than its objects
    folder, minutes = world.repo.path.parent, next(world.repo.minutes)
    shutil.copytree(folder, seed / "folder", symlinks=True)
    bring_back = world.github.snapshot() if world.github else lambda: None

    def plant() -> World:
        if world.github:
            world.github.forget()
        shutil.rmtree(folder)
        shutil.copytree(seed / "folder", folder, symlinks=True)
        bring_back()
        return replace(world, repo=world.repo.at(minutes))

    return plant
