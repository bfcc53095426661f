"""Moves of tags, recorded as deployments."""

import pytest

from flux.errors import ForgeError
from flux.forge.forge import Forge
from flux.promotion.gates.move import Move
from flux.proposals.deployments import Recorder
from tests.commands.progressing import followed
from tests.commands.promoting import World


def refuse(world: World) -> list[object]:
    """Let the forge of a world take no deployment. What it is asked to take is listed."""
    asked: list[object] = []

    class Refusing:
        def __init__(self, forge: Forge) -> None:
            self._forge = forge

        def __getattr__(self, name: str) -> object:
            return getattr(self._forge, name)

        def create_deployment(self, *arguments: object) -> object:
            asked.append(arguments)
            raise ForgeError("it may not")

    world.between = Refusing  # type: ignore[assignment]
    return asked


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


def test_what_cannot_be_recorded_is_told_once_for_each_reason(local: World) -> None:
    world = followed(local, phases=local.settings.phases)
    asked = refuse(world)
    world.desire(**dict.fromkeys(("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2"), "1.1.0"))
    done = world.tag()
    assert not done.failed
    assert list(map(str, done.notices)) == [
        "5 moves are not recorded, eso 1.1.0 in at_ring1 and others: it may not"
    ]
    assert len(asked) == 3, "what fails again and again is not tried for each of many"


def test_records_come_after_the_moves(local: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forge takes few writes a minute, and no environment waits for that."""
    world, seen = followed(local, phases=local.settings.phases), []
    plain = Recorder.record

    def record(recorder: Recorder, move: Move) -> None:
        seen.append({tag for tag, digest in world.tags().items() if digest == world.tags()["1.1.0"]})
        plain(recorder, move)

    monkeypatch.setattr(Recorder, "record", record)
    world.desire(at_ring1="1.1.0", prod_ring2="1.1.0")
    world.tag()
    assert len(seen) == 2
    assert all({"at_ring1", "prod_ring2"} <= tags for tags in seen)


def test_without_rules_and_clusters_nothing_is_recorded(world: World) -> None:
    world.desire(at_ring1="1.1.0")
    world.tag()
    assert world.forge().deployments("flux:eso") == []


def test_a_move_whose_record_fails_is_a_move_all_the_same(local: World) -> None:
    world = followed(local)
    refuse(world)
    world.desire(at_ring1="1.1.0")
    done = world.tag()
    assert not done.failed
    assert "eso 1.1.0 in at_ring1 is not recorded: it may not" in map(str, done.notices)
    assert world.tags()["at_ring1"] == world.tags()["1.1.0"]
