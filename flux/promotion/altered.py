"""What happens if an edit breaks the parts of a promotion issue that tools read."""

from collections.abc import Collection

from flux.promotion.boxes import marks
from flux.promotion.marker import read_marker
from flux.promotion.outcome import Edit, Note, Outcome, PhaseOrder, nothing
from flux.promotion.proposal import Promotion
from flux.promotion.remarks import AlteredLater
from flux.promotion.rewrites import Mend, PutBack, Refuse, Revert, is_legible, words_of
from flux.promotion.texts import notices as say
from flux.promotion.undoing import Alteration, EditRefused, EditUndone


def broken(body: str, promotion: Promotion) -> Alteration | None:
    """Return why tools can no longer read a body; None if they can."""
    if not is_legible(body):
        return Alteration.UNREADABLE
    return None if read_marker(body) == promotion else Alteration.MARKER


def decide_broken(edit: Edit, promotion: Promotion, body: str, rules: PhaseOrder) -> Outcome | None:
    """Return what to do if this edit, or one before or after it, broke the text. None if no edit did."""
    if fault := broken(edit.after, promotion):
        if broken(edit.before, promotion):
            return _refuse(edit, promotion, rules)
        return revert(edit, promotion, body, fault)
    if fault := broken(body, promotion):
        return nothing(AlteredLater(fault))
    return None


def changed_boxes(edit: Edit, rules: PhaseOrder) -> dict[str, bool]:
    """Return the boxes of environments and phases that an edit ticked (True) or unticked."""
    was, became = marks(edit.before), marks(edit.after)
    return {
        name: became.get(name, False)
        for name in [*became, *(name for name in was if name not in became)]
        if name in rules.names and became.get(name, False) != was.get(name, False)
    }


def lost_boxes(edit: Edit, rules: PhaseOrder) -> set[str]:
    """Return the boxes of environments and phases that an edit removed."""
    return (marks(edit.before).keys() - marks(edit.after).keys()) & rules.names


def decide_lost(
    edit: Edit, promotion: Promotion, body: str, refused: set[str], rules: PhaseOrder
) -> Outcome | None:
    """Return what to do if an edit removed boxes that its sender may not tick, or all boxes. None if it did
    not, or if the boxes are back."""
    lost = lost_boxes(edit, rules)
    is_wiped = lost and not marks(edit.after).keys() & rules.names
    if not (lost & refused or is_wiped) or not lost - marks(body).keys():
        return None
    return revert(edit, promotion, body, Alteration.BOXES, still=bool(is_wiped) or body == edit.after)


def overwritten(edit: Edit, body: str) -> Outcome | None:
    """Restore the words of an edit that our own write overwrote. None if nothing was overwritten.

    Our writes change only boxes. If a body has the words from before the edit, and not those of `edit.after`,
    then our write did not include the edit.
    """
    there = words_of(body)
    if edit.rerun_by is not None or there != words_of(edit.before) or there == words_of(edit.after):
        return None
    note = Note(("overwritten", edit.sender, str(edit.time)), say.put_back(edit.sender))
    return Outcome((PutBack(edit.before, edit.after), note))


def mend(promotion: Promotion, updated: float, held: Collection[str]) -> Outcome:
    """Repair the marker if somebody changed it, or restore the boxes if all are gone.

    `held` are the environments whose recorded ticks still hold. It is unknown what else was ticked.
    """
    note = Note(("mended", str(updated)), say.MENDED)
    return Outcome((Mend(promotion, frozenset(held)), note))


def revert(edit: Edit, promotion: Promotion, body: str, fault: Alteration, still: bool = False) -> Outcome:
    """Undo a whole edit, unless somebody has repaired the text since. `still` says that nobody has."""
    undone = (EditUndone(edit.sender, fault),)
    note = Note(("broken", edit.sender, str(edit.time)), say.edit_undone(edit.sender, fault))
    if not still and body == edit.before:  # the run that undid it may not have commented
        return Outcome((note,), undone=undone)
    if not still and body != edit.after and not broken(body, promotion):
        return Outcome(undone=undone)
    return Outcome((Revert(edit.before), note), undone=undone)


def _refuse(edit: Edit, promotion: Promotion, rules: PhaseOrder) -> Outcome:
    """Undo the ticks of an edit of an issue that was altered before: their meaning is unknown. Keep its
    words, even if our own repair of the issue has overwritten them."""
    both = is_legible(edit.before) and is_legible(edit.after)
    changed = frozenset(changed_boxes(edit, rules)) if both else frozenset()
    rewrite = Refuse(promotion, edit.before, edit.after, changed, keeps_words=edit.rerun_by is None)
    note = Note(("refused", edit.sender, str(edit.time)), say.edit_refused(edit.sender))
    return Outcome((rewrite, note), undone=(EditRefused(edit.sender),))
