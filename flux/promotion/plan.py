"""The steps that bring the environment tags to the desired state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flux.errors import FluxError, RegistryError, UnpublishedError, without_frames


class Action(StrEnum):
    """What was done with an environment's tag, or must be done."""

    UNCHANGED = "unchanged"
    MOVE = "move"
    MOVED = "moved"
    MISSING = "missing"
    """The desired version is not published."""
    FAILED = "failed"
    HELD = "held"
    """The rules do not allow the version there yet."""
    LEFT = "left"
    """The tag exists, but the desired state has no version for it. It stays."""


@dataclass(frozen=True)
class Step:
    """One environment of one artifact: its desired version, the digest that its tag points at, and the digest
    of that version. Each is None if there is none.

    If an artifact has no desired version and its registry does not answer, there is one failed step without
    an environment. `error` says why a step failed.
    """

    artifact: str
    environment: str
    version: str | None
    old: str | None
    new: str | None
    action: Action
    error: FluxError | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.artifact, self.environment

    @property
    def name(self) -> str:
        """The name that people write: `artifact:environment`."""
        return f"{self.artifact}:{self.environment}".rstrip(":")

    @property
    def fault(self) -> FluxError | None:
        """Why the tag is not as desired, if it could not be moved."""
        if self.action == Action.MISSING:
            return UnpublishedError(
                f"version {self.version} is not published",
                "publish it with `inv publish TAG`, then run `inv tag` again",
            )
        return self.error

    def failed(self, error: FluxError) -> "Step":
        return replace(self, action=Action.FAILED, error=without_frames(error))

    @property
    def is_unknown(self) -> bool:
        """Whether the registry did not say where the tag is."""
        return self.action == Action.FAILED and isinstance(self.error, RegistryError) and self.old is None

    @property
    def drifts(self) -> bool:
        """Whether the tag differs from the desired state, or is unknown."""
        return self.action not in (Action.UNCHANGED, Action.MOVED, Action.LEFT)


def plan_tags(
    artifact: str,
    desired: Mapping[str, str],
    actual: Mapping[str, str | None],
    published: Mapping[str, str | None],
) -> list[Step]:
    """Return the steps for one artifact.

    `desired` has a version for each environment, and `published` the digest of each desired version. `actual`
    has the digest of each environment's tag, with or without a desired version.
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
