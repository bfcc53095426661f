"""The messages of commits on a promotion's branch are read back as they were written."""

import pytest

from flux.promotion.ledger import Decision, How, read_decisions, render_decision
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import commit_message, is_rollback, read_message


@pytest.mark.parametrize("environments", [[], ["tt"], ["at_ring1", "prod"]])
@pytest.mark.parametrize("rollback", [True, False])
@pytest.mark.parametrize("promotion", [Promotion("eso", "1.1.0"), Promotion("a-v1", "1.0.0-rc.1")])
def test_a_commit_says_what_it_belongs_to(
    promotion: Promotion, environments: list[str], rollback: bool
) -> None:
    message = commit_message(promotion, environments, rollback)
    assert read_message(message) == promotion
    assert is_rollback(message) == (rollback and bool(environments))
    assert read_decisions(message) == []
    reasons = {How.OVERRIDE: "it burns"}
    decided = [Decision("bob", how, ("at_ring1", "prod"), 1764449999, 1, reasons.get(how, "")) for how in How]
    recorded = commit_message(promotion, environments, rollback, decided)
    assert (read_message(recorded), read_decisions(recorded)) == (promotion, decided)


@pytest.mark.parametrize(
    "message",
    [
        "Promote eso 1.1.0 to tt",
        "x\n\nPromotion: eso",
        "x\n\nPromotion: eso 1.1.0 tt",
        "x\n\nPromotion: eso 1.1.0\nPromotion: eso 1.2.0\n",
        "x\n\n> Promotion: eso 1.1.0",
        "",
    ],
)
def test_other_commits_belong_to_none(message: str) -> None:
    assert read_message(message) is None


def test_the_whole_of_it() -> None:
    decision = Decision("bob", How.TICK, ("tt",), 1764449999, 1)
    promotion = Promotion("eso", "1.1.0")
    assert commit_message(promotion, ["tt", "prod"], False) == (
        "Promote eso 1.1.0 to tt, prod\n\nPromotion: eso 1.1.0\n"
    )
    assert commit_message(promotion, ["tt"], True) == (
        "Roll back eso to 1.1.0 in tt\n\nPromotion: eso 1.1.0\n"
    )
    assert commit_message(promotion, [], False, [decision]) == (
        f"Take eso 1.1.0 back\n\n{render_decision(decision)}\nPromotion: eso 1.1.0\n"
    )
