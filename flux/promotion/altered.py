"""What happens if an edit breaks the parts of a promotion issue that tools read."""

from collections.abc import Collection

from flux.errors import IssueError
from flux.promotion.boxes import Phases, mark, marks, restore, settle
from flux.promotion.marker import mend_marker, read_marker
from flux.promotion.outcome import Edit, Note, Outcome, PhaseOrder, Rewrite, nothing
from flux.promotion.proposal import Promotion
from flux.promotion.texts import notices as say
from flux.promotion.texts.issue import with_boxes


def broken(body: str, promotion: Promotion) -> str:
    """Return why tools can no longer read a body; empty if they can."""
    if not _is_legible(body):
        return "made the text of the issue unreadable"
    return "" if read_marker(body) == promotion else "altered the issue's marker"


def _is_legible(body: str) -> bool:
    try:
        marks(body)
    except IssueError:
        return False
    return True


def decide_broken(edit: Edit, promotion: Promotion, body: str, rules: PhaseOrder) -> Outcome | None:
    """Return what to do if this edit, or one before or after it, broke the text. None if no edit did."""
    if fault := broken(edit.after, promotion):
        if broken(edit.before, promotion):
            return _refuse(edit, promotion, rules)
        return revert(edit, promotion, body, fault)
    if fault := broken(body, promotion):
        return nothing(f"a later edit {fault}")
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
    return revert(edit, promotion, body, "took boxes away", still=bool(is_wiped) or body == edit.after)


def overwritten(edit: Edit, body: str) -> Outcome | None:
    """Restore the words of an edit that our own write overwrote. None if nothing was overwritten.

    Our writes change only boxes. If a body has the words from before the edit, and not those of `edit.after`,
    then our write did not include the edit.
    """
    words = _words(body)
    if edit.rerun_by is not None or words != _words(edit.before) or words == _words(edit.after):
        return None
    note = Note(("overwritten", edit.sender, str(edit.time)), say.put_back(edit.sender))
    return Outcome((Rewrite(lambda now: mark(edit.after, marks(now)) if _words(now) == words else now), note))


def _words(body: str) -> str:
    """Return a body with all boxes unticked, to compare its words."""
    return mark(body, dict.fromkeys(marks(body), False))


def mended(body: str, promotion: Promotion, phases: Phases, held: Collection[str] = ()) -> str:
    """Return the body with its marker and its boxes. If all boxes were gone, tick those in `held`."""
    marked = mend_marker(body, promotion)
    whole = with_boxes(marked, phases)
    return whole if whole == marked else settle(whole, dict.fromkeys(held, True), phases)


def mend(promotion: Promotion, updated: float, held: Collection[str], rules: PhaseOrder) -> Outcome:
    """Repair the marker if somebody changed it, or restore the boxes if all are gone.

    `held` are the environments whose recorded ticks still hold. It is unknown what else was ticked.
    """
    note = Note(("mended", str(updated)), say.MENDED)
    return Outcome((Rewrite(lambda body: mended(body, promotion, rules.phases, held)), note))


def revert(edit: Edit, promotion: Promotion, body: str, fault: str, still: bool = False) -> Outcome:
    """Undo a whole edit, unless somebody has repaired the text since. `still` says that nobody has."""
    undone = (f"{edit.sender} {fault}",)
    note = Note(("broken", edit.sender, str(edit.time)), say.edit_undone(edit.sender, fault))
    if not still and body == edit.before:  # the run that undid it may not have commented
        return Outcome((note,), undone=undone)
    if not still and body != edit.after and not broken(body, promotion):
        return Outcome(undone=undone)
    return Outcome((Rewrite(lambda body: edit.before), note), undone=undone)


def _refuse(edit: Edit, promotion: Promotion, rules: PhaseOrder) -> Outcome:
    """Undo the ticks of an edit of an issue that was altered before: their meaning is unknown. Keep its
    words, even if our own repair of the issue has overwritten them."""
    is_legible = _is_legible(edit.before) and _is_legible(edit.after)
    changed = changed_boxes(edit, rules) if is_legible else {}
    was, became = (mend_marker(text, promotion) for text in (edit.before, edit.after))

    def put_right(body: str) -> str:
        if not is_legible or not _is_legible(body):
            return body
        if edit.rerun_by is None and _words(body) == _words(was) != _words(became):
            return mark(became, marks(body))
        return mend_marker(restore(body, edit.before, edit.after, changed), promotion)

    note = Note(("refused", edit.sender, str(edit.time)), say.edit_refused(edit.sender))
    undone = (f"{edit.sender} edited an issue that was altered before",)
    return Outcome((Rewrite(put_right), note), undone=undone)
