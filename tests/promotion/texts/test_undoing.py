"""What was undone in an issue, and why."""

import pytest

from flux.errors import FluxError
from flux.promotion.refusal import NeedsPermission
from flux.promotion.texts import undoing
from flux.promotion.undoing import (
    Alteration,
    BoxUndone,
    Closed,
    Dropped,
    EditRefused,
    EditUndone,
    Impossible,
    Loss,
    OutOfOrder,
    Overtaken,
    Unticked,
)
from tests.promotion.texts.snapshots import assert_said

SAID = {
    "alteration": [
        (undoing.alteration(Alteration.UNREADABLE), "made the text of the issue unreadable"),
        (undoing.alteration(Alteration.MARKER), "altered the issue's marker"),
        (undoing.alteration(Alteration.BOXES), "took boxes away"),
    ],
    "untick_reason": [
        (
            undoing.untick_reason(Loss.TICK_LOST),
            "the tick was lost; tick it again if you still want it",
        ),
        (undoing.untick_reason(Loss.ROLLED_BACK), "it was rolled back since"),
        (
            undoing.untick_reason(Loss.REMOVED),
            "the artifact is gone; what is deployed of it can be rolled back",
        ),
        (
            undoing.untick_reason(Loss.MAIN_CHANGED),
            "main got another version after the tick; tick it again if you still want it",
        ),
        (undoing.untick_reason(Closed("https://x/7")), "https://x/7 was closed"),
        (undoing.untick_reason(Overtaken("2.0.0")), "main has 2.0.0 for it now"),
        (undoing.untick_reason(Overtaken(None)), "main has no version for it now"),
        (
            undoing.untick_reason(OutOfOrder(("at", "tt"), "1.0.0")),
            "at, tt comes first and does not have 1.0.0",
        ),
        (
            undoing.untick_reason(Impossible(FluxError("eso has an unknown environment at_ring9"))),
            "eso has an unknown environment at\\_ring9; tick it again when that is fixed",
        ),
    ],
    "undone": [
        (undoing.undone(EditUndone("bob", Alteration.BOXES)), "bob took boxes away"),
        (undoing.undone(EditRefused("bob")), "bob edited an issue that was altered before"),
        (
            undoing.undone(BoxUndone("prod", "bob", NeedsPermission("write"))),
            "prod: bob may not: that needs the permission `write`",
        ),
        (undoing.undone(Unticked("prod", Loss.ROLLED_BACK)), "prod: it was rolled back since"),
        (undoing.undone(Dropped("prod", "2.0.0")), "prod: main has 2.0.0 now"),
        (undoing.undone(Dropped("prod", None)), "prod: main has no version now"),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(undoing, SAID)


@pytest.mark.parametrize("kind", [*Alteration])
def test_each_alteration_has_words(kind: Alteration) -> None:
    assert undoing.alteration(kind)


@pytest.mark.parametrize("kind", [*Loss])
def test_each_loss_has_words(kind: Loss) -> None:
    assert undoing.untick_reason(kind)
