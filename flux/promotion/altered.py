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
    """Why tools cannot read a body any more; empty if they can."""
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
    """What follows where an edit, or one before or after it, broke the text. None where none did."""
    if fault := broken(edit.after, promotion):
        if broken(edit.before, promotion):
            return _refuse(edit, promotion, rules)
        return revert(edit, promotion, body, fault)
    if fault := broken(body, promotion):
        return nothing(f"a later edit {fault}")
    return None


def changed_boxes(edit: Edit, rules: PhaseOrder) -> dict[str, bool]:
    """The boxes of environments and phases that an edit ticked (True) or unticked."""
    was, became = marks(edit.before), marks(edit.after)
    return {
        name: became.get(name, False)
        for name in [*became, *(name for name in was if name not in became)]
        if name in rules.names and became.get(name, False) != was.get(name, False)
    }


def lost_boxes(edit: Edit, rules: PhaseOrder) -> set[str]:
    """The boxes of environments and phases that an edit took away."""
    return (marks(edit.before).keys() - marks(edit.after).keys()) & rules.names


def decide_lost(
    edit: Edit, promotion: Promotion, body: str, refused: set[str], rules: PhaseOrder
) -> Outcome | None:
    """What follows where an edit took away boxes that its sender may not tick, or all that there were. None
    where it did not, and where they are back."""
    lost = lost_boxes(edit, rules)
    is_wiped = lost and not marks(edit.after).keys() & rules.names
    if not (lost & refused or is_wiped) or not lost - marks(body).keys():
        return None
    return revert(edit, promotion, body, "took boxes away", still=bool(is_wiped) or body == edit.after)


def overwritten(edit: Edit, body: str) -> Outcome | None:
    """Put back the words of an edit that a write of ours has overwritten; None where there were none.

    We write only boxes. So somebody who had not seen the edit wrote a body that has other words than
    `edit.after` and, apart from its boxes, is what was there before.
    """
    words = _words(body)
    if edit.rerun_by is not None or words != _words(edit.before) or words == _words(edit.after):
        return None
    note = Note(("overwritten", edit.sender, str(edit.time)), say.put_back(edit.sender))
    return Outcome((Rewrite(lambda now: mark(edit.after, marks(now)) if _words(now) == words else now), note))


def _words(body: str) -> str:
    """A body without what its boxes say."""
    return mark(body, dict.fromkeys(marks(body), False))


def mended(body: str, promotion: Promotion, phases: Phases, held: Collection[str] = ()) -> str:
    """The body with its marker, and with boxes. Those that were all gone are ticked where `held` has them."""
    marked = mend_marker(body, promotion)
    whole = with_boxes(marked, phases)
    return whole if whole == marked else settle(whole, dict.fromkeys(held, True), phases)


def mend(promotion: Promotion, updated: float, held: Collection[str], rules: PhaseOrder) -> Outcome:
    """Put right what someone has made of the marker, or bring back boxes that are all gone.

    `held` are the environments whose ticks were recorded and hold: nobody knows what else was ticked.
    """
    note = Note(("mended", str(updated)), say.MENDED)
    return Outcome((Rewrite(lambda body: mended(body, promotion, rules.phases, held)), note))


def revert(edit: Edit, promotion: Promotion, body: str, fault: str, still: bool = False) -> Outcome:
    """Undo an edit as a whole, unless somebody has put it right meanwhile; `still` says that nobody has."""
    undone = (f"{edit.sender} {fault}",)
    note = Note(("broken", edit.sender, str(edit.time)), say.edit_undone(edit.sender, fault))
    if not still and body == edit.before:  # a run that undid it may not have been able to tell
        return Outcome((note,), undone=undone)
    if not still and body != edit.after and not broken(body, promotion):
        return Outcome(undone=undone)
    return Outcome((Rewrite(lambda body: edit.before), note), undone=undone)


def _refuse(edit: Edit, promotion: Promotion, rules: PhaseOrder) -> Outcome:
    """Undo an edit of an issue that was altered before: its meaning is unknown. Its words stay, also where a
    write of ours, which put right what was altered, has overwritten them."""
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
