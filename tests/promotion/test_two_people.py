"""One asks, and another approves what is there now."""

from collections.abc import Collection, Mapping

import pytest

from flux.promotion.faults import MayNotAsk, MergeFault, NobodyAsked, TakenBack, Unapproved
from flux.promotion.ledger import Decision, How
from flux.promotion.refusal import NotPromoter, PromotionRefusal
from flux.promotion.two_people import Approval, faults

HEAD, OLD = "a" * 40, "b" * 40
ASKED = (Decision("bob", How.TICK, ("at", "prod"), 100, 1),)


def allowed(who: str, names: Collection[str]) -> Mapping[str, PromotionRefusal]:
    return {}


def found(*approvals: Approval, decisions: tuple[Decision, ...] = ASKED) -> list[MergeFault]:
    return faults({"at", "prod"}, decisions, {"prod"}, allowed, approvals, HEAD)


def test_somebody_else_has_to_approve_the_head() -> None:
    assert found(Approval("alice", True, HEAD)) == []
    (fault,) = found()
    assert fault == Unapproved(("prod",), ("bob",), HEAD)


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


def test_logins_have_no_case() -> None:
    asked = (Decision("Bob", How.TICK, ("prod",), 100, 1),)
    assert len(found(Approval("bob", True, HEAD), decisions=asked)) == 1


def test_no_second_person_is_asked_for_elsewhere() -> None:
    assert faults({"at"}, ASKED, {"prod"}, allowed, [], HEAD) == []
    assert faults({"at", "prod"}, ASKED, set(), allowed, [], HEAD) == []


def test_what_nobody_asked_for_is_told() -> None:
    first, _ = found(decisions=())
    assert first == NobodyAsked(("prod",))


def test_who_asked_and_may_not_any_more_is_told() -> None:
    def refused(who: str, names: Collection[str]) -> Mapping[str, PromotionRefusal]:
        return {"prod": NotPromoter("prod", ("alice",))} if who == "bob" else {}

    told = faults({"prod"}, ASKED, set(), refused, [], HEAD)
    assert told == [MayNotAsk("bob", "prod", NotPromoter("prod", ("alice",)))]


def test_what_was_taken_back_is_told_whoever_approves() -> None:
    gone = (*ASKED, Decision("carol", How.UNTICK, ("at",), 101, 1))
    assert found(Approval("alice", True, HEAD), decisions=gone) == [TakenBack("carol", "at")]


def test_each_who_asked_and_may_not_is_told_of_what_they_asked_for() -> None:
    decisions = (
        Decision("bob", How.TICK, ("at",), 1, 1),
        Decision("eve", How.TICK, ("at", "prod"), 2, 1),
        Decision("bot", How.RULE, ("tt",), 3),
    )

    def refused(who: str, names: Collection[str]) -> Mapping[str, PromotionRefusal]:
        return dict.fromkeys(names, NotPromoter(who, ()))

    told = faults(
        {"at", "prod", "tt"}, decisions, set(), refused, [], HEAD, lambda each: each.how is How.RULE
    )
    assert told == [
        MayNotAsk("bob", "at", NotPromoter("bob", ())),
        MayNotAsk("eve", "at", NotPromoter("eve", ())),
        MayNotAsk("eve", "prod", NotPromoter("eve", ())),
    ]


def test_what_lacks_an_approval_is_told_together() -> None:
    decisions = (Decision("bob", How.TICK, ("prod",), 1, 1), Decision("alice", How.TICK, ("dr",), 2, 1))
    both = {"dr", "prod"}
    approvals = [Approval(who, True, HEAD) for who in ("bob", "alice")]
    assert faults(both, decisions, both, allowed, approvals, HEAD) == [
        Unapproved(("dr", "prod"), ("alice", "bob"), HEAD, ("alice", "bob"))
    ]
    assert faults(both, (), both, allowed, [], HEAD) == [
        NobodyAsked(("dr", "prod")),
        Unapproved(("dr", "prod"), (), HEAD),
    ]
