"""The health of an environment, from the reports of its clusters about the digest of its tag."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from flux.promotion.clusters.status import StatusName, StatusState

ClusterKustomization = tuple[str, str]
"""A Kustomization and its cluster."""


class Running(StrEnum):
    """The health of an environment."""

    RUNNING = "running"
    FAILING = "failing"
    WAITING = "waiting"
    """Some clusters have not reported it yet."""
    UNKNOWN = "unknown"
    """No cluster has ever reported there."""


@dataclass(frozen=True)
class ClusterReport:
    """One status by an account that may report, at `time` by the forge's clock. Of statuses in one second,
    the later one has the higher `id`."""

    name: StatusName
    state: StatusState
    time: float
    description: str = ""
    id: int = 0

    @property
    def place(self) -> ClusterKustomization:
        return self.name.kustomization, self.name.cluster

    @property
    def succeeds(self) -> bool:
        return self.state is StatusState.SUCCESS


@dataclass(frozen=True)
class Failure:
    """A Kustomization fails. `description` is what its cluster reported."""

    place: ClusterKustomization
    description: str = ""


@dataclass(frozen=True)
class Silence:
    """The places and clusters that have not reported yet. If both are empty, these are unknown."""

    places: tuple[ClusterKustomization, ...] = ()
    clusters: tuple[str, ...] = ()


@dataclass(frozen=True)
class TagBehind:
    """The environment's tag has not moved yet."""


@dataclass(frozen=True)
class Health:
    """`since` is in seconds since the epoch. `cause` is why it fails or waits.

    `returned` says that the version was there before, and that the clusters reported it then: Flux does not
    repeat a status that did not change.
    """

    state: Running
    since: float | None = None
    cause: Failure | Silence | TagBehind | None = None
    returned: bool = False

    @property
    def soaks(self) -> bool:
        """Whether the time since `since` counts."""
        return self.state is Running.RUNNING and not self.returned


@dataclass(frozen=True)
class _Streak:
    """The reports of one place since it last changed between success and failure."""

    place: ClusterKustomization
    first: ClusterReport
    last: ClusterReport


def health(
    reports: Sequence[ClusterReport],
    environment: str,
    digest: str,
    moved: float | None,
    clusters: Collection[str] = (),
    until: float = inf,
) -> Health:
    """Return how an environment runs a digest. `moved` is when its tag moved to it; None if unknown.

    `reports` are those of one artifact, in any order. All of `clusters` must report. So must the
    Kustomizations that reported the digest before, only in `clusters` if some are named. Reports from after
    `until` are ignored.
    """
    ours = [each for each in reports if each.name.environment == environment]
    if not ours:
        return Health(Running.UNKNOWN)
    begin = -inf if moved is None else moved
    streaks = _streaks((each for each in ours if each.name.digest == digest and each.time <= until), begin)
    if failing := _failing(streaks, begin):
        return failing
    running = {streak.place for streak in streaks if streak.last.succeeds}
    if missing := _missing(running, _places_before(ours, digest, until, clusters), clusters):
        return Health(Running.WAITING, moved, missing)
    if any(streak.last.time < begin for streak in streaks):
        return Health(Running.RUNNING, moved, returned=True)
    return Health(Running.RUNNING, max(streak.first.time for streak in streaks))


def _failing(streaks: Sequence[_Streak], begin: float) -> Health | None:
    """Return the failure that began first. Failures from before the move do not count."""
    failing = [streak for streak in streaks if not streak.last.succeeds and streak.last.time >= begin]
    if not failing:
        return None
    worst = min(failing, key=lambda streak: streak.first.time)
    return Health(Running.FAILING, worst.first.time, Failure(worst.place, worst.last.description))


def _streaks(reports: Iterable[ClusterReport], begin: float) -> list[_Streak]:
    """Return the last streak of each place. Pending reports are ignored. After the move a new streak
    begins."""
    found: dict[ClusterKustomization, _Streak] = {}
    for report in sorted(reports, key=lambda report: (report.time, report.id)):
        if report.state is StatusState.PENDING:
            continue
        before = found.get(report.place)
        goes_on = before is not None and before.last.succeeds == report.succeeds
        anew = before is not None and before.first.time < begin <= report.time
        first = before.first if before and goes_on and not anew else report
        found[report.place] = _Streak(report.place, first, report)
    return list(found.values())


def _places_before(
    reports: Sequence[ClusterReport], digest: str, until: float, clusters: Collection[str]
) -> set[ClusterKustomization]:
    """Return the places that reported the environment's previous digest, in `clusters` if some are named."""
    own = [report.time for report in reports if report.name.digest == digest]
    others = [
        report for report in reports if report.name.digest != digest and report.time <= min([until, *own])
    ]
    if not others:
        return set()
    last = max(others, key=lambda report: (report.time, report.id)).name.digest
    places = {report.place for report in others if report.name.digest == last}
    return {place for place in places if not clusters or place[1] in clusters}


def _missing(
    running: set[ClusterKustomization], expected: set[ClusterKustomization], clusters: Collection[str]
) -> Silence | None:
    """Return who has not reported the digest yet; None if everybody has."""
    silent = tuple(sorted(set(clusters) - {cluster for _, cluster in running | expected}))
    late = tuple(sorted(expected - running))
    return Silence(late, silent) if late or silent or not running else None
