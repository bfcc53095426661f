"""An edit that breaks what tools read is undone or refused, and no word is lost."""

from flux.promotion.altered import broken, decide_broken
from flux.promotion.boxes import mark, ticked
from flux.promotion.marker import read_marker
from flux.promotion.outcome import nothing
from flux.promotion.proposal import Promotion
from flux.promotion.remarks import AlteredLater
from flux.promotion.texts import notices
from flux.promotion.undoing import Alteration, EditUndone
from tests.promotion import samples
from tests.promotion.editing import BODY, PROMOTION, RULES, body, edit, performed, told


def test_an_edit_that_breaks_the_text_is_undone_as_a_whole() -> None:
    altered = BODY.partition("\n")[2]
    assert broken(altered, PROMOTION) is Alteration.MARKER
    assert broken(BODY, PROMOTION) is None
    assert broken(BODY, Promotion("eso", "9.9.9")) is not None
    decided = decide_broken(edit(BODY, altered), PROMOTION, altered, RULES)
    assert decided is not None
    assert performed(decided, altered) == BODY
    assert decided.undone == (EditUndone("bob", Alteration.MARKER),)
    put_right = decide_broken(edit(BODY, altered), PROMOTION, body("at"), RULES)
    assert put_right is not None
    assert put_right.actions == (), "somebody has put it right meanwhile"


def test_an_edit_of_what_was_altered_before_counts_for_nothing() -> None:
    altered = BODY.partition("\n")[2]
    after = mark(altered, {"prod_ring1": True})
    decided = decide_broken(edit(altered, after), PROMOTION, after, RULES)
    assert decided is not None
    right = performed(decided, after)
    assert read_marker(right) == PROMOTION
    assert ticked(right, samples.PHASES) == set()


def test_an_edit_of_what_nobody_can_read_is_refused_too() -> None:
    """Who made it is told, whoever puts the text right."""
    for before, after in ((BODY + "\x01", body("at") + "\x01"), (BODY + "\x01", BODY.partition("\n")[2])):
        for now in (after, BODY):
            decided = decide_broken(edit(before, after), PROMOTION, now, RULES)
            assert decided is not None
            assert told(decided) == [(("refused", "bob", "100.0"), notices.edit_refused("bob"))]
            assert performed(decided, now) == now


def test_words_of_an_edit_that_was_overwritten_while_the_text_was_put_right_come_back() -> None:
    altered = BODY.replace('"1.1.0"', '"1.0.0"')
    after = mark(altered, {"prod_ring1": True}) + "\nLooks good\n"
    decided = decide_broken(edit(altered, after), PROMOTION, BODY, RULES)
    assert decided is not None
    assert performed(decided, BODY) == BODY + "\nLooks good\n"
    assert performed(decided, body("tt")) == body("tt") + "\nLooks good\n"
    again = BODY + "\nLooks good\n"
    assert performed(decided, again) == again


def test_an_edit_before_one_that_broke_the_text_waits() -> None:
    altered = BODY.partition("\n")[2]
    decided = decide_broken(edit(BODY, body("at")), PROMOTION, altered, RULES)
    assert decided == nothing(AlteredLater(Alteration.MARKER))
    assert decide_broken(edit(BODY, body("at")), PROMOTION, body("at"), RULES) is None
