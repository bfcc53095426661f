"""What the actions on a promotion issue undo, and why, as data. `texts.undoing` has the words."""

from dataclasses import dataclass
from enum import StrEnum

from flux.errors import FluxError
from flux.promotion.refusal import PromotionRefusal


class Alteration(StrEnum):
    """What an edit did to the parts of an issue that tools read."""

    UNREADABLE = "unreadable"
    MARKER = "marker"
    BOXES = "boxes"


class Loss(StrEnum):
    """Why a tick does not count any more, if nothing else has to be said."""

    TICK_LOST = "tick lost"
    ROLLED_BACK = "rolled back"
    REMOVED = "removed"
    MAIN_CHANGED = "main changed"


@dataclass(frozen=True)
class Closed:
    """The pull request was closed."""

    url: str


@dataclass(frozen=True)
class Overtaken:
    """Main gave the environment another version, or none."""

    version: str | None


@dataclass(frozen=True)
class OutOfOrder:
    """Environments of an earlier phase come first, and do not have the version."""

    behind: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Impossible:
    """The version may not be proposed now."""

    error: FluxError


UntickReason = Loss | Closed | Overtaken | OutOfOrder | Impossible


@dataclass(frozen=True)
class EditUndone:
    """A whole edit is undone."""

    sender: str
    alteration: Alteration


@dataclass(frozen=True)
class EditRefused:
    """The ticks of an edit are undone, because the issue was altered before."""

    sender: str


@dataclass(frozen=True)
class BoxUndone:
    """What the sender of an edit did to one box is undone."""

    name: str
    sender: str
    refusal: PromotionRefusal


@dataclass(frozen=True)
class Unticked:
    """An environment is unticked."""

    environment: str
    reason: UntickReason


@dataclass(frozen=True)
class Dropped:
    """A pull request does not propose an environment any more, because main has another version for it."""

    environment: str
    version: str | None


Undone = EditUndone | EditRefused | BoxUndone | Unticked | Dropped
