"""Moves of tags, recorded as deployments."""

from flux.errors import ForgeError
from flux.forge.forge import Forge
from tests.commands.progressing import followed
from tests.commands.promoting import World


def test_a_move_is_recorded_with_its_version(world: World) -> None:
    world = followed(world)
    world.desire(at_ring1="1.1.0")
    assert not world.tag().failed
    (made,) = world.forge().deployments("flux:eso")
    assert (made.environment, made.ref) == ("at_ring1", "flux-oci-eso-v1.1.0")
    assert made.payload["digest"] == world.tags()["at_ring1"]
    assert made.payload["commit"] in world.repo.git("log", "--format=%H").splitlines()
    assert made.created - 60 < float(made.payload["moved"]) <= made.created + 1
    world.tag()
    assert len(world.forge().deployments("flux:eso")) == 1


def test_without_rules_and_clusters_nothing_is_recorded(world: World) -> None:
    world.desire(at_ring1="1.1.0")
    world.tag()
    assert world.forge().deployments("flux:eso") == []


def test_a_move_whose_record_fails_is_a_move_all_the_same(local: World) -> None:
    class Refusing:
        def __init__(self, forge: Forge) -> None:
            self._forge = forge

        def __getattr__(self, name: str) -> object:
            return getattr(self._forge, name)

        def create_deployment(self, *arguments: object) -> object:
            raise ForgeError("it may not")

    world = followed(local)
    world.between = Refusing  # type: ignore[assignment]
    world.desire(at_ring1="1.1.0")
    done = world.tag()
    assert not done.failed
    assert "eso 1.1.0 in at_ring1 is not recorded: it may not" in done.notices
    assert world.tags()["at_ring1"] == world.tags()["1.1.0"]
