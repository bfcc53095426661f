"""What decides beside an edit."""

from dataclasses import replace

import pytest

from tests.commands.deciding import BRANCH, TAG, proposed, said, ticked
from tests.commands.promoting import BOT, World


def test_a_tick_for_an_artifact_that_was_removed_is_taken_back(world: World) -> None:
    world.open(TAG)
    world.update()
    world.repo.remove("artifacts/eso")
    world.repo.commit("remove eso")
    if world.github:
        world.repo.push("origin", "main")
        world.github.pushed("bob")
    applied = world.apply(world.tick("prod_ring1"))
    assert applied.undone
    assert proposed(world) == ticked(world) == set()
    assert said(world, "prod_ring1", "the artifact is gone")


@pytest.mark.parametrize("who", ["trudy", "bob", "", BOT])
def test_a_job_that_is_run_again_needs_somebody_who_may(hub: World, who: str) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    world.open(TAG)
    event = replace(world.tick("prod_ring1", login="alice"), rerun_by=who)
    applied = world.apply(event)
    assert applied.failed
    assert said(world, "@alice", "ran its job again")
    world.apply(event)
    assert len([comment for comment in world.comments() if "ran its job again" in comment]) == 1
    assert proposed(world) == set()
    assert ticked(world) == {"prod_ring1"}, "it is alice's still"


def test_who_runs_a_job_again_answers_for_it(hub: World) -> None:
    hub.open(TAG)
    event = replace(hub.tick("prod_ring1", login="bob"), rerun_by="alice")
    hub.apply(event)
    assert "Requested-by: alice; tick prod_ring1;" in hub.bare.git("log", "-1", "--format=%B", BRANCH)
    hub.close()
    hub.sync()
    assert hub.apply(replace(event, rerun_by="bob")).proposed
    assert proposed(hub) == set()
