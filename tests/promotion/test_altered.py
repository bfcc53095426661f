"""Edits that break what tools read."""

from dataclasses import replace

from flux.promotion.altered import (
    broken,
    changed_boxes,
    decide_broken,
    decide_lost,
    lost_boxes,
    mend,
    overwritten,
)
from flux.promotion.boxes import mark, ticked
from flux.promotion.marker import read_marker
from flux.promotion.texts import notices
from flux.promotion.undoing import Alteration, EditRefused, EditUndone
from tests.promotion.editing import BODY, PROMOTION, RULES, body, edit, performed, told


def test_a_marker_is_mended() -> None:
    altered = BODY.partition("\n")[2]
    assert read_marker(performed(mend(PROMOTION, 1.0, ()), altered)) == PROMOTION


def test_boxes_that_were_all_gone_come_back_with_the_ticks_that_hold() -> None:
    mending = mend(PROMOTION, 1.0, {"at_ring1", "prod_ring1"})
    assert ticked(performed(mending, ""), RULES.phases) == {"at_ring1", "prod_ring1"}
    # Where there are boxes still, they are what people see.
    left = body("at_ring2").partition("\n")[2]
    assert ticked(performed(mending, left), RULES.phases) == {"at_ring2"}


def test_what_is_said_of_an_edit_that_broke_the_text() -> None:
    altered = BODY.partition("\n")[2]
    reverted = decide_broken(edit(BODY, altered), PROMOTION, altered, RULES)
    assert reverted is not None
    about = ("broken", "bob", "100.0")
    assert told(reverted) == [(about, notices.edit_undone("bob", Alteration.MARKER))]
    refused = decide_broken(edit(altered, mark(altered, {"at": True})), PROMOTION, altered, RULES)
    assert refused is not None
    assert told(refused) == [(("refused", "bob", "100.0"), notices.edit_refused("bob"))]
    assert refused.undone == (EditRefused("bob"),)
    put_right = decide_broken(edit(BODY, altered), PROMOTION, BODY, RULES)
    assert put_right is not None
    assert put_right.undone == (EditUndone("bob", Alteration.MARKER),)
    assert (told(put_right), performed(put_right, BODY)) == (told(reverted), BODY)


def test_a_ticked_box_that_is_taken_away_is_unticked() -> None:
    before = body("prod_ring1")
    after = "\n".join(line for line in before.splitlines() if "prod_ring1" not in line)
    assert changed_boxes(edit(before, after), RULES) == {"prod_ring1": False}
    assert changed_boxes(edit(after, before), RULES) == {"prod_ring1": True}


def test_boxes_that_are_taken_away_without_permission_are_told_of_whatever_was_edited_since() -> None:
    before = body("prod_ring1")
    after = "\n".join(line for line in before.split("\n") if "prod_ring1" not in line)
    for now in (after, f"{after}\nmore"):
        lost = decide_lost(edit(before, after), PROMOTION, now, {"prod_ring1"}, RULES)
        assert lost is not None
        assert lost.undone == (EditUndone("bob", Alteration.BOXES),)
    assert decide_lost(edit(before, after), PROMOTION, before, {"prod_ring1"}, RULES) is None
    assert decide_lost(edit(before, after), PROMOTION, after, set(), RULES) is None


def test_words_that_a_write_of_ours_overwrote_are_put_back_with_the_boxes_of_now() -> None:
    worded = edit(BODY, f"{BODY}\nmind the gap\n")
    ours = body("tt_ring1")
    found = overwritten(worded, ours)
    assert found is not None
    assert told(found) == [(("overwritten", "bob", "100.0"), notices.put_back("bob"))]
    assert performed(found, ours) == f"{ours}\nmind the gap\n"
    assert performed(found, f"{ours}later words\n") == f"{ours}later words\n"
    for now in (worded.after, f"{BODY}\nothers' words\n"):
        assert overwritten(worded, now) is None
    assert overwritten(replace(worded, rerun_by="bob"), ours) is None


def without(text: str, *names: str) -> str:
    """A body whose lines with these names somebody has taken out."""
    return "\n".join(line for line in text.split("\n") if not any(f"`{name}`" in line for name in names))


def test_a_box_that_was_not_ticked_changes_nothing_by_going_or_coming() -> None:
    gone = without(BODY, "prod_ring1")
    assert lost_boxes(edit(BODY, gone), RULES) == {"prod_ring1"}
    assert changed_boxes(edit(BODY, gone), RULES) == changed_boxes(edit(gone, BODY), RULES) == {}


def test_boxes_that_somebody_took_away_come_back_only_where_nobody_edited_since() -> None:
    gone = without(BODY, "prod_ring1")
    lost = decide_lost(edit(BODY, gone), PROMOTION, gone, {"prod_ring1"}, RULES)
    assert lost is not None
    assert performed(lost, gone) == BODY
    since = decide_lost(edit(BODY, gone), PROMOTION, f"{gone}\nmore", {"prod_ring1"}, RULES)
    assert since is not None
    assert since.actions == ()


def test_when_all_boxes_are_gone_they_come_back_whoever_took_them_and_edited_since() -> None:
    before = body("prod_ring1")
    wiped = before.partition("\n")[0] + "\nNo boxes.\n"
    for now in (wiped, f"{wiped}more\n"):
        lost = decide_lost(edit(before, wiped), PROMOTION, now, set(), RULES)
        assert lost is not None
        assert performed(lost, now) == before
    assert decide_lost(edit(before, without(before, "at_ring1")), PROMOTION, wiped, set(), RULES) is None


def test_what_is_said_where_nobody_can_read_the_text_and_where_it_is_mended() -> None:
    assert broken(BODY + "\x01", PROMOTION) == Alteration.UNREADABLE
    assert told(mend(PROMOTION, 1.0, ())) == [(("mended", "1.0"), notices.MENDED)]
