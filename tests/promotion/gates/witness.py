"""Somebody who looks on and writes down what happens, and by that says what may not have happened.

It shares nothing with what it judges: each of its answers is a slow look at all that was written down.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from semver import Version


@dataclass(frozen=True)
class Law:
    """What a phase asks for. `hours` are of the day, in UTC."""

    after: str | None = None
    soak: float = 0
    healthy: bool = False
    hours: tuple[int, int] = (0, 24)


@dataclass(frozen=True)
class Ban:
    """A freeze."""

    phase: str
    until: float


@dataclass
class _Stay:
    version: str
    since: float
    until: float = float("inf")
    words: list[tuple[float, str, bool]] = field(default_factory=list)
    """When which cluster said that it runs, or fails, while the tag was there."""

    def soaked(self, clusters: Collection[str], now: float) -> float | None:
        """For how long it ran to the end, by the word of all clusters; None where one does not say so."""
        end, begins = min(self.until, now), []
        for cluster in clusters:
            said = [(time, runs) for time, who, runs in self.words if who == cluster and time <= end]
            if not said or not said[-1][1]:
                return None
            failed = max((time for time, runs in said if not runs), default=self.since)
            begins.append(min(time for time, runs in said if runs and time >= failed))
        return end - max(begins, default=self.since)

    def fails(self, now: float) -> bool:
        last = {who: runs for time, who, runs in self.words if time <= now}
        return not all(last.values())


@dataclass
class Witness:
    groups: Mapping[str, Sequence[str]]
    laws: Mapping[str, Law]
    clusters: Mapping[str, Collection[str]]
    stays: dict[str, list[_Stay]] = field(default_factory=dict)
    wanted: dict[str, list[str | None]] = field(default_factory=dict)
    bans: list[Ban] = field(default_factory=list)
    slack: float = 2
    """Seconds that what happens may take: clocks tell whole ones."""
    spoke: set[str] = field(default_factory=set)
    """The environments whose clusters have ever said anything."""

    def wants(self, environment: str, version: str | None) -> None:
        """Main gives an environment a version."""
        had = self.wanted.setdefault(environment, [])
        if version != (had[-1] if had else None):
            had.append(version)

    def moved(self, now: float, environment: str, version: str) -> None:
        stays = self.stays.setdefault(environment, [])
        if stays:
            stays[-1].until = now
        stays.append(_Stay(version, now))

    def said(self, now: float, environment: str, version: str, cluster: str, runs: bool) -> None:
        """Somebody who may has said it. Of what the tag does not have, it is worth nothing."""
        self.spoke.add(environment)
        stays = self.stays.get(environment, [])
        if stays and stays[-1].version == version:
            stays[-1].words.append((now, cluster, runs))

    def has(self, environment: str) -> str | None:
        stays = self.stays.get(environment, [])
        return stays[-1].version if stays else None

    def phase_of(self, environment: str) -> str:
        return next(phase for phase, group in self.groups.items() if environment in group)

    def faults(self, now: float, environment: str, version: str, old: str | None) -> list[str]:
        """Why a version may not go to an environment now that has an old one."""
        phase = self.phase_of(environment)
        law, found = self.laws[phase], []
        if any(ban.phase in ("", phase) and now < ban.until for ban in self.bans):
            found.append(f"{phase} is frozen")
        if old is not None and Version.parse(version) < Version.parse(old):
            return found
        hour = datetime.fromtimestamp(now, UTC).hour
        if not law.hours[0] <= hour < law.hours[1]:
            found.append(f"{phase} takes nothing at {hour}")
        for earlier in self.earlier(environment):
            found += self.stops(now, earlier, version)
        for before in self.groups[law.after] if law.after else ():
            found += self._too_early(now, before, version, law)
        return found

    def earlier(self, environment: str) -> Iterator[str]:
        """The environments of the phases before."""
        for group in self.groups.values():
            if environment in group:
                return
            yield from group

    def stops(self, now: float, environment: str, version: str) -> list[str]:
        """Why a version goes no further, by one of the environments where it was."""
        stays = [stay for stay in self.stays.get(environment, []) if stay.version == version]
        found = [f"{environment} fails with {version}"] if stays and stays[-1].fails(now) else []
        return found + ([f"{environment} fell from {version}"] if self.fell(environment, version) else [])

    def fell(self, environment: str, version: str) -> bool:
        had = self.wanted.get(environment, [])
        fallen = False
        for before, after in pairwise(had):
            if after == version:
                fallen = False
            elif before and Version.parse(before) >= Version.parse(version) and version in had:
                fallen = fallen or after is None or Version.parse(after) < Version.parse(version)
        return fallen

    def starves(self, now: float, environment: str) -> str:
        """What runs in an environment, for too short a time yet, and would go on from there."""
        stay = self.stays[environment][-1]
        for phase, law in self.laws.items():
            if law.after != self.phase_of(environment) or environment not in self.spoke:
                continue
            behind = [name for name in self.groups[phase] if self._is_behind(name, stay.version)]
            ran = stay.soaked(self.clusters[environment], now)
            earlier = [*self.earlier(self.groups[phase][0]), *self.groups[phase]]
            stops = any(self.stops(now, name, stay.version) for name in earlier)
            if (
                behind
                and ran is not None
                and ran < law.soak - 60
                and not stops
                and not self._held(phase, stay)
            ):
                return f"{environment} ran {stay.version} for {ran}, and {behind} wait"
        return ""

    def _is_behind(self, environment: str, version: str) -> bool:
        has = self.wanted[environment][-1]
        return has is None or Version.parse(has) < Version.parse(version)

    def _held(self, phase: str, stay: _Stay) -> bool:
        """Whether a phase was rolled back from something as high."""
        versions = {each for name in self.groups[phase] for each in self.wanted[name] if each}
        higher = [each for each in versions if Version.parse(each) >= Version.parse(stay.version)]
        return any(self.fell(name, each) for name in self.groups[phase] for each in higher)

    def _too_early(self, now: float, environment: str, version: str, law: Law) -> list[str]:
        stays = [stay for stay in self.stays.get(environment, []) if stay.version == version]
        if not stays:
            return [f"{environment} never had {version}"]
        silent = environment not in self.spoke and not law.healthy
        if silent or not (law.soak or law.healthy):
            runs = [min(stay.until, now) - stay.since for stay in stays]
        else:
            told = [stay.soaked(self.clusters.get(environment, ()), now) for stay in stays]
            runs = [run for run in told if run is not None]
        longest = max(runs, default=None)
        if longest is None or longest < law.soak - self.slack:
            return [f"{environment} ran {version} for {longest} of {law.soak}"]
        return []
