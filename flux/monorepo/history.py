"""What each environment was to have, back through the desired state's history."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flux.errors import DesiredStateError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import parse_artifact


@dataclass(frozen=True)
class DesiredVersions:
    """An artifact's versions by environment, as a commit of the tip's first-parent line set them.

    `time` is the committer's, in seconds since the epoch.
    """

    commit: str
    time: int
    versions: Mapping[str, str]


def history(monorepo: Monorepo, artifact: str, tip: str | None = None) -> Iterator[DesiredVersions]:
    """The states that an artifact has been in, from that at the tip back, each with the commit that it began
    with. They are looked for as they are asked for.

    A file that has errors never was a state, and is passed over. Environments that are no more are in the
    states of their time. Raises HistoryMissingError where a shallow clone cannot be completed.
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


def before(states: Iterable[DesiredVersions], environment: str) -> str | None:
    """The version that an environment had before the one that it has in the first state, None where it never
    had another."""
    versions = (state.versions.get(environment) for state in states)
    now = next(versions, None)
    return next((version for version in versions if version not in (None, now)), None)


def changed_at(states: Iterable[DesiredVersions], environment: str) -> int:
    """When an environment was given the version that it has in the first state, or lost it, in seconds since
    the epoch; 0 where it never had any."""
    later: DesiredVersions | None = None
    for state in states:
        if later and state.versions.get(environment) != later.versions.get(environment):
            return later.time
        later = state
    return later.time if later and environment in later.versions else 0
