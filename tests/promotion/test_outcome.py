"""Actions that follow from decisions."""

from flux.promotion.altered import mend
from flux.promotion.outcome import (
    take_back,
)
from flux.promotion.texts import notices
from flux.promotion.undoing import Loss, Unticked
from tests.promotion.editing import PROMOTION, RULES, _notes, body, performed, told


def test_taking_back_says_why_once() -> None:
    decided = take_back([(["tt_ring1", "at_ring1"], Loss.REMOVED), ([], Loss.ROLLED_BACK)], "now", RULES)
    assert performed(decided, body("at_ring1", "tt_ring1", "prod")) == body("prod")
    assert decided.undone == (Unticked("at_ring1", Loss.REMOVED), Unticked("tt_ring1", Loss.REMOVED))
    assert len(_notes(decided)) == 1
    assert mend(PROMOTION, 1.0, ()).actions != mend(PROMOTION, 2.0, ()).actions, "each occasion is one"


def test_each_group_that_is_taken_back_is_told() -> None:
    decided = take_back([(["at_ring1"], Loss.REMOVED), (["tt_ring1"], Loss.ROLLED_BACK)], "now", RULES)
    assert [text for _, text in told(decided)] == [
        notices.unticked(["at_ring1"], Loss.REMOVED),
        notices.unticked(["tt_ring1"], Loss.ROLLED_BACK),
    ]
    assert decided.undone == (
        Unticked("at_ring1", Loss.REMOVED),
        Unticked("tt_ring1", Loss.ROLLED_BACK),
    )
