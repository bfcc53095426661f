"""The facts that decide whether a version may go to an environment, as values. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from semver import Version

from flux.promotion.clusters.health import ClusterReport, Health, Running, health
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.rule import Rule


@dataclass(frozen=True)
class Course:
    """The path of one artifact: the environments of each phase in order, and the phases' rules."""

    groups: Mapping[str, Sequence[str]]
    rules: Mapping[str, Rule]

    def phase_of(self, environment: str) -> str:
        """Return the phase of an environment. Raises KeyError if no phase has it."""
        for phase, environments in self.groups.items():
            if environment in environments:
                return phase
        raise KeyError(environment)

    def up_to(self, phase: str) -> Iterator[str]:
        """Yield the environments of all phases up to and including this one."""
        for name, environments in self.groups.items():
            yield from environments
            if name == phase:
                return


@dataclass(frozen=True)
class Stay:
    """A time in which an environment's tag had a version, by the forge's clock. `until` is None while it
    lasts."""

    version: str
    digest: str
    since: float
    until: float | None = None
    content_since: float | None = None
    """When the tag got this digest, if the version before had the same one."""

    @property
    def arrived(self) -> float:
        """When the digest came. Clusters do not report again what they already have."""
        return self.since if self.content_since is None else self.content_since


@dataclass(frozen=True)
class Wanted:
    """A version that main gave an environment at a time; None if main removed the last one."""

    version: str | None
    time: float


@dataclass(frozen=True)
class GateState:
    """The state of one artifact. `versions` are main's. `wanted` are those that main had, oldest first.
    `stays` are where the tags were. `clusters` are those that must report."""

    versions: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, Sequence[Wanted]] = field(default_factory=dict)
    stays: Mapping[str, Sequence[Stay]] = field(default_factory=dict)
    reports: Sequence[ClusterReport] = ()
    freezes: Sequence[Freeze] = ()
    clusters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def last_stay(self, environment: str) -> Stay | None:
        stays = self.stays.get(environment, ())
        return stays[-1] if stays else None

    def comes_from(self, environment: str, version: str) -> str | None:
        """Return the version that an environment has before it gets this one."""
        if self.versions.get(environment) != version:
            return self.versions.get(environment)
        if stay := self.last_stay(environment):
            return stay.version
        had = [wanted.version for wanted in self.wanted.get(environment, ())]
        return next((other for other in reversed(had) if other != version), None)

    def is_there(self, environment: str, version: str) -> bool:
        """Whether the environment's tag was moved to the version that main gives it."""
        stay = self.last_stay(environment)
        return bool(stay and stay.version == version == self.versions.get(environment))

    def health(self, environment: str, stay: Stay, now: float) -> Health:
        """Return how the environment ran the version at the end of a stay, or runs it now."""
        end = now if stay.until is None else min(stay.until, now)
        named = self.clusters.get(environment, ())
        return health(self.reports, environment, stay.digest, stay.arrived, named, end)

    def fails(self, environment: str, version: str, now: float) -> Health | None:
        """Return the report of a failing cluster on a version that an environment has, or had last; None if
        no cluster fails."""
        stays = [stay for stay in self.stays.get(environment, ()) if stay.version == version]
        found = self.health(environment, stays[-1], now) if stays else None
        return found if found and found.state is Running.FAILING else None

    def way_back(self, environment: str, now: float) -> str | None:
        """Return the last lower version that an environment had and that did not fail there.

        None if the last change was already to a lower version: a broken cluster would lower it again and
        again.
        """
        had = [each.version for each in self.wanted.get(environment, ())]
        has, last = (had or [None])[-1], had[-2:-1]
        if has is None or (last and last[0] and is_higher(last[0], has)):
            return None
        lower = (version for version in reversed(had) if version and is_higher(has, version))
        return next((version for version in lower if not self.fails(environment, version, now)), None)


def is_higher(version: str, than: str | None) -> bool:
    return than is None or Version.parse(version) > Version.parse(than)


def fallen_from(version: str, wanted: Sequence[Wanted]) -> bool:
    """Whether an environment had a version, then got a lower one or none, and did not get it again."""
    had = [each.version for each in wanted]
    if version not in had:
        return False
    since = had[::-1][: had[::-1].index(version)]
    return any(other is None or is_higher(version, other) for other in since)
