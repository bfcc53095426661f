"""Reads the desired versions of each environment from git's history."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from semver import Version

from flux.artifact.revision import Revision
from flux.errors import DesiredStateError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import Desired, are_versions, parse_loosely
from flux.promotion.proposal import Promotion


@dataclass(frozen=True)
class DesiredVersions:
    """An artifact's versions by environment, and the commit on the tip's first-parent line that set them.

    `time` is the time of the commit, in seconds since the epoch.
    """

    commit: str
    time: int
    versions: Mapping[str, str]


def history(monorepo: Monorepo, artifact: str, commit: str | None = None) -> Iterator[DesiredVersions]:
    """Yield the desired versions of an artifact, from a commit back, or from the tip, each with the commit
    that set them.

    The history is read only as far as the caller iterates. A file with errors is skipped. Environments that
    the settings no longer have are included. Raises HistoryMissingError if a shallow clone cannot be
    completed.
    """
    newer: DesiredVersions | None = None
    for revision, desired in _states(monorepo, commit or monorepo.tip):
        versions = desired.get(artifact, {})
        if not are_versions(versions):
            continue
        if newer and newer.versions != versions:
            yield newer
        newer = DesiredVersions(revision.commit, revision.time, versions)
    if newer:
        yield newer


def histories(monorepo: Monorepo, commit: str) -> Callable[[str], list[DesiredVersions]]:
    """Return a function that returns what `history` yields for an artifact. The history is read once."""
    found: defaultdict[str, list[DesiredVersions]] = defaultdict(list)
    newer: dict[str, DesiredVersions | None] = {}
    unnamed: DesiredVersions | None = None  # of artifacts that were in no file so far
    for revision, desired in _states(monorepo, commit):
        for artifact in desired.keys() | newer.keys():
            versions, last = desired.get(artifact, {}), newer.get(artifact, unnamed)
            newer[artifact] = last
            if (last and last.versions == versions) or are_versions(versions):
                newer[artifact] = DesiredVersions(revision.commit, revision.time, versions)
                found[artifact] += [last] if last and last.versions != versions else []
        unnamed = DesiredVersions(revision.commit, revision.time, {})

    def of(artifact: str) -> list[DesiredVersions]:
        last = newer.get(artifact, unnamed)
        return [*found.get(artifact, ()), *([last] if last else [])]

    return of


def _states(monorepo: Monorepo, commit: str) -> Iterator[tuple[Revision, Desired]]:
    """Yield each desired state back from a commit, with the commit that made it. Broken files are skipped."""
    path = monorepo.settings.releaseconfig
    for revision, blob in monorepo.git.file_history(commit, path):
        try:
            desired = parse_loosely(path, monorepo.git.read(blob) if blob else None)
        except DesiredStateError:
            continue
        yield revision, desired


def had_version(
    monorepo: Monorepo, promotion: Promotion, environments: Collection[str], commit: str
) -> set[str]:
    """Return the environments that had a promotion's version at some time in the history of a commit."""
    if not environments:
        return set()
    return {
        environment
        for state in history(monorepo, promotion.artifact, commit)
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
