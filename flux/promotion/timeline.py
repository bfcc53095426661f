"""How each environment got its version: one entry for each change of the desired state."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from operator import is_not

from semver import Version

from flux.promotion.messages import Messages
from flux.promotion.past_states import States, Versions

_LONGEST = 128


class Direction(StrEnum):
    """What a change did to an environment's version."""

    FIRST = "first"
    """The environment had none before."""
    UP = "up"
    DOWN = "down"
    """The version is lower, and no commit says that this is a rollback."""
    ROLLBACK = "rollback"
    """The version is lower, and a commit says that this undoes a promotion."""
    REMOVED = "removed"


@dataclass(frozen=True)
class LogEntry:
    """One environment of one artifact got another version. `before` and `after` are None for no version.

    `time` is the committer's, in seconds since the epoch. `asked` are the logins that the commits name for
    this artifact and environment. `pull` is the number of the pull request in the commit's subject. Both are
    only what the commits say.
    """

    artifact: str
    environment: str
    before: str | None
    after: str | None
    direction: Direction
    commit: str
    time: int
    asked: tuple[str, ...] = ()
    pull: int | None = None
    merged: tuple[str, ...] = ()
    """The commits that a merge brought with it."""
    promotes: bool = False
    """Whether the commit's own message says that it promotes this version. It is of a promotion's branch."""
    by_rule: bool = False
    """Whether a rule is among those that asked. `asked` has the login that it ran under."""

    @property
    def rule(self) -> str:
        """The part of the phase's rule that asked: `auto`, or `on_failure` for a rollback; else empty."""
        if not self.by_rule:
            return ""
        return "on_failure" if self.direction is Direction.ROLLBACK else "auto"


@dataclass(frozen=True)
class Recorded:
    """The desired state as a commit left it. `content` is None if there is no file."""

    commit: str
    time: int
    content: bytes | None
    messages: tuple[str, ...]
    merged: tuple[str, ...] = ()


def timeline(recorded: Iterable[Recorded]) -> Iterator[LogEntry]:
    """Yield every change of an environment's version. `recorded` has the newest first, and so has the result.

    A file that cannot be read changed nothing. The next readable one is compared with the one before it.
    """
    states = States()
    newer: tuple[Recorded, Versions] | None = None
    for state in recorded:
        versions = states.read(state.content)
        if versions is None:
            continue
        if newer:
            yield from _entries(newer[0], versions, newer[1])
        newer = state, versions
    if newer:
        yield from _entries(newer[0], {}, newer[1])


def _entries(state: Recorded, before: Versions, after: Versions) -> Iterator[LogEntry]:
    said: Messages | None = None
    # Equal parts of neighbours are one object. To skip them saves the most time.
    changed = compress(after, map(is_not, after.values(), map(before.get, after)))
    for artifact in sorted([*changed, *(before.keys() - after.keys())]):
        old, new = before.get(artifact, {}), after.get(artifact, {})
        for environment in sorted(e for e in old.keys() | new.keys() if old.get(e) != new.get(e)):
            was, now = _version(old.get(environment)), _version(new.get(environment))
            if was == now:
                continue
            said = said or Messages(state.messages)
            direction = _direction(was, now)
            if direction is Direction.DOWN and said.rolls_back(artifact):
                direction = Direction.ROLLBACK
            asked = said.asked(artifact, environment)
            yield LogEntry(
                *(artifact, environment, was, now, direction, state.commit, state.time, asked, said.pull),
                *(state.merged, (artifact, now) in said.promotions),
                by_rule=bool(asked) and said.is_by_rule(artifact, environment),
            )


def _version(value: object) -> str | None:
    """Return the version in a value; None if it has none. Earlier systems may have written `v1.0.0`."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    version = value.removeprefix("v")
    return version if _parse(version) else None


@lru_cache(4096)
def _parse(version: str) -> Version | None:
    return Version.parse(version) if Version.is_valid(version) else None


def _direction(was: str | None, now: str | None) -> Direction:
    if was is None:
        return Direction.FIRST
    if now is None:
        return Direction.REMOVED
    return Direction.DOWN if _is_lower(now, was) else Direction.UP


@lru_cache(4096)
def _is_lower(version: str, other: str) -> bool:
    """Whether a version is lower. Cached, because one environment after the other makes the same steps."""
    one, another = _parse(version), _parse(other)
    return one is not None and another is not None and one < another
