"""What a run left out or did not apply."""

import pytest

from flux.promotion.refusal import NotPromoter
from flux.promotion.remarks import AlteredLater, ByAutomation, HadBefore, HeldEdit, Idle, LeftOut
from flux.promotion.texts import remarks
from flux.promotion.undoing import Alteration, OutOfOrder
from tests.promotion.texts.snapshots import assert_said

BOBS = NotPromoter("prod", ("bob",))

SAID = {
    "remark": [
        (remarks.remark(Idle.NO_EDIT), "nothing was applied: no edit came with this run"),
        (remarks.remark(Idle.NO_BOX), "nothing was applied: no box was ticked or unticked"),
        (remarks.remark(Idle.APPLIED_BEFORE), "nothing was applied: this edit was applied before"),
        (
            remarks.remark(Idle.MARKER_RESTORED),
            "nothing was applied: its marker was altered, and is restored; check its boxes",
        ),
        (
            remarks.remark(AlteredLater(Alteration.MARKER)),
            "nothing was applied: a later edit altered the issue's marker",
        ),
        (
            remarks.remark(ByAutomation("bot[bot]")),
            "nothing was applied: the edit is bot[bot]'s, which is the automation",
        ),
        (
            remarks.remark(HadBefore("eso", "prod", "1.0.0", "2.0.0")),
            "prod had 1.0.0 and has 2.0.0 since: `inv promote eso prod --version 1.0.0` goes back",
        ),
        (
            remarks.remark(HadBefore("eso", "prod", "1.0.0", None)),
            "prod had 1.0.0 and has none since: `inv promote eso prod --version 1.0.0` goes back",
        ),
        (
            remarks.remark(LeftOut(("tt_ring1", "tt_ring2"), OutOfOrder(("at",), "1.0.0"))),
            "tt_ring1, tt_ring2 left out: at comes first and does not have 1.0.0",
        ),
    ],
    "held_edit": [
        (
            remarks.held_edit(HeldEdit("bob", "trudy", {"prod": BOBS, "tt": BOBS})),
            "@bob: your edit was not applied. trudy ran its job again, and may not promote there: `prod`: "
            "the promoters of prod are bob; `tt`: the promoters of prod are bob. "
            "Tick or untick the box again.",
        ),
        (
            remarks.held_edit(HeldEdit("bob", "", {"prod": BOBS})),
            "@bob: your edit was not applied. Nobody who is known ran its job again, and may not promote "
            "there: `prod`: the promoters of prod are bob. Tick or untick the box again.",
        ),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(remarks, SAID)


@pytest.mark.parametrize("kind", [*Idle])
def test_each_reason_to_do_nothing_has_words(kind: Idle) -> None:
    assert remarks.remark(kind)
