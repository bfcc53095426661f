"""Chooses from the history of environments what one asks for: an artifact, an environment, a time."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from flux.environments.log import Log, read_log
from flux.errors import RequestError
from flux.listing import listed
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.promotion.timeline import LogEntry


def choose_log(
    monorepo: Monorepo,
    artifact: str | None = None,
    environment: str | None = None,
    since: float | None = None,
) -> Log:
    """Return every change of the desired state, of all artifacts or one, in all environments or one.

    Raises RequestError if the artifact, the environment or the phase never existed.
    """

    def choose(entries: Sequence[LogEntry]) -> Sequence[LogEntry]:
        environments = _environments(monorepo, entries, environment)
        if artifact is not None:
            _require_artifact(monorepo, entries, artifact)
        return [
            entry
            for entry in entries
            if (artifact is None or entry.artifact == artifact)
            and (environments is None or entry.environment in environments)
            and (since is None or entry.time >= since)
        ]

    return read_log(monorepo, choose)


def _require_artifact(monorepo: Monorepo, entries: Sequence[LogEntry], artifact: str) -> None:
    known = {entry.artifact for entry in entries} | {*artifacts_at(monorepo, monorepo.git.head())}
    if artifact not in known and artifact in _environments_ever(monorepo, entries):
        raise RequestError(
            f"{artifact!r} is an environment, not an artifact",
            f"`inv log --environment {artifact}` shows all artifacts there",
        )
    _require_known("artifact", artifact, known)


def _environments(
    monorepo: Monorepo, entries: Sequence[LogEntry], named: str | None
) -> Collection[str] | None:
    """Return the environments for a name: one environment, or all of a phase."""
    if named is None:
        return None
    groups = monorepo.settings.groups
    if named in groups:
        return groups[named]
    _require_known("environment", named, _environments_ever(monorepo, entries))
    return [named]


def _environments_ever(monorepo: Monorepo, entries: Sequence[LogEntry]) -> set[str]:
    """Return all present and past environments, and the phases."""
    settings = monorepo.settings
    return {entry.environment for entry in entries} | {*settings.environments, *settings.groups}


def _require_known(what: str, name: str, known: Iterable[str]) -> None:
    names = sorted(known)
    if name not in names:
        near = get_close_matches(name, names, n=1)
        there = f"there have been {listed(names) or 'none'}: `inv log` shows all"
        hint = f"did you mean {near[0]}?" if near else there
        raise RequestError(f"there has never been an {what} {name!r}", hint)
