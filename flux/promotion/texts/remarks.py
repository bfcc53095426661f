"""The texts about what a run left out or did not apply."""

from flux.promotion.remarks import (
    AlteredLater,
    ByAutomation,
    HadBefore,
    HeldEdit,
    Idle,
    LeftOut,
    Remark,
)
from flux.promotion.texts.mentions import mention
from flux.promotion.texts.refusals import refused
from flux.promotion.texts.undoing import alteration, untick_reason

_IDLE = {
    Idle.NO_EDIT: "no edit came with this run",
    Idle.NO_BOX: "no box was ticked or unticked",
    Idle.APPLIED_BEFORE: "this edit was applied before",
    Idle.MARKER_RESTORED: "its marker was altered, and is restored; check its boxes",
}


def remark(what: Remark) -> str:
    """Return one line for a terminal."""
    match what:
        case Idle():
            return f"nothing was applied: {_IDLE[what]}"
        case AlteredLater(altered):
            return f"nothing was applied: a later edit {alteration(altered)}"
        case ByAutomation(sender):
            return f"nothing was applied: the edit is {sender}'s, which is the automation"
        case HadBefore(artifact, environment, version, now):
            back = f"`inv promote {artifact} {environment} --version {version}` goes back"
            return f"{environment} had {version} and has {now or 'none'} since: {back}"
        case LeftOut(environments, reason):
            return f"{', '.join(environments)} left out: {untick_reason(reason)}"


def held_edit(edit: HeldEdit) -> str:
    """For boxes of an edit whose job was run again by somebody who may not promote there."""
    who = edit.who or "Nobody who is known"
    again = f"{who} ran its job again, and may not promote there: {refused(edit.refusals)}."
    return f"{mention(edit.sender)}: your edit was not applied. {again} Tick or untick the box again."
