"""Versions in environments, to compare with others."""

from typing import Any

from tests.commands.invoking import inv
from tests.commands.releasing import tag
from tests.commands.tagging import FIRST, World
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


def run(world: World, *arguments: str, **env: str) -> Any:
    return inv(world.repo, "diff", *arguments, env={"INVOKE_FLUX_REGISTRY": world.place.location, **env})


def settle(world: World) -> None:
    world.want(FIRST)
    tag(world.repo, registry=world.place.location)
