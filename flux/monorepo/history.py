"""The desired versions of each environment, back through history."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from semver import Version

from flux.errors import DesiredStateError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import parse_artifact
from flux.promotion.proposal import Promotion


@dataclass(frozen=True)
class DesiredVersions:
    """An artifact's versions by environment, as a commit of the tip's first-parent line set them.

    `time` is the committer's, in seconds since the epoch.
    """

    commit: str
    time: int
    versions: Mapping[str, str]


def history(monorepo: Monorepo, artifact: str, tip: str | None = None) -> Iterator[DesiredVersions]:
    """What an artifact was to have, from the tip back. Each has the commit that set it.

    The history is read only as far as it is asked for. A file with errors desired nothing, and is skipped.
    Environments that were removed since are still in it. Raises HistoryMissingError where a shallow clone
    cannot be completed.
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
    """Of environments, those that had a promotion's version some time in the history of `tip`."""
    if not environments:
        return set()
    return {
        environment
        for state in history(monorepo, promotion.artifact, tip)
        for environment in environments
        if state.versions.get(environment) == promotion.version
    }


def before(states: Iterable[DesiredVersions], environment: str) -> str | None:
    """The last version that an environment had before and that is lower than the one of the first state; of
    an environment that has none there, the last one. None where it never had such a version."""
    versions = (state.versions.get(environment) for state in states)
    now = next(versions, None)
    return next(
        (v for v in versions if v and (now is None or Version.parse(v) < Version.parse(now))),
        None,
    )


def change_of(states: Iterable[DesiredVersions], environment: str) -> DesiredVersions | None:
    """The state that gave an environment the version that it has in the first one, or took it away."""
    later: DesiredVersions | None = None
    for state in states:
        if later and state.versions.get(environment) != later.versions.get(environment):
            return later
        later = state
    return later if later and environment in later.versions else None
