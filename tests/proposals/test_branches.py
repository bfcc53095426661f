"""Whose a promotion's branch is."""

from tests.commands.promoted import BRANCH, TAG
from tests.commands.promoting import World


def test_somebody_elses_commit_stops_the_automation(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    forge = world.forge("bob")
    head = forge.branch(BRANCH)
    assert head
    commit = forge.commit([head], {"README.md": b"mine\n"}, "Mine")
    assert forge.advance_branch(BRANCH, commit)
    applied = world.apply(world.tick("prod_ring2"))
    assert applied.failed
    assert forge.branch(BRANCH) == commit
    assert any("not the automation's" in comment for comment in world.comments(world.pull().number))


def test_main_merged_into_the_branch_by_hand_stops_nothing(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    world.change({"README.md": "new\n"})
    forge = world.forge("bob")
    head, tip = forge.branch(BRANCH), world.bare.git("rev-parse", "main")
    assert head
    merge = forge.commit([head, tip], {"README.md": b"new\n"}, "Merge branch 'main' into promote/eso-1.1.0")
    assert forge.advance_branch(BRANCH, merge)
    applied = world.apply(world.tick("prod_ring2"))
    assert applied.proposed
    assert applied.proposed.action == "updated"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"
