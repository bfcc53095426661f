"""The runners of GitHub Actions: they wait for events of the test GitHub, and run with act what these start.

What act leaves out is here: the filters of `on:`, the commit that a workflow is read from, and for each job a
token that may what `permissions:` says and no more, at GitHub and at the registry.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml

from tests.actions.calls import Expanded, expanded
from tests.actions.jobs import Job, job_of
from tests.actions.needs import Ended, alone, is_due, needs, outputs, spelled, together
from tests.actions.triggers import events_of, starts
from tests.actions.used import standins, taken_from
from tests.github import faults
from tests.github.gitdata import Person
from tests.github.server import GitHub
from tests.github.state import Pull
from tests.github.world import Event
from tests.registry.token_service import TokenService, User

JSON = dict[str, Any]
APP_KEY = "the key of the App"
_WORKFLOWS = ".github/workflows"
_SECONDS = 300
_AT_ONCE = 4
_RIGHTS = {"write": frozenset({"pull", "push"}), "read": frozenset({"pull"})}


@dataclass(frozen=True)
class _Run:
    """A run of the workflow at `path`; `by` is who started it, and `attempt` how often it was started."""

    number: int
    event: Event
    path: str
    ref: str
    commit: str
    by: str
    attempt: int


@dataclass
class Runners:
    """`variables` and `secrets` are the repository's. With `app`, its GitHub App is set up there too."""

    github: GitHub
    folder: Path
    act: str
    packages: TokenService
    """Who may what at the registry."""
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    """Of the runner itself."""
    tools: dict[str, Path] = field(default_factory=dict)
    """Other repositories that workflows take actions and workflows from, by `OWNER/NAME@REF`."""
    left_out: frozenset[str] = frozenset({"all", "macos", "site"})
    """Jobs that do not run here: those of this repository's own tests."""
    full_name: str = "octo/monorepo"
    waiting: list[Event] = field(default_factory=list)
    """What starts checks that somebody has to approve first."""
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)
    _seen: int = 0
    _runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def settle(self) -> list[Job]:
        """Run what the events since the last time start, and what follows from it, until nothing is left."""
        ran = []
        while self._seen < len(self.github.events):
            event = self.github.events[self._seen]
            self._seen += 1
            if event.starts:
                ran += self.run(event)
            elif event.awaits_approval:
                self.waiting.append(event)
        return ran

    def skip(self) -> None:
        """Lose the events since the last time."""
        self._seen = len(self.github.events)

    def schedule(self) -> list[Job]:
        """The hour has come for every workflow that the default branch has a schedule for."""
        branch = self._repository.default_branch
        crons = {
            entry["cron"]
            for workflow in self._workflows(self._commit(f"heads/{branch}")).values()
            for entry in events_of(workflow).get("schedule", ())
        }
        ran = []
        for cron in sorted(crons):
            ran += self.run(Event("schedule", {"schedule": cron}, "github-actions[bot]", True))
        return ran

    def run(self, event: Event, *, by: str | None = None) -> list[Job]:
        """Run the workflows that an event starts; `by` runs them again, as GitHub lets people do."""
        if event.payload.get("deleted"):
            return []  # what is gone has no workflows
        ref, commit = self._place(event)
        due = []
        for path, workflow in self._workflows(commit).items():
            if event.name == "workflow_dispatch" and event.payload["workflow"] != path:
                continue
            if not starts(workflow, event.name, event.payload, lambda: self._changed(event)):
                continue
            whole = expanded(spelled(workflow), lambda uses: self._called(commit, uses))
            number = next(self._runs)
            due += [
                (_Run(number, event, path, ref, commit, by or event.sender, 2 if by else 1), whole, names)
                for names in together(whole.workflow["jobs"])
                if not self.left_out & set(names)
            ]

        def run(one: tuple[_Run, Expanded, list[str]]) -> list[Job]:
            return self._run_group(*one)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            ran = [job for jobs in pool.map(run, due) for job in jobs]
        return [job for job in ran if job.result != "skipped"]

    def _run_group(self, run: _Run, whole: Expanded, names: list[str]) -> list[Job]:
        """Jobs that build on each other, one after the other."""
        ran: list[Job] = []
        ended: dict[str, Ended] = {}
        for name in names:
            job = whole.workflow["jobs"][name]
            before = {each: ended[each] for each in needs(job)}
            ended[name] = Ended("skipped", {})
            if is_due(job, before):
                called = whole.files.get(name)
                ran += self._run(run, alone(whole.workflow, name, before), [name], called)
                result = "failure" if ran[-1].result == "killed" else ran[-1].result
                ended[name] = Ended(result, outputs(ran[-1].outputs))
        return ran

    def run_by_act(self, event: Event, path: str) -> list[Job]:
        """A workflow whose calls act itself follows, with one token for all its jobs."""
        ref, commit = self._place(event)
        workflow = spelled(yaml.safe_load(self._read(commit, path)))
        run = _Run(next(self._runs), event, path, ref, commit, event.sender, 1)
        ran = self._run(run, workflow, list(workflow["jobs"]))
        return [job for job in ran if job.result != "skipped"]

    def _called(self, commit: str, uses: str) -> JSON:
        """A workflow that another one calls, whose own actions are named as from outside."""
        place, _, ref = uses.partition("@")
        if place.startswith(("$/", "./")):
            text, own = self._read(commit, place[2:]).decode(), f"{self.full_name}@{commit}"
        else:
            owner, name, path = place.split("/", 2)
            own = f"{owner}/{name}@{ref}"
            text = (self.tools[own] / path).read_text()
        return spelled(yaml.safe_load(taken_from(own, text)))

    def _run(self, run: _Run, workflow: JSON, names: list[str], called: str | None = None) -> list[Job]:
        """Jobs with act, on a runner of their own; where there are several they share one token."""
        event, path, ref, commit = run.event, run.path, run.ref, run.commit
        folder = self.folder / f"{run.number}-{names[0]}"
        own = f"{self.full_name}@{commit}"
        checkout = folder / "workflow"
        _git("clone", "--quiet", "--shared", "--no-checkout", str(self._repository.git.path), str(checkout))
        _git("-C", str(checkout), "checkout", "--quiet", "--detach", commit)
        (folder / "event.json").write_text(json.dumps(event.payload))
        for action in (checkout / ".github/actions").rglob("action.yml"):
            action.write_text(taken_from(own, action.read_text()))
        (checkout / path).write_text(taken_from(own, json.dumps(workflow)))
        permissions = _permissions(workflow, names)
        token = self.github.actions_token(**permissions)
        rights = _RIGHTS.get(permissions.get("packages", ""))
        if rights:
            self.packages.users.append(User(event.sender, token, "", rights))
        command = [
            self.act,
            event.name,
            "--json",
            f"--directory={checkout}",
            f"--workflows={path}",
            f"--eventpath={folder / 'event.json'}",
            f"--actor={event.sender}",
            "--platform=ubuntu-latest=-self-hosted",
            "--no-skip-checkout",
            "--no-cache-server",
            "--action-offline-mode",
            f"--action-cache-path={folder / 'act'}",
            *(f"--local-repository={each}={at}" for each, at in {**self.tools, own: checkout}.items()),
            *(f"--local-repository={used}={at}" for used, at in standins(checkout, *self.tools.values())),
            *(f"--var={key}={value}" for key, value in self.variables.items()),
            *(f"--secret={key}={value}" for key, value in {**self.secrets, "GITHUB_TOKEN": token}.items()),
        ]
        given = {
            **self.github.environment("", self.full_name),
            "GITHUB_REF": ref,
            "GITHUB_SHA": commit,
            "GITHUB_RUN_ATTEMPT": str(run.attempt),
            "GITHUB_RUN_ID": str(run.number),
            "GITHUB_TRIGGERING_ACTOR": run.by,
            "GITHUB_WORKFLOW_REF": f"{self.full_name}/{path}@{ref}",
        }
        if permissions.get("id_token") == "write":
            given |= self.github.identity(**self._claims(run, called))
        command += [f"--env={key}={value}" for key, value in given.items()]
        environment = {**os.environ, **self._runner(folder, checkout), **self.environment}
        environment["TEST_ARTIFACTS"] = str(self.folder / f"{run.number}-uploaded")
        return self._finished(command, environment, event, path, names)

    def _finished(
        self,
        command: list[str],
        environment: Mapping[str, str],
        event: Event,
        path: str,
        names: list[str],
    ) -> list[Job]:
        # A group of its own, to be killed whole.
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        try:
            printed, _ = process.communicate(timeout=_SECONDS)
        finally:
            self.processes.remove(process)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        records = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        told: dict[str, list[JSON]] = {name: [] for name in names}
        for record in records:
            if name := record.get("jobID"):
                told.setdefault(name, []).append(record)
        killed = process.returncode < 0
        jobs = [job_of(path, name, event, said, killed) for name, said in told.items()]
        if process.returncode > 0 and not any(job.result == "failure" for job in jobs):
            raise RuntimeError(f"act itself failed:\n{printed}")
        return jobs

    def kill(self) -> None:
        """End every job that runs, as by `kill -9`."""
        for process in list(self.processes):
            os.killpg(process.pid, signal.SIGKILL)

    def kill_at(self, only: str, n: int = 1) -> None:
        """End every job right before its n-th request such as `POST */pulls` is served."""

        def hook() -> faults.Fault:
            self.kill()
            return faults.DROP

        self.github.call_at(n, hook, only=only)

    def _claims(self, run: _Run, called: str | None) -> dict[str, str]:
        """What GitHub says of a job; `called` is the file that it stands in, where that was called."""
        here = f"{self.full_name}/{run.path}@{run.ref}"
        if called:
            own = called.startswith(("$/", "./"))
            called = f"{self.full_name}/{called[2:]}@{run.ref}" if own else called
        return {
            "sub": f"repo:{self.full_name}:ref:{run.ref}",
            "repository": self.full_name,
            "ref": run.ref,
            "sha": run.commit,
            "event_name": run.event.name,
            "workflow_ref": here,
            "job_workflow_ref": called or here,
            "run_id": str(run.number),
        }

    def _runner(self, folder: Path, checkout: Path) -> dict[str, str]:
        places = [place / ".github/actions/setup/action.yml" for place in (checkout, *self.tools.values())]
        setup = yaml.safe_load(next(place for place in places if place.is_file()).read_text())
        (app,) = (step for step in setup["runs"]["steps"] if step.get("id") == "app")
        asked = {
            key.removeprefix("permission-").replace("-", "_"): value
            for key, value in app["with"].items()
            if key.startswith("permission-")
        }
        packages = {str(distribution(name).locate_file("")) for name in ("invoke", "pip")}
        return {
            "DOCKER_CONFIG": str(folder / "docker"),
            "PIP_NO_INDEX": "true",
            "PIP_ROOT_USER_ACTION": "ignore",
            "TEST_APP_KEY": APP_KEY,
            "TEST_APP_TOKEN": self.github.app_token(**asked),
            "TEST_PACKAGES": "\n".join(sorted(packages)),
            "TEST_PYTHON": sys.executable,
        }

    # Where a workflow is read

    @property
    def _repository(self) -> Any:
        return self.github.repository(self.full_name)

    def _commit(self, ref: str) -> str:
        commit = self._repository.git.resolve(ref)
        assert commit is not None, f"there is no {ref}"
        return str(commit)

    def _place(self, event: Event) -> tuple[str, str]:
        """GITHUB_REF and GITHUB_SHA: the event's own, and of what has none the default branch's."""
        payload = event.payload
        match event.name:
            case "push":
                return payload["ref"], payload["after"]
            case "release":
                ref = f"refs/tags/{payload['release']['tag_name']}"
            case "workflow_dispatch":
                ref = payload["ref"]
            case "pull_request":
                return self._merge(self._repository.issues[payload["number"]])
            case _:
                ref = f"refs/heads/{self._repository.default_branch}"
        return ref, self._commit(ref.removeprefix("refs/"))

    def _merge(self, pull: Pull) -> tuple[str, str]:
        """The commit that GitHub tries a pull request with."""
        git = self._repository.git
        base, head = self._commit(f"heads/{pull.base}"), self._repository.head(pull)
        ref = f"refs/pull/{pull.number}/merge"
        tree = git.merge(base, head)
        assert tree is not None, f"{pull.number} conflicts, and GitHub starts nothing then"
        web_flow = Person("GitHub", "noreply@github.com", datetime.now(UTC))
        commit = git.write_commit(tree, [base, head], web_flow, web_flow, f"Merge {head} into {base}")
        git.set_ref(ref, commit, git.ref(ref))
        return ref, commit

    def _read(self, commit: str, path: str) -> bytes:
        entry = self._repository.git.entry(commit, path)
        return bytes(self._repository.git.read(entry.sha))

    def _workflows(self, commit: str) -> dict[str, JSON]:
        git = self._repository.git
        folder = git.entry(commit, _WORKFLOWS)
        found = {}
        for entry in git.entries(folder.sha) if folder else ():
            if entry.path.endswith((".yml", ".yaml")):
                found[f"{_WORKFLOWS}/{entry.path}"] = yaml.safe_load(git.read(entry.sha))
        return found

    def _changed(self, event: Event) -> list[str]:
        """As the filters of paths see it: two commits of a push, and of a pull request what it brings."""
        if event.name == "pull_request":
            pull = event.payload["pull_request"]
            between = f"{pull['base']['sha']}...{pull['head']['sha']}"
        else:
            between = f"{event.payload['before']}..{event.payload['after']}"
        return _git("-C", str(self._repository.git.path), "diff", "--name-only", between).splitlines()


def _permissions(workflow: JSON, jobs: list[str]) -> dict[str, str]:
    """What the token of these jobs may, named as the test GitHub does."""
    allowed: dict[str, str] = {}
    for job in jobs:
        given = workflow["jobs"][job].get("permissions", workflow.get("permissions"))
        assert isinstance(given, dict), f"{job} has no permissions of its own"
        for name, level in given.items():
            allowed[name.replace("-", "_")] = max(level, allowed.get(name, ""))  # read, write
    return allowed


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
