"""Tags whose gates do not hold yet stay where they are."""

from flux.commands.promote import promote
from flux.promotion.gates.move import Move
from flux.promotion.plan import Action
from tests.commands.progressing import followed
from tests.commands.promoted import BRANCH, registry_of
from tests.commands.promoting import World


def test_what_was_merged_before_its_time_waits(world: World) -> None:
    world = followed(world)
    world.desire(tt="1.1.0", at_ring1="1.1.0")
    steps = {step.environment: step for step in world.tag().steps}
    assert steps["at_ring1"].action == Action.MOVED
    assert steps["tt"].action == Action.HELD
    assert str(steps["tt"].error).startswith("1.1.0 waits: at_ring1")
    assert steps["tt"].error
    assert "--override REASON" in steps["tt"].error.hint
    assert "tt" not in world.tags()


def test_nobody_records_a_move_that_the_rules_do_not_allow(hub: World) -> None:
    """Whoever may write can record a deployment."""
    world = followed(hub)
    world.desire(tt="1.1.0")
    manifest = registry_of(world).fetch_manifest("1.1.0")
    assert manifest
    bob = world.forge("bob")
    move = Move("eso", "tt", "1.1.0", manifest.digest, "", bob.now())
    bob.create_deployment("main", "tt", "flux:eso", move.payload, "")
    assert {step.environment: step.action for step in world.tag().steps}["tt"] == Action.HELD


def test_an_override_that_was_not_merged_counts_for_nothing(world: World) -> None:
    world = followed(world)
    with world.opened(login="alice") as monorepo:
        promote(monorepo, "eso", "tt", "1.1.0", "an incident")
    world.close()
    world.desire(tt="1.1.0")
    assert {step.environment: step.action for step in world.tag().steps}["tt"] == Action.HELD


def test_an_override_counts_for_its_environment_alone(local: World) -> None:
    world = followed(local)
    with world.opened() as monorepo:
        promote(monorepo, "eso", "tt", "1.1.0", "an incident")
    world.merge()
    world.desire(prod_ring1="1.1.0")
    steps = {step.environment: step.action for step in world.tag().steps}
    assert (steps["tt"], steps["prod_ring1"]) == (Action.MOVED, Action.HELD)


def test_an_override_that_main_was_moved_forward_to_counts(local: World) -> None:
    world = followed(local)
    with world.opened() as monorepo:
        promote(monorepo, "eso", "tt", "1.1.0", "an incident")
    world.repo.git("merge", "--quiet", "--ff-only", BRANCH)
    assert {step.environment: step.action for step in world.tag().steps}["tt"] == Action.MOVED


def test_an_override_that_was_merged_elsewhere_counts_for_nothing(hub: World) -> None:
    assert hub.github
    world = followed(hub)
    world.bare.git("branch", "elsewhere", "main")
    with world.opened(login="alice") as monorepo:
        promote(monorepo, "eso", "tt", "1.1.0", "an incident")
    hub.github.repository("octo/monorepo").pulls[0].base = "elsewhere"
    world.merge()
    world.desire(tt="1.1.0")
    assert {step.environment: step.action for step in world.tag().steps}["tt"] == Action.HELD


def test_a_rollback_waits_for_nothing(world: World) -> None:
    world.desire(prod_ring1="1.1.0")
    world.tag()
    world = followed(world)
    world.desire(prod_ring1="1.0.0")
    assert {step.environment: step.action for step in world.tag().steps}["prod_ring1"] == Action.MOVED
