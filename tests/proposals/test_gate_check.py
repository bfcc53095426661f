"""The check of a promotion's pull request, and what it says."""

import json

from flux.promotion.gates.gate import Gate, GateVerdict, Reason
from flux.proposals.authority import Authority
from flux.proposals.gate_check import CHECK, Rulings, tell_check
from tests.commands.progressing import followed
from tests.commands.promoting import World

WAITS = {"tt": GateVerdict((Reason(Gate.ORDER, "at1 does not have 1.1.0 yet"),))}


def test_the_check_is_set_once(world: World) -> None:
    with followed(world).opened() as monorepo:
        rulings = Rulings(monorepo, Authority(monorepo))
        for waits in (WAITS, WAITS, {}, {}):
            assert tell_check(rulings, monorepo.tip, waits) == ""
        said = [each for each in monorepo.forge.statuses(monorepo.tip) if each.context == CHECK]
    assert [(each.state, each.description) for each in said] == [
        ("failure", "tt: at1 does not have 1.1.0 yet"),
        ("success", "the rules hold"),
    ]


def test_without_rules_there_is_no_check(world: World) -> None:
    with world.opened() as monorepo:
        rulings = Rulings(monorepo, Authority(monorepo))
        assert tell_check(rulings, monorepo.tip, {}) == ""
        assert monorepo.forge.statuses(monorepo.tip) == []


def test_a_freeze_that_ended_leaves_no_red_check(world: World) -> None:
    pull = world.promote("eso", "prod_ring1", "1.1.0").pull_request
    assert pull
    for freezes, state in (([{"reason": "holidays", "by": "alice"}], "failure"), ([], "success")):
        world.change({"flux/freezes.json": json.dumps({"freezes": freezes})})
        world.sync()
        (*_, said) = world.forge().statuses(world.pull().head)
        assert (said.context, said.state) == (CHECK, state)
