"""The four DORA measures of deployments to the last phase.

https://dora.dev/guides/dora-metrics-four-keys/ defines the measures. Here a deployment is a change of the
version that one artifact should have in an environment of the last phase. The changes of one merge to one
version are one deployment. A deployment failed if a rollback followed it. The merge of that rollback restores
the service.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flux.promotion.timeline import Direction

WEEK = 7 * 24 * 3600
_WEEKS = 26


@dataclass(frozen=True)
class Arrival:
    """One environment got a version. Times are in seconds since the epoch; None if unknown.

    `change` identifies the cause, such as a merge. `committed` is when the released commit was made.
    """

    artifact: str
    environment: str
    version: str | None
    direction: Direction
    time: float
    change: str
    released: float | None = None
    committed: float | None = None


@dataclass(frozen=True)
class Distribution:
    """Durations in seconds, shortest first."""

    spans: tuple[float, ...]

    def quantile(self, share: float) -> float | None:
        """Return the duration that a `share` of all do not exceed; None if there are none."""
        if not self.spans:
            return None
        at = max(0, -(-round(share * 1000) * len(self.spans) // 1000) - 1)
        return self.spans[min(at, len(self.spans) - 1)]


@dataclass(frozen=True)
class Measures:
    """`weekly` has the number of deployments in each of the last 26 weeks, oldest first."""

    lead_from_release: Distribution
    lead_from_commit: Distribution
    restore: Distribution
    deployments: int
    rollbacks: int
    weekly: tuple[int, ...]

    @property
    def failed_share(self) -> float | None:
        """The share of deployments that were rolled back, from 0 to 1; None without deployments."""
        return min(1.0, self.rollbacks / self.deployments) if self.deployments else None


def measure(arrivals: Iterable[Arrival], last_phase: Sequence[str], now: float) -> Measures:
    """Return the measures of the environments of the last phase. Arrivals can be in any order."""
    ours = sorted((a for a in arrivals if a.environment in last_phase), key=lambda a: a.time)
    deployed = _firsts(a for a in ours if a.direction in (Direction.FIRST, Direction.UP) and a.version)
    first_of_version = _first_of_version(deployed.values())
    return Measures(
        _spans(a.time - a.released for a in first_of_version if a.released),
        _spans(a.time - a.committed for a in first_of_version if a.committed),
        _spans(_restores(ours)),
        len(deployed),
        len(_firsts(a for a in ours if a.direction is Direction.ROLLBACK)),
        _weekly([a.time for a in deployed.values()], now),
    )


def _firsts(arrivals: Iterable[Arrival]) -> Mapping[tuple[str, str | None, str], Arrival]:
    """Return the first arrival of each artifact and version in each change."""
    found: dict[tuple[str, str | None, str], Arrival] = {}
    for arrival in arrivals:
        found.setdefault((arrival.artifact, arrival.version, arrival.change), arrival)
    return found


def _first_of_version(arrivals: Iterable[Arrival]) -> list[Arrival]:
    found: dict[tuple[str, str | None], Arrival] = {}
    for arrival in arrivals:
        found.setdefault((arrival.artifact, arrival.version), arrival)
    return list(found.values())


def _restores(ordered: Sequence[Arrival]) -> list[float]:
    """Return the time from a version's deployment to its rollback, once for each rollback."""
    running: dict[tuple[str, str], Arrival] = {}
    spans: dict[tuple[str, str], float] = {}
    for arrival in ordered:
        place = arrival.artifact, arrival.environment
        before = running.get(place)
        if arrival.direction is Direction.ROLLBACK and before:
            key = arrival.artifact, arrival.change
            spans[key] = max(spans.get(key, 0.0), arrival.time - before.time)
        running[place] = arrival
    return list(spans.values())


def _spans(spans: Iterable[float]) -> Distribution:
    """Return the durations without negative ones, which come from wrong clocks."""
    return Distribution(tuple(sorted(span for span in spans if span >= 0)))


def _weekly(times: Sequence[float], now: float) -> tuple[int, ...]:
    counts = [0] * _WEEKS
    for time in times:
        ago = int((now - time) // WEEK)
        if 0 <= ago < _WEEKS:
            counts[_WEEKS - 1 - ago] += 1
    return tuple(counts)
