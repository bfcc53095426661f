"""Versions that go on by rule, whatever people, clusters and forgers do meanwhile: the gates hold.

A quarter of FLUX_TESTS_STORIES is how many are made up for each forge, FLUX_TESTS_STEPS how long each may be.
"""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest
from github import GithubException
from hypothesis import HealthCheck, note, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from semver import Version

from flux.commands.promote import promote
from flux.errors import RequestError
from flux.forge.forge import PullRequest
from flux.forge.github.retry import GitHubRetry
from flux.promotion.gates.freeze import Freeze, render_freezes
from flux.promotion.gates.rule import Auto
from flux.settings.phases import Phase
from flux.settings.rules import FollowedClusters
from tests.commands.progressing import HOUR, REPORTER, Progress, followed
from tests.commands.promoting import World
from tests.promotion.gates.witness import Ban, Law, Witness
from tests.repo import Repo

pytestmark = pytest.mark.stories

GROUPS = {"at": ("at_ring1", "at_ring2"), "tt": ("tt",), "prod": ("prod_ring1", "prod_ring2")}
ENVIRONMENTS = tuple(environment for group in GROUPS.values() for environment in group)
CLUSTERS = {name: ("eu", "us") if name == "prod_ring1" else ("eu",) for name in ENVIRONMENTS}
LAWS = {"at": Law(), "tt": Law("at", 2 * HOUR), "prod": Law("tt", HOUR, True)}
_GIVEN: dict[str, dict[str, Any]] = {
    "at": {"auto": Auto.MINOR},
    "tt": {"soak": 2 * HOUR, "auto": Auto.MINOR},
    "prod": {"soak": HOUR, "healthy": True, "auto": Auto.MINOR},
}
RULED = tuple(
    Phase(name, GROUPS[name], tuple(given.items()), is_ruled=True) for name, given in _GIVEN.items()
)
_ASKED = re.compile(r"^Requested-by: [^;]+; (\w+) ([^;]+);", re.MULTILINE)
_SLACK = 60
"""Seconds that a command may take here, which the witness does not see."""

BUDGET = settings(
    max_examples=max(2, int(os.environ.get("FLUX_TESTS_STORIES", "12")) // 4),
    stateful_step_count=int(os.environ.get("FLUX_TESTS_STEPS", "15")),
    suppress_health_check=list(HealthCheck),
    phases=(Stage.explicit, Stage.reuse, Stage.generate),  # to make it shorter takes too long
    deadline=None,
)

environments = st.sampled_from(ENVIRONMENTS)
phases = st.sampled_from([*GROUPS])
picks = st.integers(0, 99)


class Story(RuleBasedStateMachine):
    """What happens to one artifact."""

    def __init__(self, progress: Progress, begin: Callable[[], None]) -> None:
        super().__init__()
        begin()
        self.progress = progress
        progress.ahead = 0
        progress.wait(0)
        self.plain = progress.world
        self.world = followed(
            self.plain,
            phases=RULED,
            clusters={name: FollowedClusters(names, (REPORTER,)) for name, names in CLUSTERS.items()},
        )
        progress.world = self.world
        self.versions = ["1.0.0", "1.1.0"]
        self.witness = Witness(GROUPS, LAWS, CLUSTERS, slack=_SLACK)
        self.exempt: set[tuple[str, str]] = set()
        """The versions and environments for which somebody has overridden the rules."""
        self.proposed: set[tuple[str, str]] = set()
        self.told: list[dict[str, Any]] = []

    @initialize()
    def everywhere(self) -> None:
        self.plain.desire(**dict.fromkeys(ENVIRONMENTS, "1.1.0"))
        assert not self.plain.tag().failed
        for environment in ENVIRONMENTS:
            self.witness.wants(environment, "1.1.0")
            self.witness.moved(self.progress.now, environment, "1.1.0")

    # What an onlooker sees

    def look(self) -> None:
        """Whatever moved might move, and whatever rules propose might be proposed."""
        main = self.world.desired["eso"]
        for environment in ENVIRONMENTS:
            self.witness.wants(environment, main[environment])
        tags = self.world.tags()
        versions = {tags[version]: version for version in self.versions if version in tags}
        for environment in ENVIRONMENTS:
            version, has = versions[tags[environment]], self.witness.has(environment)
            if version == has:
                continue
            faults = self.witness.faults(self.progress.now, environment, version, has)
            assert (version, environment) in self.exempt or not faults, (
                f"{version} in {environment}: {faults}"
            )
            self.witness.moved(self.progress.now, environment, version)
        self._look_at_proposals(main)

    def _look_at_proposals(self, main: dict[str, str]) -> None:
        now, found = self.progress.now, set()
        for pull in self.world.pulls():
            version = pull.branch.rpartition("-")[2]
            said = _ASKED.findall(self.world.bare.git("log", "--format=%B", f"main..{pull.branch}"))
            ruled = {name for how, names in said if how == "rule" for name in names.split()}
            ruled -= {name for how, names in said if how != "rule" for name in names.split()}
            has = self.world.proposed(pull.branch)["eso"]
            found |= {(version, name) for name in ruled if has.get(name) == version != main[name]}
        for version, environment in found - self.proposed:
            group = GROUPS[self.witness.phase_of(environment)]
            faults = self.witness.faults(now, environment, version, main[environment])
            faults += [stop for name in group for stop in self.witness.stops(now, name, version)]
            assert not faults, f"{version} proposed to {environment}: {faults}"
            assert Version.parse(version) > Version.parse(main[environment])
            assert not self.witness.starves(now, environment)
        self.proposed = found

    # What happens

    @rule(minor=st.booleans())
    def release(self, minor: bool) -> None:
        last = Version.parse(self.versions[-1])
        self.versions.append(str(last.bump_minor() if minor else last.bump_patch()))
        self.world.release("eso", self.versions[-1])

    @rule()
    def reconcile(self) -> None:
        done = self.world.reconcile()
        assert not done.errors, done.errors
        note(f"    {done.repaired}")
        self.look()

    @precondition(lambda self: self.world.github)
    @rule(at=st.integers(1, 12))
    def two_reconcile_at_once(self, at: int) -> None:
        """One does all while the other is about to write."""
        github = self.world.github
        assert github
        github.call_at(at, lambda: self.world.reconcile() and None, only="P*")
        done = self.world.reconcile()
        github.calm()
        assert not done.errors, done.errors
        self.look()

    @rule()
    def tag(self) -> None:
        self.world.tag()
        self.look()

    @rule(pick=picks)
    def merge(self, pick: int) -> None:
        """Be its check green or red."""
        if pulls := self.world.pulls():
            self._merge(pulls[pick % len(pulls)])

    def _merge(self, pull: PullRequest | None) -> None:
        """Where it conflicts nothing is merged."""
        try:
            self.world.merge(pull)
        except GithubException as error:
            if error.status != 405:
                raise
        except CalledProcessError:
            self.world.repo.git("merge", "--abort")

    @rule(fails=st.none() | environments, minutes=st.sampled_from([1, 61, 125]))
    def go_on(self, fails: str | None, minutes: int) -> None:
        """What happens on most days."""
        self.reconcile()
        for _ in self.world.pulls():
            self.merge(0)
        self.tag()
        for environment in ENVIRONMENTS:
            if environment == fails or self.witness.stays[environment][-1].words == []:
                for cluster in CLUSTERS[environment]:
                    self.say(environment, cluster, environment != fails)
        self.wait(minutes)

    @rule(environment=environments, cluster=st.sampled_from(["eu", "us"]), runs=st.booleans())
    def say(self, environment: str, cluster: str, runs: bool) -> None:
        version = self.witness.has(environment)
        assert version
        if cluster in CLUSTERS[environment]:
            self._say(environment, version, cluster, runs)

    @rule(environment=environments, pick=picks, runs=st.booleans())
    def say_late(self, environment: str, pick: int, runs: bool) -> None:
        """Of what it had once."""
        stays = self.witness.stays[environment]
        self._say(environment, stays[pick % len(stays)].version, "eu", runs)

    def _say(self, environment: str, version: str, cluster: str, runs: bool) -> None:
        self.witness.said(self.progress.now, environment, version, cluster, runs)
        payload = self.progress.payload(environment, version, "success" if runs else "failure", cluster)
        self.told.append(payload)
        done = self.progress.take(payload)
        assert not done.advanced.errors, done.advanced.errors
        self.look()

    @precondition(lambda self: self.told)
    @rule(pick=picks)
    def tell_again(self, pick: int) -> None:
        """An event comes twice, or very late."""
        self.progress.take(self.told[pick % len(self.told)], posted=False)
        self.look()

    @rule(environment=environments, runs=st.booleans(), sender=st.sampled_from(["eve[bot]", "other[bot]"]))
    def forge(self, environment: str, runs: bool, sender: str) -> None:
        """Somebody whom the settings do not name says it."""
        state, version = "success" if runs else "failure", self.witness.has(environment)
        assert version
        done = self.progress.say(environment, version, state, sender=sender)
        assert "may not report" in str(done.notices[0])
        self.look()

    @rule(minutes=st.sampled_from([10, 61, 125]))
    def wait(self, minutes: int) -> None:
        self.progress.wait(minutes * 60)

    @rule(phase=st.sampled_from(["", *GROUPS]), hours=st.sampled_from([1, 5]))
    def freeze(self, phase: str, hours: int) -> None:
        self.witness.bans.append(Ban(phase, int(self.progress.now) + hours * HOUR))
        self._freezes()

    @precondition(lambda self: self.witness.bans)
    @rule()
    def unfreeze(self) -> None:
        self.witness.bans.clear()
        self._freezes()

    def _freezes(self) -> None:
        freezes = [Freeze("holidays", "alice", ban.phase, ban.until) for ban in self.witness.bans]
        self.world.change({"flux/freezes.json": render_freezes(freezes).decode()}, "freeze")

    @rule(phase=phases)
    def roll_back(self, phase: str) -> None:
        with suppress(RequestError):  # as where there is nothing to go back to, or a freeze stands
            self._merge(self.world.roll_back("eso", phase).pull_request)
            self.look()

    @rule(environment=environments, pick=picks)
    def desire(self, environment: str, pick: int) -> None:
        """Somebody edits the desired state by hand."""
        with suppress(CalledProcessError):  # it has that already
            self.world.desire(**{environment: self.versions[pick % len(self.versions)]})
        self.look()

    @rule(phase=phases, pick=picks)
    def come_early(self, phase: str, pick: int) -> None:
        with suppress(RequestError):
            self.world.promote("eso", phase, self.versions[pick % len(self.versions)])

    @rule(environment=environments, pick=picks)
    def override(self, environment: str, pick: int) -> None:
        version = self.versions[pick % len(self.versions)]
        with self.world.opened(login="alice") as monorepo:
            done = promote(monorepo, "eso", environment, version, "it burns")
        if done.pull_request and {change.environment for change in done.changes} == {environment}:
            self._merge(done.pull_request)
            self.exempt.add((version, environment))
            self.look()

    @invariant()
    def time_passes(self) -> None:
        self.progress.wait(60)

    # What it comes to

    def teardown(self) -> None:
        """Clusters that succeed and people who merge bring a new version everywhere, each move once."""
        if self.witness.stays:
            self.comes_to_rest()

    def comes_to_rest(self) -> None:
        self.witness.bans.clear()
        with suppress(CalledProcessError):
            self._freezes()
        for pull in self.world.pulls():
            self.world.close(pull)
        self.release(True)
        for _ in range(5):
            self.go_on(None, 185)
        has = {environment: self.witness.has(environment) for environment in ENVIRONMENTS}
        assert has == dict.fromkeys(ENVIRONMENTS, self.versions[-1])
        recorded = [
            each.environment
            for each in self.world.forge().deployments("flux:eso")
            if each.payload["version"] == self.versions[-1]
        ]
        assert sorted(recorded) == sorted(ENVIRONMENTS), "each move is recorded once"


def test_the_gates_hold(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GitHubRetry, "sleep", lambda *_: None)
    progress = Progress(world, tmp_path, monkeypatch)
    minutes = iter(lambda: int(progress.now - 1_767_225_600) // 60, -1)
    world = replace(world, repo=Repo(world.repo.path, minutes=minutes))
    begin = world.snapshot(tmp_path / "snapshot")

    class Here(Story):
        def __init__(self) -> None:
            progress.world = world
            super().__init__(progress, begin)

    run(Here, settings=BUDGET)
