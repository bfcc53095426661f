"""Whatever happens, in any order: no version goes on before its gates hold, and none that could stalls."""

import os
from collections.abc import Callable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from semver import Version

from flux.promotion.clusters.health import ClusterReport
from flux.promotion.clusters.status import StatusName
from flux.promotion.clusters.status import StatusState as Said
from flux.promotion.gates.auto import due
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import judge
from flux.promotion.gates.move import Move, dated, stays_of
from flux.promotion.gates.rule import Auto, Rule
from flux.promotion.gates.state import Course, GateState, Wanted
from flux.promotion.gates.window import read_window
from tests.promotion.gates.courses import GROUPS, HOUR, digest_of
from tests.promotion.gates.witness import Ban, Law, Witness

ENVIRONMENTS = tuple(environment for group in GROUPS.values() for environment in group)
CLUSTERS = {"at1": (), "at2": ("eu",), "tt1": ("eu",), "prod1": ("eu", "us"), "prod2": ("eu",)}
COURSE = Course(
    GROUPS,
    {
        "at": Rule(auto=Auto.MINOR),
        "tt": Rule("at", soak=2 * 3600, auto=Auto.MINOR),
        "prod": Rule("tt", soak=3600, healthy=True, auto=Auto.MINOR, windows=(read_window("06:00-20:00"),)),
    },
)
LAWS = {"at": Law(), "tt": Law("at", 2 * HOUR), "prod": Law("tt", HOUR, True, (6, 20))}
_START = 1_767_225_600.0

environments = st.sampled_from(ENVIRONMENTS)
picks = st.integers(0, 99)


class Story(RuleBasedStateMachine):
    """One artifact: main, its tags, its clusters, and pull requests that somebody merges some time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = _START
        self.releases = ["1.0.0"]
        self.moves: list[Move] = []
        self.state = GateState(clusters=CLUSTERS)
        self.wanted: dict[str, list[Wanted]] = {}
        self.open: set[tuple[str, str]] = set()
        """The versions and environments that rules have proposed."""
        self.witness = Witness(GROUPS, LAWS, {name: each or ("eu",) for name, each in CLUSTERS.items()})
        self.ids = iter(range(10**6))

    @initialize()
    def everywhere(self) -> None:
        for environment in ENVIRONMENTS:
            self._desire(environment, "1.0.0")
            self._move(environment, "1.0.0")

    def _desire(self, environment: str, version: str) -> None:
        had = self.wanted.setdefault(environment, [])
        if not had or had[-1].version != version:
            had.append(Wanted(version, self.now))
        self.witness.wants(environment, version)
        self._look()

    def _move(self, environment: str, version: str) -> None:
        self.moves.append(Move("eso", environment, version, digest_of(version), "", self.now, next(self.ids)))
        self.witness.moved(self.now, environment, version)
        self._look()

    def _look(self) -> None:
        versions = {name: had[-1].version or "" for name, had in self.wanted.items()}
        moves = dated(self.moves, self.state.reports, self.wanted)
        self.state = replace(self.state, versions=versions, wanted=self.wanted, stays=stays_of(moves))

    @invariant()
    def time_passes(self) -> None:
        self.now += 60

    @rule(minutes=st.sampled_from([5, 30, 90, 300]))
    def wait(self, minutes: int) -> None:
        self.now += minutes * 60

    @rule(minor=st.booleans())
    def release(self, minor: bool) -> None:
        last = Version.parse(self.releases[-1])
        self.releases.append(str(last.bump_minor() if minor else last.bump_patch()))

    @rule()
    def reconcile(self) -> None:
        for each in due(self.releases, COURSE, self.state, self.now):
            for environment in each.environments:
                old = self.state.versions[environment]
                faults = self.witness.faults(self.now, environment, each.version, old)
                assert not faults, f"{each.version} to {environment}: {faults}"
                assert Version.parse(each.version) > Version.parse(old)
                group = GROUPS[each.phase]
                stops = [stop for name in group for stop in self.witness.stops(self.now, name, each.version)]
                assert not stops, stops
                starved = self.witness.starves(self.now, environment)
                assert not starved, f"{each.version} takes the place of what soaks: {starved}"
                self.open.add((each.version, environment))

    @rule(fails=st.none() | st.none() | environments, minutes=st.sampled_from([1, 61, 121]))
    def go_on(self, fails: str | None, minutes: int) -> None:
        """What happens on most days: all is merged, clusters follow, and time passes."""
        self.reconcile()
        while self.open:
            self.merge(0)
        self.tag()
        self._everything_runs(fails)
        self.wait(minutes)

    @precondition(lambda self: self.open)
    @rule(pick=picks)
    def merge(self, pick: int) -> None:
        """Somebody merges what a rule proposed, be its check red or green by now."""
        version, environment = sorted(self.open)[pick % len(self.open)]
        self.open.discard((version, environment))
        self._desire(environment, version)

    @rule(environment=environments, pick=picks)
    def desire(self, environment: str, pick: int) -> None:
        """Somebody brings another version to main by hand."""
        self._desire(environment, self.releases[pick % len(self.releases)])

    @rule(environment=environments)
    def roll_back(self, environment: str) -> None:
        lower = [
            v for v in self.releases if Version.parse(v) < Version.parse(self.state.versions[environment])
        ]
        if lower:
            self._desire(environment, lower[-1])

    @rule()
    def tag(self) -> None:
        for environment in ENVIRONMENTS:
            version, has = self.state.versions[environment], self.witness.has(environment)
            if version == has or not judge(version, environment, COURSE, self.state, self.now).allowed:
                continue
            faults = self.witness.faults(self.now, environment, version, has)
            assert not faults, f"{version} to {environment}: {faults}"
            self._move(environment, version)

    @rule(environment=environments, cluster=st.sampled_from(["eu", "us"]), runs=st.booleans())
    def say(self, environment: str, cluster: str, runs: bool) -> None:
        """Flux does not say again what it said last of the same digest."""
        if cluster in CLUSTERS[environment]:
            self._say(environment, self.witness.has(environment) or "", cluster, runs)

    @rule(environment=environments, cluster=st.sampled_from(["eu", "us"]), pick=picks, runs=st.booleans())
    def say_late(self, environment: str, cluster: str, pick: int, runs: bool) -> None:
        """Of what it had once."""
        had = [stay.version for stay in self.witness.stays[environment]]
        if cluster in CLUSTERS[environment]:
            self._say(environment, had[pick % len(had)], cluster, runs)

    def _say(self, environment: str, version: str, cluster: str, runs: bool) -> None:
        name = StatusName("eso", environment, digest_of(version), cluster)
        said = Said.SUCCESS if runs else Said.FAILURE
        before = [report for report in self.state.reports if report.name == name]
        if before and before[-1].state is said:
            return
        report = ClusterReport(name, said, self.now, "", next(self.ids))
        self.state = replace(self.state, reports=[*self.state.reports, report])
        self.witness.said(self.now, environment, version, cluster, runs)
        self._look()

    @rule(phase=st.sampled_from(["", *GROUPS]), hours=st.sampled_from([1, 8, 1000]))
    def freeze(self, phase: str, hours: int) -> None:
        until = self.now + hours * HOUR
        self.state = replace(self.state, freezes=[*self.state.freezes, Freeze("x", "alice", phase, until)])
        self.witness.bans.append(Ban(phase, until))

    @rule()
    def unfreeze(self) -> None:
        self.state = replace(self.state, freezes=[])
        self.witness.bans.clear()

    def teardown(self) -> None:
        """Clusters that succeed and people who merge bring a new version everywhere."""
        self.unfreeze()
        self.release(True)
        newest = self.releases[-1]
        for _ in range(40):
            self.reconcile()
            for version, environment in sorted(self.open, key=lambda each: Version.parse(each[0])):
                if Version.parse(version) > Version.parse(self.state.versions[environment]):
                    self._desire(environment, version)
            self.open.clear()
            self.tag()
            self._everything_runs()
            self.now += 45 * 60
        has = {environment: self.witness.has(environment) for environment in ENVIRONMENTS}
        assert has == dict.fromkeys(ENVIRONMENTS, newest), f"{newest} stalls: {has}"

    def _everything_runs(self, but: str | None = None) -> None:
        self.now += 60
        for environment, clusters in CLUSTERS.items():
            for cluster in clusters:
                self._say(environment, self.witness.has(environment) or "", cluster, environment != but)


Story.TestCase.settings = settings(
    max_examples=int(os.environ.get("FLUX_TESTS_GATE_STORIES", "20")), stateful_step_count=40, deadline=None
)
TestStory: Callable[..., object] = Story.TestCase
