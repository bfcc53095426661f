"""One asks, and another approves what is there now."""

from collections.abc import Collection, Mapping

import pytest

from flux.promotion.ledger import Decision, How
from flux.promotion.two_people import Approval, faults

HEAD, OLD = "a" * 40, "b" * 40
ASKED = (Decision("bob", How.TICK, ("at", "prod"), 100, 1),)


def allowed(who: str, names: Collection[str]) -> Mapping[str, str]:
    return {}


def found(*approvals: Approval, decisions: tuple[Decision, ...] = ASKED) -> list[str]:
    return faults({"at", "prod"}, decisions, {"prod"}, allowed, approvals, HEAD)


def test_somebody_else_has_to_approve_the_head() -> None:
    assert found(Approval("alice", True, HEAD)) == []
    (fault,) = found()
    assert fault == f"prod: asked for by bob, and nobody else has approved {HEAD[:12]}"


@pytest.mark.parametrize(
    "approvals",
    [
        [Approval("bob", True, HEAD)],
        [Approval("BOB", True, HEAD)],
        [Approval("alice", True, OLD)],
        [Approval("alice", False, HEAD)],
        [Approval("alice", True, HEAD), Approval("alice", False, HEAD)],
    ],
)
def test_what_is_no_approval_of_somebody_else(approvals: list[Approval]) -> None:
    assert len(found(*approvals)) == 1


def test_no_second_person_is_asked_for_elsewhere() -> None:
    assert faults({"at"}, ASKED, {"prod"}, allowed, [], HEAD) == []
    assert faults({"at", "prod"}, ASKED, set(), allowed, [], HEAD) == []


def test_what_nobody_asked_for_is_told() -> None:
    first, _ = found(decisions=())
    assert first == "nobody is recorded to have asked for prod"


def test_who_asked_and_may_not_any_more_is_told() -> None:
    def refused(who: str, names: Collection[str]) -> Mapping[str, str]:
        return {"prod": "the promoters of prod are alice"} if who == "bob" else {}

    told = faults({"prod"}, ASKED, set(), refused, [], HEAD)
    assert told == ["bob asked for prod, and may not: the promoters of prod are alice"]


def test_what_was_taken_back_is_told_whoever_approves() -> None:
    gone = (*ASKED, Decision("carol", How.UNTICK, ("at",), 101, 1))
    assert found(Approval("alice", True, HEAD), decisions=gone) == ["carol has taken back at"]


def test_each_who_asked_and_may_not_is_told_of_what_they_asked_for() -> None:
    decisions = (
        Decision("bob", How.TICK, ("at",), 1, 1),
        Decision("eve", How.TICK, ("at", "prod"), 2, 1),
        Decision("bot", How.RULE, ("tt",), 3),
    )

    def refused(who: str, names: Collection[str]) -> Mapping[str, str]:
        return dict.fromkeys(names, f"not {who}")

    told = faults(
        {"at", "prod", "tt"}, decisions, set(), refused, [], HEAD, lambda each: each.how is How.RULE
    )
    assert told == [
        "bob asked for at, and may not: not bob",
        "eve asked for at, and may not: not eve",
        "eve asked for prod, and may not: not eve",
    ]


def test_what_lacks_an_approval_is_told_together() -> None:
    decisions = (Decision("bob", How.TICK, ("prod",), 1, 1), Decision("alice", How.TICK, ("dr",), 2, 1))
    both, head = {"dr", "prod"}, HEAD[:12]
    approvals = [Approval(who, True, HEAD) for who in ("bob", "alice")]
    assert faults(both, decisions, both, allowed, approvals, HEAD) == [
        f"dr, prod: asked for by alice, bob, and nobody else has approved {head}; alice, bob asked for it too"
    ]
    assert faults(both, (), both, allowed, [], HEAD) == [
        "nobody is recorded to have asked for dr, prod",
        f"dr, prod: asked for by nobody, and nobody else has approved {head}",
    ]
