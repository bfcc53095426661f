"""What a run says besides what it undid, as data. `texts.remarks` has the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flux.promotion.refusal import PromotionRefusal
from flux.promotion.undoing import Alteration, UntickReason


class Idle(StrEnum):
    """Why a run applies nothing, if nothing else has to be said."""

    NO_EDIT = "no edit"
    NO_BOX = "no box"
    APPLIED_BEFORE = "applied before"
    MARKER_RESTORED = "marker restored"


@dataclass(frozen=True)
class AlteredLater:
    """Nothing is applied, because a later edit altered the issue."""

    alteration: Alteration


@dataclass(frozen=True)
class ByAutomation:
    """Nothing is applied, because the edit is the automation's."""

    sender: str


@dataclass(frozen=True)
class HeldEdit:
    """Boxes of an edit are not applied, because `who`, who ran its job again, may not promote there."""

    sender: str
    who: str
    refusals: Mapping[str, PromotionRefusal]


@dataclass(frozen=True)
class HadBefore:
    """An environment is left out: it had the version, and has `now` since."""

    artifact: str
    environment: str
    version: str
    now: str | None


@dataclass(frozen=True)
class LeftOut:
    """Environments are left out, because their phase is not due yet."""

    environments: tuple[str, ...]
    reason: UntickReason


Nothing = Idle | AlteredLater | ByAutomation
"""Why a run applies nothing."""

Remark = Nothing | HadBefore | LeftOut
