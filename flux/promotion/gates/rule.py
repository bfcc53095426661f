"""The rule of a phase: what must hold before a version goes there, and what happens by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flux.promotion.gates.window import Window

if TYPE_CHECKING:
    from semver import Version


class Auto(StrEnum):
    """The largest step between two versions that is made without a person."""

    NEVER = "never"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"
    PRERELEASE = "prerelease"
    """Any step, even to a prerelease."""

    def allows(self, step: Auto) -> bool:
        order = [*Auto]
        return order.index(step) <= order.index(self)


class Merge(StrEnum):
    """Who merges the pull request of a rule."""

    PERSON = "person"
    AUTO = "auto"
    """GitHub merges it once it has the required checks and reviews."""


class OnFailure(StrEnum):
    """What happens if a cluster of the phase fails."""

    STOP = "stop"
    """The version goes to no later phase."""
    ROLLBACK = "rollback"
    """The pull request for the rollback is opened, too."""


@dataclass(frozen=True)
class Rule:
    """`after` is the phase that must have run the version, or None. `soak` is in seconds."""

    after: str | None = None
    soak: int = 0
    healthy: bool = False
    auto: Auto = Auto.NEVER
    windows: tuple[Window, ...] = ()
    merge: Merge = Merge.PERSON
    on_failure: OnFailure = OnFailure.STOP

    @property
    def is_plain(self) -> bool:
        """Whether the rule asks for nothing and does nothing."""
        return self == Rule()


def step_between(old: str | None, new: Version) -> Auto:
    """Return the size of the step from one version to a higher one. No old version means 0.0.0."""
    from semver import Version

    if new.prerelease:
        return Auto.PRERELEASE
    before = Version.parse(old) if old else Version(0)
    if new.major != before.major:
        return Auto.MAJOR
    return Auto.MINOR if new.minor != before.minor else Auto.PATCH
