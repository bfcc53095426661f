"""Why an issue does not count as a promotion issue, as data. `texts.foreign` has the words."""

from dataclasses import dataclass

from flux.promotion.proposal import Promotion


@dataclass(frozen=True)
class NoMarker:
    """The issue does not have the marker of a promotion issue."""


@dataclass(frozen=True)
class NoLabel:
    """The issue does not have the label of promotion issues."""

    label: str


@dataclass(frozen=True)
class StrangeAuthor:
    """The author of the issue may not write to the repository, and is not the automation."""

    author: str


NotOurs = NoMarker | NoLabel | StrangeAuthor


@dataclass(frozen=True)
class OtherTitle:
    """The issue had another title at first."""

    title: str


@dataclass(frozen=True)
class OtherComment:
    """A comment of the automation names another promotion now."""

    promotion: Promotion


@dataclass(frozen=True)
class NoRelease:
    """The release that the issue names does not exist."""

    tag: str


Disagreement = OtherTitle | OtherComment | NoRelease
"""Which part of an issue does not name the same promotion as the others."""
