"""What has to happen to environment tags for the registry to be as desired."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What became, or has to become, of one environment's tag."""

    UNCHANGED = "unchanged"
    MOVE = "move"
    MOVED = "moved"
    MISSING = "missing"
    """There is no image of the desired version."""
    FAILED = "failed"
    LEFT = "left"
    """The tag is there and the desired state has no version for it: left alone."""


@dataclass(frozen=True)
class Step:
    """One environment of one artifact: the version that it should have, the digest that its tag points at,
    and the digest of that version. None where there is none.

    An artifact whose registry does not answer and that has no desired version is one failed step of no
    environment.
    """

    artifact: str
    environment: str
    version: str | None
    old: str | None
    new: str | None
    action: Action
    error: str = ""
    hint: str = ""

    @property
    def drifts(self) -> bool:
        return self.action not in (Action.UNCHANGED, Action.MOVED, Action.LEFT)


def plan(
    artifact: str,
    desired: Mapping[str, str],
    actual: Mapping[str, str | None],
    published: Mapping[str, str | None],
) -> list[Step]:
    """The steps for one artifact.

    `desired` has a version for each environment, `actual` the digest of each environment's tag (those that
    are not desired among them), `published` the digest of each desired version.
    """
    steps = []
    for environment, version in desired.items():
        old, new = actual.get(environment), published.get(version)
        there = Action.UNCHANGED if old == new else Action.MOVE
        steps.append(Step(artifact, environment, version, old, new, there if new else Action.MISSING))
    for environment, old in actual.items():
        if old is not None and environment not in desired:
            steps.append(Step(artifact, environment, None, old, None, Action.LEFT))
    return steps
