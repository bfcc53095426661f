"""The texts about what was undone in a promotion issue, and why."""

from flux.promotion.texts.refusals import refusal
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
    Undone,
    Unticked,
    UntickReason,
)
from flux.release.markdown import plain

_ALTERATIONS = {
    Alteration.UNREADABLE: "made the text of the issue unreadable",
    Alteration.MARKER: "altered the issue's marker",
    Alteration.BOXES: "took boxes away",
}

REMOVED = "the artifact is gone; what is deployed of it can be rolled back"

_LOSSES = {
    Loss.TICK_LOST: "the tick was lost; tick it again if you still want it",
    Loss.ROLLED_BACK: "it was rolled back since",
    Loss.REMOVED: REMOVED,
    Loss.MAIN_CHANGED: "main got another version after the tick; tick it again if you still want it",
}


def alteration(what: Alteration) -> str:
    """Return what an edit did, to follow a login or `this edit`."""
    return _ALTERATIONS[what]


def untick_reason(reason: UntickReason) -> str:
    """Return why boxes are unticked, in Markdown."""
    match reason:
        case Loss():
            return _LOSSES[reason]
        case Closed(url):
            return f"{url} was closed"
        case Overtaken(version):
            return f"main has {version or 'no version'} for it now"
        case OutOfOrder(behind, version):
            return f"{', '.join(behind)} comes first and does not have {version}"
        case Impossible(error):
            return f"{plain(error.message)}; tick it again when that is fixed"


def undone(what: Undone) -> str:
    """Return one line for a terminal."""
    match what:
        case EditUndone(sender, altered):
            return f"{sender} {alteration(altered)}"
        case EditRefused(sender):
            return f"{sender} edited an issue that was altered before"
        case BoxUndone(name, sender, reason):
            return f"{name}: {sender} may not: {refusal(reason)}"
        case Unticked(environment, why):
            return f"{environment}: {untick_reason(why)}"
        case Dropped(environment, version):
            return f"{environment}: main has {version or 'no version'} now"
