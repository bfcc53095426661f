"""The changes of a promotion issue's body, as data. Each is applied to the body as it is by then."""

from collections.abc import Collection
from dataclasses import dataclass

from flux.errors import IssueError
from flux.promotion.boxes import Phases, mark, marks, restore, settle, untick
from flux.promotion.marker import mend_marker
from flux.promotion.proposal import Promotion
from flux.promotion.texts.issue import with_boxes


@dataclass(frozen=True)
class Untick:
    """Untick these environments."""

    environments: frozenset[str]


@dataclass(frozen=True)
class Settle:
    """Tick the `wanted` environments, and untick the `unwanted` ones."""

    wanted: frozenset[str]
    unwanted: frozenset[str]


@dataclass(frozen=True)
class Revert:
    """Give the issue this body back."""

    body: str


@dataclass(frozen=True)
class Mend:
    """Restore the marker and, if all boxes are gone, the boxes. Those of `held` are ticked again."""

    promotion: Promotion
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Restore:
    """Undo what the edit from `before` to `after` did to the boxes with these names."""

    before: str
    after: str
    names: frozenset[str]


@dataclass(frozen=True)
class PutBack:
    """Restore the words of `after`, if the body still has those of `before`. The boxes stay as they are."""

    before: str
    after: str


@dataclass(frozen=True)
class Refuse:
    """Restore the marker, and undo an edit of an issue without a valid one, except for its words.

    With `keeps_words`, restore the words of `after`, if the body still has those of `before`.
    """

    promotion: Promotion
    before: str
    after: str
    names: frozenset[str]
    keeps_words: bool


Rewrite = Untick | Settle | Revert | Mend | Restore | PutBack | Refuse


def rewritten(body: str, rewrite: Rewrite, phases: Phases) -> str:
    """Return the body after a rewrite."""
    match rewrite:
        case Untick(environments):
            return untick(body, environments, phases)
        case Settle(wanted, unwanted):
            return settle(body, dict.fromkeys(wanted, True) | dict.fromkeys(unwanted, False), phases)
        case Revert(before):
            return before
        case Mend(promotion, held):
            return mended(body, promotion, phases, held)
        case Restore(before, after, names):
            return restore(body, before, after, names)
        case PutBack(before, after):
            return mark(after, marks(body)) if words_of(body) == words_of(before) else body
        case Refuse():
            return _refused(body, rewrite)


def mended(body: str, promotion: Promotion, phases: Phases, held: Collection[str] = ()) -> str:
    """Return the body with its marker and its boxes. If all boxes were gone, tick those in `held`."""
    marked = mend_marker(body, promotion)
    whole = with_boxes(marked, phases)
    return whole if whole == marked else settle(whole, dict.fromkeys(held, True), phases)


def words_of(body: str) -> str:
    """Return a body with all boxes unticked, to compare its words."""
    return mark(body, dict.fromkeys(marks(body), False))


def is_legible(body: str) -> bool:
    """Whether the boxes of a body can be read."""
    try:
        marks(body)
    except IssueError:
        return False
    return True


def _refused(body: str, refuse: Refuse) -> str:
    if not all(map(is_legible, (refuse.before, refuse.after, body))):
        return body
    was, became = (mend_marker(text, refuse.promotion) for text in (refuse.before, refuse.after))
    if refuse.keeps_words and words_of(body) == words_of(was) != words_of(became):
        return mark(became, marks(body))
    return mend_marker(restore(body, refuse.before, refuse.after, refuse.names), refuse.promotion)
