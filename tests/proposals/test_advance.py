"""Which artifacts are on their way; what becomes of them is in tests/commands/test_progress.py."""

from flux.proposals.advance import Advance
from tests.commands.progressing import followed
from tests.commands.promoting import World


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
