"""Reads the desired versions of each environment from git's history."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from semver import Version

from flux.errors import DesiredStateError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import parse_artifact
from flux.promotion.proposal import Promotion


@dataclass(frozen=True)
class DesiredVersions:
    """An artifact's versions by environment, and the commit on the tip's first-parent line that set them.

    `time` is the time of the commit, in seconds since the epoch.
    """

    commit: str
    time: int
    versions: Mapping[str, str]


def history(monorepo: Monorepo, artifact: str, tip: str | None = None) -> Iterator[DesiredVersions]:
    """Yield the desired versions of an artifact, from the tip back, each with the commit that set them.

    The history is read only as far as the caller iterates. A file with errors is skipped. Environments that
    the settings no longer have are included. Raises HistoryMissingError if a shallow clone cannot be
    completed.
    """
    newer: DesiredVersions | None = None
    for revision, blob in monorepo.git.file_history(tip or monorepo.tip, monorepo.settings.releaseconfig):
        content = monorepo.git.read(blob) if blob else None
        try:
            versions = parse_artifact(monorepo.settings.releaseconfig, content, artifact)
        except DesiredStateError:
            continue
        if newer and newer.versions != versions:
            yield newer
        newer = DesiredVersions(revision.commit, revision.time, versions)
    if newer:
        yield newer


def had_version(
    monorepo: Monorepo, promotion: Promotion, environments: Collection[str], tip: str
) -> set[str]:
    """Return the environments that had a promotion's version at some time in the history of `tip`."""
    if not environments:
        return set()
    return {
        environment
        for state in history(monorepo, promotion.artifact, tip)
        for environment in environments
        if state.versions.get(environment) == promotion.version
    }


def before(states: Iterable[DesiredVersions], environment: str) -> str | None:
    """Return the last version of an environment that is lower than its version in the first state.

    If it has no version in the first state, return its last one. Return None if there is no such version.
    """
    versions = (state.versions.get(environment) for state in states)
    now = next(versions, None)
    return next(
        (v for v in versions if v and (now is None or Version.parse(v) < Version.parse(now))),
        None,
    )


def change_of(states: Iterable[DesiredVersions], environment: str) -> DesiredVersions | None:
    """Return the state that set an environment's version as it is in the first state, or that removed it."""
    later: DesiredVersions | None = None
    for state in states:
        if later and state.versions.get(environment) != later.versions.get(environment):
            return later
        later = state
    return later if later and environment in later.versions else None
