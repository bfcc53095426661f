"""The changes of a body, as data, applied to bodies that people have changed meanwhile."""

import pytest

from flux.promotion.boxes import mark, ticked
from flux.promotion.marker import read_marker
from flux.promotion.outcome import IssueAction
from flux.promotion.rewrites import (
    Mend,
    PutBack,
    Refuse,
    Restore,
    Revert,
    Rewrite,
    Settle,
    Untick,
    is_legible,
    mended,
    rewritten,
    words_of,
)
from tests.promotion import samples
from tests.promotion.editing import BODY, PROMOTION, body
from tests.promotion.plain import assert_plain

PHASES = samples.PHASES
ALTERED = BODY.partition("\n")[2]


@pytest.mark.parametrize(
    ("rewrite", "before", "after"),
    [
        (Untick(frozenset({"at_ring1"})), body("at_ring1", "prod"), body("prod")),
        (Untick(frozenset({"at_ring1"})), body("at"), body("at_ring2")),
        (Settle(frozenset({"tt_ring1"}), frozenset({"at_ring1"})), body("at_ring1"), body("tt_ring1")),
        (Settle(frozenset({"at_ring1"}), frozenset()), body("at"), body("at")),
        (Revert(BODY), body("prod"), BODY),
        (Restore(BODY, body("prod"), frozenset({"prod"})), body("prod", "at"), body("at")),
        (Restore(BODY, body("prod"), frozenset({"at"})), body("prod"), body("prod")),
        (PutBack(BODY, f"{BODY}more\n"), body("at"), f"{body('at')}more\n"),
        (PutBack(BODY, f"{BODY}more\n"), f"{BODY}else\n", f"{BODY}else\n"),
    ],
)
def test_each_is_applied_to_the_body_as_it_is_by_then(rewrite: Rewrite, before: str, after: str) -> None:
    assert rewritten(before, rewrite, PHASES) == after
    assert rewritten(after, rewrite, PHASES) == after, "once more changes nothing"


def test_they_are_data() -> None:
    assert_plain(IssueAction)
    assert Mend(PROMOTION, frozenset({"at"})) == Mend(PROMOTION, frozenset({"at"}))
    assert Mend(PROMOTION, frozenset({"at"})) != Mend(PROMOTION)
    assert len({Revert(BODY), Revert(BODY), Untick(frozenset())}) == 2


def test_boxes_that_were_all_gone_come_back_with_the_ticks_that_hold() -> None:
    back = mended("", PROMOTION, PHASES, {"at_ring1"})
    assert read_marker(back) == PROMOTION
    assert ticked(back, PHASES) == {"at_ring1"}


def test_what_is_refused_loses_its_ticks_and_keeps_its_words() -> None:
    after = mark(ALTERED, {"prod_ring1": True}) + "\nmore\n"
    refuse = Refuse(PROMOTION, ALTERED, after, frozenset({"prod_ring1"}), keeps_words=True)
    right = rewritten(after, refuse, PHASES)
    assert read_marker(right) == PROMOTION
    assert ticked(right, PHASES) == set()
    assert right.endswith("\nmore\n")
    repaired = mended(ALTERED, PROMOTION, PHASES)
    assert rewritten(repaired, refuse, PHASES).endswith("\nmore\n")
    again = Refuse(PROMOTION, ALTERED, after, frozenset({"prod_ring1"}), keeps_words=False)
    assert not rewritten(repaired, again, PHASES).endswith("\nmore\n")
    unreadable = BODY + "\x01"
    assert not is_legible(unreadable)
    assert rewritten(unreadable, refuse, PHASES) == unreadable


def test_the_words_of_a_body_do_not_depend_on_its_ticks() -> None:
    assert words_of(body("prod", "at_ring1")) == words_of(BODY) == BODY
