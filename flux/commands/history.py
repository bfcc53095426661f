"""What the environments of an artifact had before: the desired state's history on the line of the tip."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flux.errors import DesiredStateError
from flux.promotion.desired import parse_desired
from flux.repository import Repository
from flux.settings import Settings


@dataclass(frozen=True)
class State:
    """An artifact's versions by environment since a commit, which was made at `time`, in seconds since the
    epoch."""

    commit: str
    time: int
    versions: Mapping[str, str]


def history(repository: Repository, settings: Settings, tip: str, artifact: str) -> Iterator[State]:
    """The states on the first-parent line back from the tip, the newest first.

    A file that nobody could have followed, since it had errors, is passed over.
    """
    path = settings.releaseconfig
    for passed in repository.line(tip, "", [path]):
        content = repository.file(passed.revision.commit, path)
        try:
            desired = parse_desired(path, content, None)
        except DesiredStateError:
            continue
        yield State(passed.revision.commit, passed.revision.time, desired.get(artifact, {}))


def before(states: Iterable[State], environment: str) -> str | None:
    """The last version of an environment that is not the one it has now, None where there is none."""
    versions = (state.versions.get(environment) for state in states)
    now = next(versions, None)
    return next((version for version in versions if version not in (now, None)), None)


def changed_at(states: Iterable[State], environment: str) -> int:
    """When an environment was given the version that it has now, 0 where it never had another."""
    later: State | None = None
    for state in states:
        if later and state.versions.get(environment) != later.versions.get(environment):
            return later.time
        later = state
    return later.time if later and environment in later.versions else 0
