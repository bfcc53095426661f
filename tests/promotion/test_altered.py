"""Edits that break what tools read."""

from flux.promotion.altered import changed_boxes, decide_broken, mend
from flux.promotion.boxes import mark, ticked
from flux.promotion.marker import read_marker
from flux.promotion.texts import notices
from tests.promotion.editing import BODY, PROMOTION, RULES, body, edit, performed, told


def test_a_marker_is_mended() -> None:
    altered = BODY.partition("\n")[2]
    assert read_marker(performed(mend(PROMOTION, 1.0, (), RULES), altered)) == PROMOTION


def test_boxes_that_were_all_gone_come_back_with_the_ticks_that_hold() -> None:
    mending = mend(PROMOTION, 1.0, {"at_ring1", "prod_ring1"}, RULES)
    assert ticked(performed(mending, ""), RULES.phases) == {"at_ring1", "prod_ring1"}
    # Where there are boxes still, they are what people see.
    left = body("at_ring2").partition("\n")[2]
    assert ticked(performed(mending, left), RULES.phases) == {"at_ring2"}


def test_what_is_said_of_an_edit_that_broke_the_text() -> None:
    altered = BODY.partition("\n")[2]
    reverted = decide_broken(edit(BODY, altered), PROMOTION, altered, RULES)
    assert reverted is not None
    about = ("broken", "bob", "100.0")
    assert told(reverted) == [(about, notices.edit_undone("bob", "altered the issue's marker"))]
    refused = decide_broken(edit(altered, mark(altered, {"at": True})), PROMOTION, altered, RULES)
    assert refused is not None
    assert told(refused) == [(("refused", "bob", "100.0"), notices.edit_refused("bob"))]
    assert refused.undone == ("bob edited an issue that was altered before",)
    put_right = decide_broken(edit(BODY, altered), PROMOTION, BODY, RULES)
    assert put_right is not None
    assert put_right.undone == ("bob altered the issue's marker",)


def test_a_ticked_box_that_is_taken_away_is_unticked() -> None:
    before = body("prod_ring1")
    after = "\n".join(line for line in before.splitlines() if "prod_ring1" not in line)
    assert changed_boxes(edit(before, after), RULES) == {"prod_ring1": False}
    assert changed_boxes(edit(after, before), RULES) == {"prod_ring1": True}
