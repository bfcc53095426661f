"""A monorepo whose artifacts are released, and people who promote them: on the tests' GitHub, or locally."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flux.commands.build import plan_build
from flux.commands.issue.open import open_issue_of
from flux.commands.promote import promote
from flux.commands.publish import publish_tag
from flux.commands.reconcile import Reconciled, Reconciler
from flux.commands.release import create_release, plan_release
from flux.commands.rollback import roll_back
from flux.commands.tag import tag_environments
from flux.environments.converge import Convergence
from flux.event import TERMINAL, Event, read_event
from flux.forge.dry import DryForge
from flux.forge.forge import Forge, Issue, PullRequest, PullState
from flux.forge.github.forge import GitHubForge
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.registry import open_target_registry
from flux.promotion.boxes import mark
from flux.proposals.applied import Applied
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed
from flux.proposals.new_issue import Opened
from flux.proposals.sync import Sync, Syncer
from flux.registry import open_registry
from flux.settings import Phase, Settings
from tests.commands.invoking import in_actions
from tests.repo import Repo

if TYPE_CHECKING:
    from tests.github.server import GitHub

PHASES = (
    Phase("at", ("at_ring1", "at_ring2")),
    Phase("tt", ("tt",)),
    Phase("prod", ("prod_ring1", "prod_ring2")),
)
CONFIG = "flux/releaseconfig.json"
BOT = "github-actions[bot]"
PERMISSIONS = dict.fromkeys(
    ("contents", "issues", "pull_requests", "actions", "statuses", "deployments"), "write"
)


@dataclass
class World:
    """One clone, its forge and its registry. `github` is the server, None where the forge is local.

    `act` is whose forge the commands run with: the automation's on GitHub, the caller's locally.
    """

    repo: Repo
    registry: str
    github: "GitHub | None" = None
    settings: Settings = field(default_factory=Settings)
    token: str = ""
    between: Callable[[Forge], Forge] = lambda forge: forge
    """What a test puts between commands and their forge."""

    # Who

    def forge(self, login: str | None = None) -> Forge:
        """The forge as a person has it, or as the automation does."""
        if self.github is None:
            git = Clone(self.repo.path)
            return self.between(LocalForge(git.root, git))
        if login is None and not self.token:
            self.token = self.github.actions_token(**PERMISSIONS)
        token = self.token if login is None else self.github.token(login)
        return GitHubForge(self.github.url, "octo/monorepo", token)

    # What is there

    @cached_property
    def bare(self) -> Repo:
        """Where main is at home."""
        return Repo(self.repo.path.with_name("monorepo.git"), bare=True) if self.github else self.repo

    @property
    def desired(self) -> dict[str, dict[str, str]]:
        """The desired state at the tip."""
        text = self.bare.git("show", f"main:{CONFIG}")
        found: dict[str, dict[str, str]] = json.loads(text)
        return found

    def issues(self) -> list[int]:
        """The numbers of the promotion issues, the oldest first."""
        return [issue.number for issue in self.forge().issues(self.settings.label)]

    def issue(self, number: int = 1) -> Issue:
        issue = self.forge().issue(number)
        assert issue
        return issue

    def comments(self, number: int = 1) -> list[str]:
        return [comment.body for comment in self.forge().comments(number)]

    def pulls(self, state: PullState | None = PullState.OPEN) -> list[PullRequest]:
        return list(self.forge().pull_requests(state))

    def pull(self) -> PullRequest:
        (pull,) = self.pulls()
        return pull

    def proposed(self, branch: str = "promote/eso-1.1.0") -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self.bare.git("show", f"{branch}:{CONFIG}"))
        return found

    def tags(self, artifact: str = "eso") -> dict[str, str | None]:
        target = open_registry(self.registry, self.repo.path, 1, None).repository(artifact)
        return {tag: target.resolve(tag) for tag in sorted(target.tags())}

    def snapshot(self, to: Path) -> Callable[[], None]:
        """Brings back, as often as it is called, all that there is now; it is kept in a new folder."""
        folders = [self.repo.path, *([Path(self.registry)] if self.github else [])]
        self.repo.git("gc", "--quiet", "--prune=now")  # a pack is copied faster than its objects
        for folder in folders:
            shutil.copytree(folder, to / folder.name, symlinks=True)
        served = self.github.snapshot() if self.github else lambda: None

        def bring_back() -> None:
            for folder in folders:
                shutil.rmtree(folder)
                shutil.copytree(to / folder.name, folder, symlinks=True)
            served()

        return bring_back

    # What people do

    def change(self, files: Mapping[str, str], message: str = "change") -> str:
        """Commit to main and push."""
        self.update()
        self.repo.commit(message, files=dict(files))
        return self._push("bob")

    def update(self) -> None:
        """Bring the clone to the tip."""
        self.repo.git("checkout", "--quiet", "-f", "main")
        if self.github:
            self.repo.git("fetch", "--quiet", "origin")
            self.repo.git("reset", "--quiet", "--hard", "origin/main")

    def _push(self, login: str) -> str:
        if self.github:
            self.repo.push("origin", "main")
            self.github.pushed(login)
        return self.repo.head

    def desire(self, artifact: str = "eso", **versions: str) -> str:
        """Edit the desired state by hand."""
        desired = self.desired
        desired.setdefault(artifact, {}).update(versions)
        return self.change({CONFIG: json.dumps(desired, indent=2) + "\n"}, "desire")

    def edit(self, change: Callable[[str], str], login: str | None = "bob", number: int = 1) -> "Event":
        """Edit an issue's body, and give the event that tells of it. No two edits are in one second."""
        if self.github:
            self.github.advance(timedelta(seconds=1))
        forge = self.forge(login)
        issue = forge.issue(number)
        assert issue
        forge.edit_issue(number, body=change(issue.body))
        return self.told() if self.github else TERMINAL

    def tick(self, *names: str, login: str = "bob", number: int = 1) -> "Event":
        return self.edit(lambda body: mark(body, dict.fromkeys(names, True)), login, number)

    def untick(self, *names: str, login: str = "bob", number: int = 1) -> "Event":
        return self.edit(lambda body: mark(body, dict.fromkeys(names, False)), login, number)

    def told(self) -> "Event":
        """The last event of an issue, as a job of it reads it."""
        assert self.github
        event = next(event for event in reversed(self.github.events) if event.name == "issues")
        return read_event(in_actions(self.repo.path.with_name("job"), event.name, event.payload).env)

    def merge(self, pull: PullRequest | None = None, login: str = "bob") -> None:
        pull = pull or self.pull()
        if self.github:
            self.github.client(self.github.token(login)).get_repo("octo/monorepo").get_pull(
                pull.number
            ).merge()
            self.update()
        else:
            self.update()
            self.repo.merge(pull.branch)

    def close(self, pull: PullRequest | None = None, login: str = "bob") -> None:
        self.forge(login).edit_pull_request((pull or self.pull()).number, open=False)

    # The commands

    def with_(self, **settings: Any) -> "World":
        return replace(self, settings=replace(self.settings, **settings))

    def build(self) -> None:
        with self.opened() as monorepo:
            built = plan_build(monorepo, [], False, None).build(lambda result: None)
            assert not built.failed, built.failed

    def release(self, artifact: str, version: str, login: str = "alice", *, publish: bool = True) -> str:
        """Change an artifact, release and publish it."""
        self.change({f"artifacts/{artifact}/x.yaml": f"version: {version}\n"}, f"feat: {artifact} {version}")
        with self.opened(login=login) as monorepo:
            planned = plan_release(monorepo, artifact, version, False)
            create_release(monorepo, planned)
        if publish:
            self.publish(planned.tag)
        return planned.tag

    def publish(self, tag: str) -> None:
        with self.opened() as monorepo:
            published = publish_tag(monorepo, tag)
            assert published.result
            assert not published.result.error, published.result

    def open(self, tag: str, event: "Event" = TERMINAL) -> Opened:
        with self.opened(event) as monorepo:
            return open_issue_of(monorepo, tag)

    def apply(self, event: "Event" = TERMINAL, number: int = 1, login: str | None = None) -> Applied:
        with self.opened(event, login) as monorepo:
            return Applier(monorepo).apply(number)

    def promote(
        self, artifact: str, name: str, version: str | None = None, login: str | None = "alice"
    ) -> Proposed:
        with self.opened(login=login) as monorepo:
            return promote(monorepo, artifact, name, version)

    def roll_back(self, artifact: str, name: str, login: str = "alice", to: str | None = None) -> Proposed:
        with self.opened(login=login) as monorepo:
            return roll_back(monorepo, artifact, name, to)

    def sync(self) -> Sync:
        with self.opened() as monorepo:
            return Syncer(monorepo).sync()

    def tag(self) -> Convergence:
        with self.opened() as monorepo:
            return tag_environments(monorepo, [])

    def reconcile(self, event: "Event" = TERMINAL, *, dry_run: bool = False) -> Reconciled:
        with self.opened(event, dry_run=dry_run) as monorepo:
            return Reconciler(monorepo).reconcile()

    @contextmanager
    def opened(
        self, event: "Event" = TERMINAL, login: str | None = None, *, dry_run: bool = False
    ) -> Iterator[Monorepo]:
        """The context of a command, with the forge as a person has it, or as the automation does."""
        # In a job, a registry in a folder has to be named.
        settings = replace(self.settings, named=self.settings.named | {"registry"})
        with Clone(self.repo.path) as git:
            yield Monorepo(
                git,
                settings,
                event,
                lambda monorepo: open_target_registry(monorepo, reads_only=dry_run),
                lambda monorepo: DryForge(self.forge(login)) if dry_run else self.forge(login),
                dry_run,
            )


def start(folder: Path, registry: str) -> Repo:
    """A monorepo of two artifacts with a desired state."""
    repo = Repo(folder / "monorepo")
    repo.write(".gitignore", "/.registry/\n/.forge/\n__pycache__/\n")
    repo.write("tasks.py", "from flux.tasks import ns\n")
    repo.write(
        "invoke.yaml",
        json.dumps(
            {"flux": {"registry": registry, "phases": {p.name: list(p.environments) for p in PHASES}}}
        ),
    )
    desired = {"eso": dict.fromkeys(("at_ring1", "prod_ring1", "prod_ring2"), "1.0.0")}
    files = {f"artifacts/{name}/x.yaml": "version: 0\n" for name in ("dashboard", "eso")}
    repo.commit("first", files={**files, CONFIG: json.dumps(desired, indent=2) + "\n"})
    return repo


def boxes(body: str) -> dict[str, bool]:
    """Every box of a body as it stands there, by a reading of the tests' own."""
    found = re.findall(r"^\s*- \[(.)\] [*`]*([a-z0-9_]+)", body, re.MULTILINE)
    return {name: tick.lower() == "x" for tick, name in found}
