"""Whatever people and workflows do, in whatever order, and wherever a command dies: the promises hold.

FLUX_TESTS_STORIES is how many stories are made up for each forge, FLUX_TESTS_STEPS how long each may be.
"""

import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from github import GithubException
from hypothesis import HealthCheck, note, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from semver import Version

from flux.commands.reconcile import Reconciled
from flux.commands.release import create_release, plan_release
from flux.commands.request.check import check_request
from flux.errors import FluxError, RequestError
from flux.event import TERMINAL, Event
from flux.forge.forge import Issue, PullRequest
from flux.forge.github.retry import GitHubRetry
from flux.forge.local import accounts
from flux.monorepo import due_releases
from flux.monorepo.commit_artifacts import Sources
from flux.promotion.boxes import mark, marks, ticked
from flux.promotion.commits import commit_message
from flux.promotion.gates.rule import Auto, Merge
from flux.promotion.ledger import Decision, How, render
from flux.promotion.marker import render_key
from flux.promotion.proposal import Promotion
from flux.promotion.texts.comment import is_reached
from flux.registry import open_registry
from tests.commands.disturbing import disturbed, faulty_registry, mortal
from tests.commands.promoting import BOT, CONFIG, PERMISSIONS, PHASES, World
from tests.github import faults
from tests.github.state import Account, Role
from tests.repo import Repo

LATEST = "latest"

T = TypeVar("T")

ARTIFACTS = ("eso", "dashboard")
ENVIRONMENTS = tuple(environment for phase in PHASES for environment in phase.environments)
GROUPS = {phase.name: phase.environments for phase in PHASES}
BOXES = tuple(dict.fromkeys([*GROUPS, *ENVIRONMENTS]))
pytestmark = pytest.mark.stories

MAY = ("alice", "bob")
EDITORS = (*MAY, "trudy")
HOUR = 3600.0
_NEWLINE = "\n"
_STRAY = "dr"
_START = 1_767_225_600
_MOST_ROUNDS = 8

BUDGET = settings(
    max_examples=int(os.environ.get("FLUX_TESTS_STORIES", "12")),
    stateful_step_count=int(os.environ.get("FLUX_TESTS_STEPS", "25")),
    suppress_health_check=list(HealthCheck),
)

# To make a story shorter takes too long.
_SHORT = (Stage.explicit, Stage.reuse, Stage.generate)

artifacts = st.sampled_from(ARTIFACTS)
environments = st.sampled_from(ENVIRONMENTS)
names = st.sampled_from(BOXES)
picks = st.integers(0, 99)
"""Which of those that there are."""
people = st.sampled_from(("alice", "bob", "carol", "trudy"))


@dataclass(frozen=True)
class Death:
    """Where a command dies: at a call to the forge or the registry, before or after it took effect."""

    number: int
    late: bool
    of_registry: bool


deaths = st.none() | st.none() | st.builds(Death, st.integers(1, 24), st.booleans(), st.booleans())


class Clock:
    """One for all, ahead of the machine's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead

    def elapse(self, seconds: float) -> None:
        self.ahead += seconds
        if self._world.github:
            self._world.github.advance(timedelta(seconds=seconds))


@dataclass(frozen=True)
class Proposal:
    """What a branch gives another version than where it left main."""

    head: str
    changes: frozenset[tuple[str, str, str]]
    """Artifact, environment, version."""


class Story(RuleBasedStateMachine):
    """What happens in one monorepo."""

    def __init__(self, world: World, clock: Clock, begin: Callable[[], None]) -> None:
        super().__init__()
        begin()
        clock.ahead = 0.0
        self.clock = clock
        minutes = iter(lambda: int(clock.time() - _START) // 60, -1)
        named = replace(world.settings, automation=("flux-promoter[bot]",), two_person=("prod",))
        self.world = replace(world, repo=Repo(world.repo.path, minutes=minutes), settings=named)
        self.home = self.world.bare
        self.step = 0
        self.numbers = itertools.count(1)
        self.releases = ["flux-oci-eso-v1.0.0", "flux-oci-eso-v1.1.0"]
        self.events: list[Event] = []
        self.titles: dict[int, Promotion] = {}
        self.wants: dict[tuple[Promotion, str], int] = {}
        """When somebody who may last wanted a promotion to an environment."""
        self.moved: dict[tuple[str, str], int] = {}
        """When main last gave an environment of an artifact another version."""
        self.fixed: dict[tuple[str, str], str] = {}
        """Of each version tag and commit tag its digest."""
        self.heads: dict[int, str] = {}
        self.strange: set[str] = set()
        """Commits that somebody put on a promotion's branch, or took from main."""
        self.first = len(self.line())
        self.ruled = {
            environment
            for phase in named.phases
            if ("merge", Merge.AUTO) in phase.given
            for environment in phase.environments
        }
        """What a rule promotes, and lets GitHub merge."""
        self.states: dict[str, dict[str, dict[str, str]]] = {}
        self.desired = self.config("main")

    # What there is

    def line(self) -> list[str]:
        return self.home.git("rev-list", "--first-parent", "main").split()

    def config(self, commit: str) -> dict[str, dict[str, str]]:
        sha = commit if re.fullmatch("[0-9a-f]{40}", commit) else self.home.git("rev-parse", commit)
        if sha not in self.states:
            self.states[sha] = json.loads(self.home.git("show", f"{sha}:{CONFIG}"))
        return self.states[sha]

    def is_ancestor(self, old: str, new: str) -> bool:
        git = ["git", "-C", str(self.home.path), "merge-base", "--is-ancestor", old, new]
        return subprocess.run(git).returncode == 0

    def proposals(self) -> dict[str, Proposal]:
        found = {}
        refs = ["--format=%(refname:lstrip=2) %(objectname)", "refs/heads/promote/"]
        for line in self.home.git("for-each-ref", *refs).splitlines():
            branch, head = line.split()
            base = self.config(self.home.git("merge-base", "main", head))
            changes = {
                (artifact, environment, version)
                for artifact, versions in self.config(head).items()
                for environment, version in versions.items()
                if base.get(artifact, {}).get(environment) != version
            }
            found[branch] = Proposal(head, frozenset(changes))
        return found

    def stopped(self, proposals: dict[str, Proposal]) -> dict[str, str]:
        """The branches that have a commit of neither ours nor main, which no command moves on, and where they
        are."""
        main = self.home.git("rev-parse", "main")
        return {
            branch: proposal.head
            for branch, proposal in proposals.items()
            for commit in self.strange
            if self.is_ancestor(commit, proposal.head) and not self.is_ancestor(commit, main)
        }

    def issues(self) -> list[Issue]:
        return list(self.world.forge().issues("flux-release"))

    def pulls(self) -> list[tuple[int, str, str]]:
        """Number, branch and head of the open pull requests."""
        if self.world.github is None:
            return [(pull.number, pull.branch, pull.head) for pull in self.world.pulls()]
        repo = self.world.github.repository("octo/monorepo")
        return [(pull.number, pull.head, repo.head(pull)) for pull in repo.pulls if not pull.closed]

    def pull(self, pick: int) -> PullRequest | None:
        pulls = self.world.pulls()
        return pulls[pick % len(pulls)] if pulls else None

    # Commands, which may die

    @contextmanager
    def dying(self, death: Death | None) -> Iterator[None]:
        with ExitStack() as stack:
            if death is None:
                pass
            elif death.of_registry:
                stack.enter_context(faulty_registry(death.number, death.late))
            elif self.world.github:
                fault = faults.LOST if death.late else faults.DROP
                stack.enter_context(disturbed(self.world.github, death.number, fault, gone=True))
            else:
                stack.callback(setattr, self.world, "between", self.world.between)
                self.world.between = lambda forge: mortal(forge, death.number, death.late)
            yield

    def command(self, run: Callable[[], T], death: Death | None = None) -> T | None:
        """Whatever is proposed anew was wanted by somebody who may, of what main has now."""
        before, done = self.proposals(), None
        stopped = self.stopped(before)
        with self.dying(death):
            try:
                done = run()
            except FluxError as error:
                note(f"    {type(error).__name__}: {error.message}")
        after = self.proposals()
        self._forge_merges_what_rules_say(after)
        for branch, head in self.stopped(after).items():
            assert stopped.get(branch) == head, f"{branch} moved on past somebody's commit"
        for branch, proposal in after.items():
            known = before.get(branch)
            old = known.changes if known and self.is_ancestor(known.head, proposal.head) else frozenset()
            for artifact, environment, version in proposal.changes - old:
                if environment in self.ruled:
                    continue
                wanted = self.wants.get((Promotion(artifact, version), environment), -1)
                main = self.moved.get((artifact, environment), -1)
                # What main moves in a step is noted in the next one, after all that was wanted in this one.
                assert wanted >= main, f"{branch} proposes {environment}, wanted at {wanted}, moved at {main}"
        return done

    def vouch(self, *numbers: int) -> None:
        """Whoever runs a command wants what is ticked in these issues, or in all, unless main had it before:
        that was taken back."""
        line = [self.config(commit) for commit in self.line()]
        for number in numbers or self.titles:
            promotion = self.titles[number]
            for environment in ticked(self.world.issue(number).body, GROUPS):
                had = (versions.get(promotion.artifact, {}).get(environment) for versions in line)
                if promotion.version not in had:
                    self.want(promotion, {environment})

    def want(self, promotion: Promotion, wanted: set[str]) -> None:
        self.wants |= {(promotion, environment): self.step for environment in wanted}

    # What happens

    @initialize()
    def first_issue(self) -> None:
        self.world.open(self.releases[-1])

    @rule(artifact=artifacts, value=st.integers(0, 3))
    def commit(self, artifact: str, value: int) -> None:
        self.world.change({f"artifacts/{artifact}/x.yaml": f"value: {value}\n"})

    @rule(death=deaths)
    def build(self, death: Death | None) -> None:
        with suppress(AssertionError):
            self.command(self.world.build, death)

    @rule(artifact=artifacts, bump=st.sampled_from(("patch", "minor", "prerelease")), publish=st.booleans())
    def release(self, artifact: str, bump: str, publish: bool) -> None:
        path = f"artifacts/{artifact}/x.yaml"
        self.world.change({path: f"release: {next(self.numbers)}\n"})
        with self.world.opened(login="alice") as monorepo:
            try:
                planned = plan_release(monorepo, artifact, bump, False)
            except RequestError:
                if not self.strange:  # its tag is there, at a commit that main was forced back from
                    raise
                return
            create_release(monorepo, planned)
        self.releases.append(planned.tag)
        if publish:
            self.world.publish(planned.tag)

    @rule(pick=picks, death=deaths)
    def publish(self, pick: int, death: Death | None) -> None:
        with suppress(AssertionError):
            self.command(lambda: self.world.publish(self.releases[pick % len(self.releases)]), death)

    @rule(pick=picks, death=deaths)
    def open(self, pick: int, death: Death | None) -> None:
        self.command(lambda: self.world.open(self.releases[pick % len(self.releases)]), death)

    @precondition(lambda self: self.titles)
    @rule(pick=picks, boxes=st.sets(names, min_size=1, max_size=3), login=st.sampled_from(EDITORS))
    def edit(self, pick: int, boxes: set[str], login: str) -> None:
        """Tick what is not ticked, and untick what is."""
        self._toggle(pick, boxes, login)

    @precondition(lambda self: self.events)
    @rule(pick=picks, boxes=st.sets(names, min_size=1, max_size=3), login=st.sampled_from(EDITORS))
    def edit_meanwhile(self, pick: int, boxes: set[str], login: str) -> None:
        """Somebody edits the issue between a command's reading of it and its writing."""
        github, event = self.world.github, self.events[-1 - pick % len(self.events)]
        assert github

        def meanwhile() -> None:
            with suppress(FluxError):
                self._toggle(pick, boxes, login)

        github.call_at(1, meanwhile, only="PATCH */issues/*")
        self.command(lambda: self.world.apply(event, event.change.number))  # type: ignore[union-attr]
        github.calm()

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, boxes=st.sets(names, min_size=1, max_size=3))
    def edit_as_a_bot(self, pick: int, boxes: set[str]) -> None:
        """An App that nobody has named ticks and unticks."""
        assert self.world.github
        token, self.world.token = self.world.token, self.world.github.app_token("helper", **PERMISSIONS)
        try:
            self._toggle(pick, boxes, None)
        finally:
            self.world.token = token

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, login=st.sampled_from(EDITORS))
    def wipe(self, pick: int, login: str) -> None:
        """Somebody takes all words of an issue away. Whoever may takes no box away so."""
        self._edit([*self.titles][pick % len(self.titles)], lambda body: "", login)

    def _toggle(self, pick: int, boxes: set[str], login: str | None) -> None:
        number = [*self.titles][pick % len(self.titles)]
        before = self.world.issue(number).body
        was = marks(before)
        after = mark(before, {name: not was.get(name, False) for name in boxes})
        self._edit(number, lambda body: after, login)
        if login in MAY or not self.world.github:
            became = marks(after)
            members = {
                environment
                for name in boxes
                if became.get(name, False) and not was.get(name, False)
                for environment in GROUPS.get(name, (name,))
            }
            self.want(self.titles[number], members)
            for environment in ticked(before, GROUPS) - ticked(after, GROUPS):
                self.wants.pop((self.titles[number], environment), None)

    @precondition(lambda self: self.titles)
    @rule(pick=picks, artifact=artifacts, version=st.sampled_from(("1.0.0", "1.1.0", "0.0.1")), login=people)
    def forge_marker(self, pick: int, artifact: str, version: str, login: str) -> None:
        number = [*self.titles][pick % len(self.titles)]
        marker = json.dumps({"artifact": artifact, "version": version})
        with suppress(FluxError):
            self._edit(
                number,
                lambda body: re.sub(r"\A<!-- flux-release: .* -->", f"<!-- flux-release: {marker} -->", body),
                login,
            )

    def _edit(self, number: int, change: Callable[[str], str], login: str | None) -> None:
        told = len(self.world.github.events) if self.world.github else 0
        event = self.world.edit(change, login, number)
        if self.world.github and len(self.world.github.events) > told:
            self.events.append(event)

    @precondition(lambda self: self.events or (self.titles and not self.world.github))
    @rule(pick=picks, death=deaths)
    def apply(self, pick: int, death: Death | None) -> None:
        """Of an event, new or old; without events, as whoever is there."""
        if self.world.github:
            event = self.events[-1 - pick % len(self.events)]
            number = event.change.number  # type: ignore[union-attr]
            self.command(lambda: self.world.apply(event, number), death)
        else:
            number = [*self.titles][pick % len(self.titles)]
            self.vouch(number)
            self.command(lambda: self.world.apply(TERMINAL, number), death)

    @precondition(lambda self: self.titles)
    @rule(pick=picks, login=people, death=deaths)
    def apply_in_a_terminal(self, pick: int, login: str, death: Death | None) -> None:
        number = [*self.titles][pick % len(self.titles)]
        if login in MAY or not self.world.github:
            self.vouch(number)
        self.command(lambda: self.world.apply(TERMINAL, number, login), death)

    @rule(
        artifact=artifacts,
        name=names,
        version=st.none() | st.sampled_from(("1.0.0", "1.1.0")),
        login=people,
        death=deaths,
    )
    def promote(self, artifact: str, name: str, version: str | None, login: str, death: Death | None) -> None:
        versions = [version] if version else self.versions(artifact)
        if login in MAY or not self.world.github:
            for each in versions:
                self.want(Promotion(artifact, each), {*GROUPS.get(name, (name,))})
        self.command(lambda: self.world.promote(artifact, name, version, login), death)

    @rule(artifact=artifacts, name=names, login=st.sampled_from(MAY), death=deaths)
    def roll_back(self, artifact: str, name: str, login: str, death: Death | None) -> None:
        for each in self.versions(artifact):
            self.want(Promotion(artifact, each), {*GROUPS.get(name, (name,))})
        self.command(lambda: self.world.roll_back(artifact, name, login), death)

    def versions(self, artifact: str) -> list[str]:
        return [tag.partition("-v")[2] for tag in self.releases if f"-{artifact}-v" in tag]

    @precondition(lambda self: self.events)
    @rule(pick=picks, login=people, death=deaths)
    def apply_again(self, pick: int, login: str, death: Death | None) -> None:
        """Somebody runs the job of an event again. Who may not is no reason to propose anything."""
        event = replace(self.events[-1 - pick % len(self.events)], rerun_by=login)
        number = event.change.number  # type: ignore[union-attr]
        before = self.proposals()
        self.command(lambda: self.world.apply(event, number), death)
        if login not in MAY:
            asked = {branch: known.changes for branch, known in self.proposals().items()}
            for branch, changes in asked.items():
                known = before.get(branch)
                assert not changes - (known.changes if known else set()), f"{branch} follows {login}"

    @precondition(lambda self: self.world.github)
    @rule(artifact=artifacts, environment=environments, pick=picks, login=st.sampled_from(MAY))
    def forge_branch(self, artifact: str, environment: str, pick: int, login: str) -> None:
        """Somebody pushes a branch with our words in its commit."""
        assert self.world.github
        may = self.world.github.repository("octo/monorepo").collaborators
        published = [tag for tag in self.world.tags(artifact) if Version.is_valid(tag)]
        if not published or may.get(login) is Role.TRIAGE:
            return
        promotion = Promotion(artifact, published[pick % len(published)])
        forge, tip = self.world.forge(login), self.home.git("rev-parse", "main")
        desired = {name: dict(versions) for name, versions in self.config(tip).items()}
        desired.setdefault(artifact, {})[environment] = promotion.version
        asked = Decision("alice", How.NAME, (environment,), int(self.clock.time()))
        message = commit_message(promotion, [environment], False, [asked])
        commit = forge.commit([tip], {CONFIG: (json.dumps(desired, indent=2) + _NEWLINE).encode()}, message)
        if forge.create_branch(promotion.branch, commit):
            self.strange.add(commit)

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, artifact=artifacts, version=st.sampled_from(("1.0.0", "1.1.0", "0.0.1")), login=people)
    def forge_comment(self, pick: int, artifact: str, version: str, login: str) -> None:
        """Somebody comments with our words."""
        number = [*self.titles][pick % len(self.titles)]
        asked = Decision("alice", How.UNTICK, ENVIRONMENTS, int(self.clock.time()) + pick, number)
        for key in (f"standing {artifact} {version}", f"noted {render(asked)}"):
            with suppress(FluxError):
                self.world.forge(login).create_comment(number, f"{render_key(key)}\n")

    @precondition(lambda self: self.world.github)
    @rule(label=st.sampled_from(("flux-release", "Flux-Release", "FLUX-RELEASE")))
    def spell_the_label(self, label: str) -> None:
        self.world.settings = replace(self.world.settings, label=label)

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks)
    def move_the_label(self, pick: int) -> None:
        """Somebody takes the label off an issue, or gives it back."""
        assert self.world.github
        repo = self.world.github.repository("octo/monorepo")
        issue = repo.issues[[*self.titles][pick % len(self.titles)]]
        issue.labels = [] if issue.labels else [repo.labels["flux-release"]]

    @precondition(lambda self: self.titles and self.world.github)
    @rule(pick=picks, login=st.sampled_from(EDITORS))
    def retitle(self, pick: int, login: str) -> None:
        """Somebody gives an issue the title of another version, or its own again."""
        number = [*self.titles][pick % len(self.titles)]
        own = self._own_title(number)
        is_own = self.world.issue(number).title == own
        self._retitle(number, f"Promote {self.titles[number].artifact} 0.0.1" if is_own else own, login)

    def _own_title(self, number: int) -> str:
        return f"Promote {self.titles[number].artifact} {self.titles[number].version}"

    def _retitle(self, number: int, title: str, login: str) -> None:
        assert self.world.github
        if self.world.issue(number).title != title:
            self.world.github.repo_as(login).get_issue(number).edit(title=title)

    @precondition(lambda self: self.world.github)
    @rule(pick=picks, back=st.integers(1, 3), login=st.sampled_from(MAY))
    def force_back(self, pick: int, back: int, login: str) -> None:
        """Somebody forces a branch back to an older commit of it. What was taken back since stays so."""
        github, before = self.world.github, self.proposals()
        pull = self.pull(pick)
        if not github or not pull or pull.branch in self.stopped(before):
            return
        older = self.home.git("rev-list", pull.head, "^main").split()[back:]
        if not older or not self.is_ancestor(older[0], pull.head):
            return
        self.home.git("update-ref", f"refs/heads/{pull.branch}", older[0])
        github.pushed(login)
        self.heads[pull.number] = older[0]
        if self.command(self.world.sync) is not None and pull.branch in (after := self.proposals()):
            assert after[pull.branch].changes <= before[pull.branch].changes

    @precondition(lambda self: self.world.github and not self.ruled)
    @rule(pick=picks, login=st.sampled_from((BOT, "alice")))
    def switch_on_auto_merge(self, pick: int, login: str) -> None:
        """By mistake, or by somebody who wants it so."""
        if pull := self.pull(pick):
            assert self.world.github
            there = self.world.github.repository("octo/monorepo").issues[pull.number]
            there.auto_merge = Account(99, login)  # type: ignore[attr-defined]

    @rule(phase=st.sampled_from(("", *GROUPS)))
    def freeze(self, phase: str) -> None:
        self._freeze([{"reason": "holidays", "by": "alice", **({"phase": phase} if phase else {})}])

    @rule()
    def thaw(self) -> None:
        self._freeze([])

    def _freeze(self, freezes: list[dict[str, str]]) -> None:
        with suppress(subprocess.CalledProcessError):
            self.world.change({"flux/freezes.json": json.dumps({"freezes": freezes})}, "freeze")

    @precondition(lambda self: self.world.github)
    @rule(may=st.booleans())
    def let_bob_write(self, may: bool) -> None:
        """What he ticked counts where he may when the job runs."""
        assert self.world.github
        people = self.world.github.repository("octo/monorepo").collaborators
        people["bob"] = Role.WRITE if may else Role.TRIAGE

    @rule(artifact=artifacts, there=st.booleans())
    def misspell_an_environment(self, artifact: str, there: bool) -> None:
        """Somebody writes an environment into the desired state that there is not, or takes it out again."""
        self._misspell(artifact, there)

    def _misspell(self, artifact: str, there: bool) -> None:
        desired = self.world.desired
        versions = desired.setdefault(artifact, {})
        if there == (_STRAY in versions):
            return
        if there:
            versions[_STRAY] = "1.0.0"
        else:
            del versions[_STRAY]
        with suppress(subprocess.CalledProcessError):
            self.world.change({CONFIG: json.dumps(desired, indent=2) + _NEWLINE}, "desire")

    @precondition(lambda self: self.world.github)
    @rule(pick=picks, login=people, event=st.sampled_from(("APPROVE", "REQUEST_CHANGES", "COMMENT")))
    def review(self, pick: int, login: str, event: str) -> None:
        if pull := self.pull(pick):
            assert self.world.github
            with suppress(GithubException):
                repo = self.world.github.repo_as(login)
                repo.get_pull(pull.number).create_review(event=event, body="x")

    @precondition(lambda self: self.world.github)
    @rule(pick=picks)
    def check(self, pick: int) -> None:
        """It is green for production only with two people."""
        if not (pull := self.pull(pick)):
            return
        with self.world.opened() as monorepo:
            checked = self.command(lambda: check_request(monorepo, pull.number))
        if checked is None or checked.faults:
            return
        proposed = {e for _, e, _ in self.proposals()[pull.branch].changes} & set(GROUPS["prod"])
        asked, approved = self._who_asked(pull.branch, proposed), self._who_approved(pull)
        assert not proposed or approved - asked, f"{asked} asked for {proposed}, {approved} approved"

    def _who_asked(self, branch: str, environments: set[str]) -> set[str]:
        """By the commits: for each environment all since it was last taken back."""
        found: dict[str, set[str]] = {environment: set() for environment in environments}
        trailer = re.compile(r"(Requested|Withdrawn)-by: ([^;]+); \w+ ([^;]+);(?: issue \d+;)? (\d+)")
        said = trailer.findall(self.home.git("log", "--format=%B", f"main..{branch}"))
        for kind, who, names, _ in sorted(said, key=lambda each: (int(each[3]), each[0] == "Withdrawn")):
            for environment in environments & set(names.split()):
                found[environment] = found[environment] | {who} if kind == "Requested" else set()
        return {who for each in found.values() for who in each}

    def _who_approved(self, pull: PullRequest) -> set[str]:
        """Who may write, and whose last word is an approval of the commit that it is at."""
        assert self.world.github
        repo = self.world.github.repository("octo/monorepo")
        last = {
            review.author.login: review
            for review in repo.issues[pull.number].reviewed  # type: ignore[attr-defined]
            if review.state != "COMMENTED"
        }
        return {
            who
            for who, review in last.items()
            if review.state == "APPROVED" and review.commit == pull.head and who in MAY
        }

    @precondition(lambda self: self.world.github)
    @rule(app=st.booleans())
    def change_the_account(self, app: bool) -> None:
        """The automation becomes an App, or GitHub Actions again."""
        github = self.world.github
        assert github
        self.world.token = github.app_token(**PERMISSIONS) if app else github.actions_token(**PERMISSIONS)

    @rule(pick=picks)
    def merge(self, pick: int) -> None:
        if pull := self.pull(pick):
            try:
                self.world.merge(pull, "alice")
            except GithubException as error:
                if error.status != 405:
                    raise
            except subprocess.CalledProcessError:
                self.world.repo.git("merge", "--abort")

    @rule(pick=picks)
    def close(self, pick: int) -> None:
        if pull := self.pull(pick):
            self.world.close(pull, "alice")

    @rule(pick=picks)
    def meddle(self, pick: int) -> None:
        """Somebody commits to a promotion's branch."""
        if pull := self.pull(pick):
            forge = self.world.forge("alice")
            commit = forge.commit([pull.head], {"README.md": b"mine\n"}, "Mine")
            assert forge.advance_branch(pull.branch, commit)
            self.strange.add(commit)

    @rule(artifact=artifacts, environment=environments, pick=picks)
    def desire(self, artifact: str, environment: str, pick: int) -> None:
        """Somebody edits the desired state by hand."""
        if versions := self.versions(artifact):
            with suppress(subprocess.CalledProcessError):
                self.world.desire(artifact, **{environment: versions[pick % len(versions)]})

    @rule(artifact=artifacts, name=st.sampled_from((*ENVIRONMENTS, LATEST)), pick=picks)
    def misplace(self, artifact: str, name: str, pick: int) -> None:
        """Somebody moves a tag by hand."""
        target = open_registry(self.world.registry, self.world.repo.path, 1, None).repository(artifact)
        versions = [tag for tag in self.world.tags(artifact) if Version.is_valid(tag)]
        if versions and (manifest := target.fetch_manifest(versions[pick % len(versions)])):
            target.push_manifest(manifest, name)

    @precondition(lambda self: len(self.line()) > self.first)
    @rule()
    def rewind(self) -> None:
        """Somebody forces main back by a commit."""
        self.strange.add(self.line()[0])
        if self.world.github:
            self.home.git("update-ref", "refs/heads/main", "main~1")
            self.world.github.pushed("alice")
        else:
            self.world.update()
            self.home.git("reset", "--quiet", "--hard", "main~1")
        for place in self._changed_on_main():
            self.moved.pop(place, None)  # no commit tells when

    @rule(death=deaths)
    def tag(self, death: Death | None) -> None:
        self.command(self.world.tag, death)

    @rule(death=deaths)
    def sync(self, death: Death | None) -> None:
        self.command(self.world.sync, death)

    @rule(death=deaths)
    def reconcile(self, death: Death | None) -> None:
        if not self.world.github:
            self.vouch()
        self.command(self.world.reconcile, death)

    @rule()
    def an_hour_passes(self) -> None:
        self.clock.elapse(HOUR)

    # What holds

    @invariant()
    def nothing_moves_that_must_not(self) -> None:
        self.clock.elapse(60)
        self.step += 1
        self.moved |= dict.fromkeys(self._changed_on_main(), self.step)
        for artifact in ARTIFACTS:
            tags = self.world.tags(artifact)
            versions = {digest for tag, digest in tags.items() if Version.is_valid(tag)}
            for tag, digest in tags.items():
                assert digest
                if tag in ENVIRONMENTS:
                    assert digest in versions, f"{artifact}:{tag} is of no published version"
                elif tag != LATEST:
                    assert self.fixed.setdefault((artifact, tag), digest) == digest, f"{artifact}:{tag}"
            gone = {tag for of, tag in self.fixed if of == artifact} - tags.keys()
            assert not gone
        self._follow_pulls()
        for issue in self.issues():
            match = re.fullmatch(r"Promote (\S+) (\S+)", issue.title)
            assert match
            self.titles.setdefault(issue.number, Promotion(match[1], match[2]))

    def _changed_on_main(self) -> list[tuple[str, str]]:
        """The environments of artifacts that main gives another version than when this was last asked."""
        before, self.desired = self.desired, self.config("main")
        return [
            (artifact, environment)
            for artifact in before.keys() | self.desired.keys()
            for environment in before.get(artifact, {}).keys() | self.desired.get(artifact, {}).keys()
            if before.get(artifact, {}).get(environment) != self.desired.get(artifact, {}).get(environment)
        ]

    def _follow_pulls(self) -> None:
        published = {(artifact, tag) for artifact in ARTIFACTS for tag in self.world.tags(artifact)}
        known = {f"promote/{artifact}-{tag}" for artifact, tag in published}
        for number, branch, head in self.pulls():
            assert branch in known, f"{branch} is of no published version"
            if (before := self.heads.get(number)) not in (None, head):
                assert self.is_ancestor(before or "", head), f"{branch} was forced"
            self.heads[number] = head

    # What it comes to

    def teardown(self) -> None:
        if sys.exception() is None:
            self.comes_to_rest()

    def _mend(self) -> None:
        """Somebody takes out what two branches together have brought in twice."""
        text = self.home.git("show", f"main:{CONFIG}")
        whole = json.dumps(json.loads(text), indent=2)
        if text.count(":") != whole.count(":"):
            self.world.change({CONFIG: whole + _NEWLINE}, "mend")

    def _is_on_main(self, artifact: str, version: str) -> bool:
        """Whether main has the commit of a release still. No tag moves to what it was forced back from."""
        return self.is_ancestor(f"flux-oci-{artifact}-v{version}^{{commit}}", "main")

    def comes_to_rest(self) -> None:
        self._mend()
        for artifact in ARTIFACTS:
            self._misspell(artifact, False)
        self._freeze([])
        if self.world.github:
            for number in self.titles:
                self._retitle(number, self._own_title(number), "alice")
        done = self._reconciled()
        for _ in range(_MOST_ROUNDS):
            if not done.repaired:
                break
            done = self._reconciled()
        assert done.repaired == []
        before = self.seen()
        done = self._reconciled()
        assert done.repaired == []
        assert self.seen() == before
        stopped = self.stopped(self.proposals())
        for about, error in done.errors:
            branch = f"promote/{about.replace(' ', '-')}"
            rewound = bool(self.strange) and "not on the first-parent line" in error.message
            assert "not published" in error.message or rewound or branch in stopped, (about, error.message)
        self.nothing_moves_that_must_not()
        self._tags_are_as_desired()
        self._latest_is_mains()
        if self.world.github:
            self._ticks_are_held()
            self._people_merge()

    def _reconciled(self) -> Reconciled:
        self.clock.elapse(2 * HOUR)
        if not self.world.github:
            self.vouch()
        done = self.command(self.world.reconcile)
        assert done
        note(f"    {done}")
        return done

    def seen(self) -> Any:
        """All that a command could have written, registry, branches, issues and pull requests."""
        tags = [self.world.tags(artifact) for artifact in ARTIFACTS]
        refs = self.home.git("for-each-ref")
        if github := self.world.github:
            return tags, refs, len([each for each in github.requests if each.method != "GET"])
        files = sorted((self.world.repo.path / ".forge").rglob("*.md"))
        return tags, refs, [(str(path), path.read_bytes()) for path in files]

    def _tags_are_as_desired(self) -> None:
        for artifact, versions in self.config("main").items():
            tags = self.world.tags(artifact)
            for environment, version in versions.items():
                if version in tags and self._is_on_main(artifact, version):
                    assert tags[environment] == tags[version], f"{artifact}:{environment} is not {version}"

    def _latest_is_mains(self) -> None:
        tip = self.home.git("rev-parse", "main")
        with self.world.opened() as monorepo:
            revisions = Sources(monorepo, tip).revisions(ARTIFACTS)
        for artifact, revision in revisions.items():
            tags = self.world.tags(artifact)
            assert tags[LATEST] == tags[revision.tag], f"{artifact}:latest is not {revision.tag}"

    def _forge_merges_what_rules_say(self, proposals: dict[str, Proposal]) -> None:
        """Never what a person has to merge."""
        if not self.ruled or not self.world.github:
            return
        for pull in self.world.github.repository("octo/monorepo").pulls:
            if pull.closed or not pull.auto_merge or pull.head not in proposals:
                continue
            names = {environment for _, environment, _ in proposals[pull.head].changes}
            assert names <= self.ruled, f"GitHub merges {names} by itself"

    def _people_merge(self) -> None:
        """Where no rule lets GitHub merge, nothing but a person does."""
        assert self.world.github
        if self.ruled:
            return
        pulls = self.world.github.repository("octo/monorepo").pulls
        assert not [
            pull for pull in pulls if not pull.closed and pull.auto_merge and pull.auto_merge.login == BOT
        ]

    def _ticks_are_held(self) -> None:
        """Of every open issue whose branch is ours: what is ticked is proposed, or main has it."""
        proposals, main = self.proposals(), self.config("main")
        open_ = {branch for _, branch, _ in self.pulls()}
        stopped = self.stopped(proposals)
        for issue in self.issues():
            promotion = self.titles[issue.number]
            if (
                promotion.branch in stopped
                or not issue.open
                or json.dumps(promotion.version) not in issue.body.splitlines()[0]
            ):
                continue
            versions = main.get(promotion.artifact, {})
            branch = promotion.branch
            held = (
                {environment for _, environment, _ in proposals[branch].changes} if branch in open_ else set()
            )
            for environment in ticked(issue.body, GROUPS) - held:
                assert is_reached(promotion, versions.get(environment)), f"{branch}: {environment} is lost"


@pytest.fixture
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(world)
    for module in (accounts, due_releases):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=clock.time))
    monkeypatch.setattr(GitHubRetry, "sleep", lambda *_: None)
    return clock


def test_the_promises_hold_where_a_rule_lets_github_merge(hub: World, tmp_path: Path) -> None:
    assert hub.github
    hub.github.repository("octo/monorepo").checks["main"] = {"check": None}
    given = (("auto", Auto.MINOR), ("merge", Merge.AUTO))
    ruled = hub.with_(phases=(replace(PHASES[0], given=given, is_ruled=True), *PHASES[1:]))
    begin, clock = ruled.snapshot(tmp_path / "snapshot"), Clock(ruled)

    class Here(Story):
        def __init__(self) -> None:
            super().__init__(ruled, clock, begin)

    run(Here, settings=settings(BUDGET, max_examples=max(2, BUDGET.max_examples // 3), phases=_SHORT))


def test_the_promises_hold(world: World, clock: Clock, tmp_path: Path) -> None:
    begin = world.snapshot(tmp_path / "snapshot")

    class Here(Story):
        def __init__(self) -> None:
            super().__init__(world, clock, begin)

    run(Here, settings=BUDGET)
