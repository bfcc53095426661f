"""The check of a promotion's pull request, and what it says."""

import json

from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Behind, Gate, RolledBack
from flux.promotion.ledger import Decision, How
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.gates import reasons
from flux.proposals.authority import Authority
from flux.proposals.gate_check import RULES_CHECK, GateCheck, tell_check
from tests.commands.progressing import followed
from tests.commands.promoting import World

WAITS = {"tt": GateVerdict((Behind("at1", "1.1.0"),))}


def test_the_check_is_set_once(world: World) -> None:
    with followed(world).opened() as monorepo:
        rulings = GateCheck(monorepo, Authority(monorepo))
        for waits in (WAITS, WAITS, {}, {}):
            assert tell_check(rulings, monorepo.tip, waits) is None
        said = [each for each in monorepo.forge.statuses(monorepo.tip) if each.context == RULES_CHECK]
    assert [(each.state, each.description) for each in said] == [
        ("failure", "tt: at1 does not have 1.1.0 yet"),
        ("success", "the rules hold"),
    ]


def test_without_rules_there_is_no_check(world: World) -> None:
    with world.opened() as monorepo:
        rulings = GateCheck(monorepo, Authority(monorepo))
        assert tell_check(rulings, monorepo.tip, {}) is None
        assert monorepo.forge.statuses(monorepo.tip) == []


def test_a_freeze_that_ended_leaves_no_red_check(world: World) -> None:
    pull = world.promote("eso", "prod_ring1", "1.1.0").pull_request
    assert pull
    for freezes, state in (([{"reason": "holidays", "by": "alice"}], "failure"), ([], "success")):
        world.change({"flux/freezes.json": json.dumps({"freezes": freezes})})
        world.sync()
        (*_, said) = world.forge().statuses(world.pull().head)
        assert (said.context, said.state) == (RULES_CHECK, state)


ESO = Promotion("eso", "1.1.0")


def test_a_freeze_makes_a_promotion_wait_except_with_an_override(world: World) -> None:
    freeze = {"reason": "holidays", "by": "alice", "phase": "prod", "until": 32_503_680_000}
    world.change({"flux/freezes.json": json.dumps({"freezes": [freeze]})})
    names = ["at_ring1", "prod_ring1", "prod_ring2"]
    override = Decision("alice", How.OVERRIDE, ("prod_ring1",), 100, None, "it burns")
    changes = [VersionChange(name, "1.0.0", "1.1.0") for name in names]
    with world.opened() as monorepo:
        rulings = GateCheck(monorepo, Authority(monorepo))
        said = {name: reasons(verdict) for name, verdict in rulings.verdicts(ESO, names).items()}
        assert said == {"at_ring1": "", **dict.fromkeys(names[1:], "prod is frozen by alice: holidays")}
        assert [*rulings.waits(ESO, names, [])] == names[1:]
        assert [*rulings.waits(ESO, names, [override])] == names[2:]
        assert rulings.later(ESO, changes, []) == {*names[1:]}
        assert rulings.later(ESO, changes[1:], []) == frozenset(), "all of it waits"


def test_the_gates_are_those_of_the_artifact(hub: World) -> None:
    """Where its own version is, and its own rules."""
    world = followed(hub, clusters={})
    world.desire(at_ring1="1.1.0", at_ring2="1.1.0")
    assert not world.tag().failed

    def gates(world: World, artifact: str) -> set[Gate]:
        with world.opened() as monorepo:
            rulings = GateCheck(monorepo, Authority(monorepo))
            (verdict,) = rulings.verdicts(Promotion(artifact, "1.1.0"), ["tt"]).values()
            return {reason.gate for reason in verdict.reasons}

    assert gates(world, "eso") == {Gate.SOAK}
    assert gates(world, "dashboard") == {Gate.ORDER}
    assert gates(world.with_(rules={"eso": {"tt": (("soak", 0),)}}), "eso") == set()


def test_a_check_says_all_that_waits_as_far_as_there_is_room(hub: World) -> None:
    with followed(hub).opened() as monorepo:
        rulings = GateCheck(monorepo, Authority(monorepo))
        for name in ("w" * 113, "w" * 114):
            rulings.check(monorepo.tip, {"a": GateVerdict((Behind(name, "1.1.0"),))})
        rulings.check(monorepo.tip, {**WAITS, "prod": GateVerdict((RolledBack("tt", "1.1.0"),))})
        rulings.check("0" * 40, WAITS)  # a commit that there is not
        said = [each.description for each in monorepo.forge.statuses(monorepo.tip)]
    assert said == [
        f"a: {'w' * 113} does not have 1.1.0 yet",
        f"a: {'w' * 114} does not have 1.1.0 y…",
        "tt: at1 does not have 1.1.0 yet; prod: tt was rolled back from 1.1.0",
    ]
