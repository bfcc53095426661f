"""Which artifacts are on their way; what becomes of them is in tests/promises/test_progress.py."""

from flux.promotion.gates.rule import Auto
from flux.proposals.advance import Advance
from flux.settings import Phase
from tests.commands.progressing import followed
from tests.commands.promoting import PHASES, World

RULE = (("auto", Auto.MINOR),)


def test_what_a_rule_may_take_further_is_in_motion(local: World) -> None:
    world = followed(local)
    with world.opened() as monorepo:
        assert Advance(monorepo).in_motion() == ["eso"]
    every = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")
    world.desire(**dict.fromkeys(every, "1.1.0"))
    with world.opened() as monorepo:
        assert Advance(monorepo).in_motion() == []


def test_one_that_fails_leaves_the_others(local: World) -> None:
    world = followed(local)
    world.release("dashboard", "0.1.0")
    world.tag()
    with world.opened() as monorepo:
        advance = Advance(monorepo)
        done = advance.advance(["nowhere", "dashboard"])
    assert [proposed.promotion.artifact for proposed in done.proposed] == ["dashboard"]


def test_an_environment_that_there_is_not_is_the_error_of_its_artifact_alone(local: World) -> None:
    ruled = local.with_(phases=(Phase("at", ("at_ring1", "at_ring2"), RULE, is_ruled=True), *PHASES[1:]))
    ruled.release("dashboard", "1.0.0")
    ruled.desire("dashboard", at_ring1="1.0.0")
    ruled.release("dashboard", "1.1.0")
    ruled.desire(prod_ring9="1.0.0")
    with ruled.opened() as monorepo:
        advanced = Advance(monorepo).advance(["eso", "dashboard"])
    ((about, error),) = advanced.errors
    assert about == "eso"
    assert "unknown environment prod_ring9" in error.message
    assert [pull.title for pull in ruled.pulls()] == ["Promote dashboard 1.1.0 to at_ring1"]
    failed = [error for _, error in ruled.reconcile().errors]
    assert [each.message for each in failed] == [error.message]


def test_no_rule_promotes_what_was_removed(local: World) -> None:
    ruled = local.with_(phases=(Phase("at", ("at_ring1", "at_ring2"), RULE, is_ruled=True), *PHASES[1:]))
    ruled.repo.remove("artifacts/eso")
    ruled.repo.commit("remove eso")
    with ruled.opened() as monorepo:
        assert Advance(monorepo).advance(["eso"]).errors == []
    assert ruled.pulls(None) == []


def test_nothing_is_done_where_a_branch_has_somebody_elses_commit(local: World) -> None:
    ruled = local.with_(phases=(Phase("at", ("at_ring1", "at_ring2"), RULE, is_ruled=True), *PHASES[1:]))
    forge = ruled.forge()
    commit = forge.commit([ruled.repo.head], {"README.md": b"mine\n"}, "Mine")
    assert forge.create_branch("promote/eso-1.1.0", commit)
    with ruled.opened() as monorepo:
        advanced = Advance(monorepo).advance(["eso"])
    assert advanced.done == []
    assert any("not the automation's" in str(notice) for notice in advanced.notices)
