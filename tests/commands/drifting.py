"""Environment tags that drift."""

from typing import Any

from tests.commands.invoking import inv
from tests.commands.releasing import status, tag
from tests.commands.tagging import FIRST, SECOND, World
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.github.fixtures import run_github as run_github


def run(world: World, *arguments: str, **env: str) -> Any:
    return inv(world.repo, "status", *arguments, env={"INVOKE_FLUX_REGISTRY": world.place.location, **env})


def settled(world: World) -> None:
    world.want(FIRST)
    tag(world.repo, registry=world.place.location)


def look(world: World, *names: str, **more: Any) -> Any:
    return status(world.repo, *names, registry=world.place.location, **more)


def drifting(world: World) -> None:
    """FIRST in place, SECOND desired, and one tag at an image that is not a version's."""
    world.want(FIRST)
    tag(world.repo, registry=world.place.location)
    world.repo.commit(files={"artifacts/db/x.yaml": "db: unreleased\n"})
    world.repo.push("origin", "HEAD:main")
    inv(world.repo, "build", "-a", "db", env={"INVOKE_FLUX_REGISTRY": world.place.location})
    target = world.open().repository("db")
    unreleased = target.fetch_manifest("latest")
    assert unreleased
    target.push_manifest(unreleased, "at_ring1")
    world.want(SECOND)
