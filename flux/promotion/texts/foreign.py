"""The texts about an issue that does not count as a promotion issue."""

from flux.promotion.foreign import (
    Disagreement,
    NoLabel,
    NoMarker,
    NoRelease,
    NotOurs,
    OtherComment,
    OtherTitle,
    StrangeAuthor,
)


def foreign(why: NotOurs) -> str:
    """Return why an issue is not ours."""
    match why:
        case NoMarker():
            return "it does not have the marker of one"
        case NoLabel(label):
            return f"it does not have the label {label}"
        case StrangeAuthor(author):
            return f"its author, {author}, may not write here but is not in the setting `automation`"


def foreign_issue(number: int, why: NotOurs) -> str:
    """For a terminal, about an issue that is not ours."""
    return f"issue {number} is not a promotion issue of this repository: {foreign(why)}"


def not_ours(why: NotOurs) -> str:
    """For a tick in an issue that no longer counts."""
    return f"Nothing is promoted from here: {foreign(why)}. Fix that, then tick the box again."


def disagreement(what: Disagreement) -> str:
    """Return which part of an issue was changed."""
    match what:
        case OtherTitle(title):
            return f"its title was {title}"
        case OtherComment(promotion):
            changed = f"{promotion.artifact} {promotion.version}"
            return f"a comment of the automation here was changed to say {changed}"
        case NoRelease(tag):
            return f"there is no release {tag}"


def disagrees(what: Disagreement) -> str:
    """For an issue whose parts do not name the same promotion."""
    return f"Nothing is promoted from here until the parts of this issue agree again: {disagreement(what)}."
