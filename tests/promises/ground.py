"""What there is in the monorepo of a story."""

import itertools
import json
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from flux.event import Event
from flux.forge.forge import Issue, PullRequest
from flux.promotion.gates.rule import Merge
from flux.promotion.proposal import Promotion
from tests.commands.promoting import CONFIG, PHASES, World
from tests.repo import Repo

LATEST = "latest"


ARTIFACTS = ("eso", "dashboard")


ENVIRONMENTS = tuple(environment for phase in PHASES for environment in phase.environments)


GROUPS = {phase.name: phase.environments for phase in PHASES}


BOXES = tuple(dict.fromkeys([*GROUPS, *ENVIRONMENTS]))


MAY = ("alice", "bob")


EDITORS = (*MAY, "trudy")


HOUR = 3600.0


NEWLINE = "\n"


START = 1_767_225_600


artifacts = st.sampled_from(ARTIFACTS)


environments = st.sampled_from(ENVIRONMENTS)


names = st.sampled_from(BOXES)


picks = st.integers(0, 99)
"""Which of those that there are."""


people = st.sampled_from(("alice", "bob", "carol", "trudy"))


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


class Ground(RuleBasedStateMachine):
    """One monorepo, and what is known of it."""

    def __init__(self, world: World, clock: Clock, begin: Callable[[], None]) -> None:
        super().__init__()
        begin()
        clock.ahead = 0.0
        self.clock = clock
        minutes = iter(lambda: int(clock.time() - START) // 60, -1)
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

    def versions(self, artifact: str) -> list[str]:
        return [tag.partition("-v")[2] for tag in self.releases if f"-{artifact}-v" in tag]

    def changed_on_main(self) -> list[tuple[str, str]]:
        """The environments of artifacts that main gives another version than when this was last asked."""
        before, self.desired = self.desired, self.config("main")
        return [
            (artifact, environment)
            for artifact in before.keys() | self.desired.keys()
            for environment in before.get(artifact, {}).keys() | self.desired.get(artifact, {}).keys()
            if before.get(artifact, {}).get(environment) != self.desired.get(artifact, {}).get(environment)
        ]

    def seen(self) -> Any:
        """All that a command could have written, registry, branches, issues and pull requests."""
        tags = [self.world.tags(artifact) for artifact in ARTIFACTS]
        refs = self.home.git("for-each-ref")
        if github := self.world.github:
            return tags, refs, sum(each.writes for each in github.requests)
        files = sorted((self.world.repo.path / ".forge").rglob("*.md"))
        return tags, refs, [(str(path), path.read_bytes()) for path in files]

    def forge_merges_what_rules_say(self, proposals: dict[str, Proposal]) -> None:
        """Never what a person has to merge."""
        if not self.ruled or not self.world.github:
            return
        for pull in self.world.github.repository("octo/monorepo").pulls:
            if pull.closed or not pull.auto_merge or pull.head not in proposals:
                continue
            names = {environment for _, environment, _ in proposals[pull.head].changes}
            assert names <= self.ruled, f"GitHub merges {names} by itself"
