"""Reads the cluster reports on an artifact, by the commits that its images name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from flux.monorepo.monorepo import Monorepo
from flux.promotion.clusters.health import ClusterReport
from flux.promotion.clusters.status import StatusState, parse_name
from flux.promotion.gates.move import Move
from flux.settings.derived import Settings

_MOST_ON_THEIR_WAY = 30
_MOST_LOOKED_BACK = 10


class ClusterReports:
    """Reads cluster reports. The forge is asked once about each commit."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self._said: dict[str, Sequence[ClusterReport]] = {}

    def of(
        self, moves: Sequence[Move], goes_on: Callable[[str], bool]
    ) -> Mapping[str, Sequence[ClusterReport]]:
        """Return the reports on moved images by commit, the oldest first: on the current and the previous
        image of each environment, and on the newest versions that may go on to another environment.

        If an environment has no report on these, earlier commits are read to find whether it ever had one.
        """
        newest = [move for move in reversed(moves) if move.commit]
        on_their_way = dict.fromkeys(move.commit for move in newest if goes_on(move.version))
        commits = [*_last_two(newest), *islice(on_their_way, _MOST_ON_THEIR_WAY)]
        found = {commit: self._of(commit) for commit in commits}
        for environment in self._settings.clusters:
            for commit in _of_silent(environment, newest, found):
                found[commit] = self._of(commit)
        return found

    def _of(self, commit: str) -> Sequence[ClusterReport]:
        """Return the reports on a commit, by accounts that may report."""
        if commit not in self._said:
            self._said[commit] = list(self._read(commit))
        return self._said[commit]

    def _read(self, commit: str) -> Iterator[ClusterReport]:
        for status in self._forge.statuses(commit):
            name = parse_name(status.context)
            may = name and may_report(self._settings, status.creator, name.environment)
            if name and may and status.state in [*StatusState]:
                yield ClusterReport(
                    name, StatusState(status.state), status.created, status.description[:140], status.id
                )


def _last_two(newest: Iterable[Move]) -> Iterator[str]:
    """Yield the commits of the last two images of each environment."""
    found: dict[str, set[str]] = {}
    for move in newest:
        had = found.setdefault(move.environment, set())
        if len(had) < 2:
            had.add(move.commit)
            yield move.commit


def _of_silent(
    environment: str, newest: Iterable[Move], found: Mapping[str, Sequence[ClusterReport]]
) -> Iterator[str]:
    """Yield more commits to read for an environment, until a report on it is found."""
    had = dict.fromkeys(move.commit for move in newest if move.environment == environment)
    for commit in islice((each for each in had if each not in found), _MOST_LOOKED_BACK):
        if any(report.name.environment == environment for each in found.values() for report in each):
            return
        yield commit


def may_report(settings: Settings, creator: str, environment: str) -> bool:
    """Whether the settings let an account report for the clusters of an environment."""
    clusters = settings.clusters.get(environment)
    named = (*(clusters.reporters if clusters else ()), *settings.automation)
    return creator.casefold() in {name.casefold() for name in named}
