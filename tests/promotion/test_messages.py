"""What commits say counts for the artifact and the environment that they speak of."""

from collections.abc import Sequence

import pytest

from flux.promotion.ledger import Decision, How
from flux.promotion.messages import Messages
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import commit_message

MERGE = "Merge pull request #7 from octo/both\n\nBoth"


def asks(who: str, *environments: str, time: int = 5, how: How = How.TICK) -> Decision:
    return Decision(who, how, environments, time, issue=3)


def promotes(artifact: str, *decisions: Decision, to: Sequence[str] = ("at",), rollback: bool = False) -> str:
    return commit_message(Promotion(artifact, "1.0.0"), to, rollback, decisions)


BOTH = (promotes("app", asks("alice", "at"), asks("bob", "prod")), promotes("db", asks("carol", "at")))
SQUASHED = "Both (#7)\n\n* " + "\n* ".join(BOTH)


@pytest.mark.parametrize("messages", [(MERGE, *BOTH), (SQUASHED,), (SQUASHED.replace("\n", "\r\n"),)])
def test_several_promotions_in_one_change(messages: Sequence[str]) -> None:
    found = Messages(messages)
    assert found.pull in (7, None)
    assert found.asked("app", "at") == ("alice",)
    assert found.asked("app", "prod") == ("bob",)
    assert found.asked("db", "at") == ("carol",)
    assert found.asked("db", "prod") == found.asked("other", "at") == ()


def test_who_withdrew_a_request_did_not_ask() -> None:
    said = [asks("alice", "at", "prod"), asks("bob", "at", time=6), asks("bob", "at", time=7, how=How.UNTICK)]
    found = Messages([promotes("app", *said), promotes("app", asks("carol", "at", time=8))])
    assert found.asked("app", "at") == ("carol",)
    assert found.asked("app", "prod") == ("alice",)


def test_a_rule_counts_until_somebody_withdraws_it() -> None:
    said = [asks("bot", "at", "prod", how=How.RULE), asks("bob", "at", time=7, how=How.UNTICK)]
    found = Messages([promotes("app", *said), promotes("app", asks("carol", "at", time=8))])
    assert (found.is_by_rule("app", "prod"), found.asked("app", "prod")) == (True, ("bot",))
    assert (found.is_by_rule("app", "at"), found.asked("app", "at")) == (False, ("carol",))
    assert not found.is_by_rule("db", "prod")


def test_by_hand_it_counts_for_all() -> None:
    assert Messages(["Bump\n\nBy-name: ann\nRequested-by: bob"]).asked("app", "at") == ("ann", "bob")
    assert Messages([]).asked("app", "at") == ()


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((promotes("app", rollback=True),), True),
        ((promotes("app"),), False),
        ((MERGE, promotes("db", rollback=True)), False),
        ((MERGE, promotes("db", rollback=True), promotes("app", rollback=True)), True),
        (("Please (#9)\n\n* " + promotes("app", rollback=True),), True),
        (('Revert "Promote app 1.0.0 to at (#7)" (#9)\n\nReverts octo/monorepo#7',), True),
        (("Undo (#9)\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.",), True),
        (('Merge pull request #9 from octo/revert-7-both\n\nRevert "Both"', "x"), True),
        (('Say why we did not Revert "Both"',), False),
    ],
)
def test_a_rollback(messages: Sequence[str], expected: bool) -> None:
    assert Messages(messages).rolls_back("app") is expected
