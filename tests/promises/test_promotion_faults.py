"""Whatever goes wrong in the middle of a promotion, the same command run again ends where an undisturbed run
does; and where nobody runs it again, `inv reconcile` does the rest or says what got lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from pprint import pformat
from typing import Any

import pytest

from flux.commands.reconcile import Reconciled
from flux.errors import FluxError
from flux.forge.github.retry import GitHubRetry
from flux.proposals.sync import Sync
from tests.commands.disturbing import disturbed, faulty_registry
from tests.commands.promoting import World
from tests.github import faults
from tests.github.faults import Fault
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.github.state import Pull
from tests.github.wire import Request
from tests.promises.scenarios import HOUR, SCENARIOS
from tests.worlds import run_hub

pytestmark = pytest.mark.stories


def state(world: World) -> dict[str, Any]:
    """All that there is to be seen, by its content: no hash and no date of a commit."""
    assert world.github
    repo = world.github.repository("octo/monorepo")
    refs = world.bare.git("for-each-ref", "--format=%(refname) %(tree)%(*objectname)").splitlines()
    trees = dict(line.split(" ", 1) for line in refs)
    issues = {
        f"#{issue.number}": {
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
            "labels": [label.name for label in issue.labels],
            "assignees": [account.login for account in issue.assignees],
            "comments": [comment.body for comment in issue.comments],
            **(
                {"head": issue.head, "base": issue.base, "merged": bool(issue.merged)}
                if isinstance(issue, Pull)
                else {}
            ),
        }
        for issue in repo.issues.values()
    }
    return {"refs": trees, "tags": {name: world.tags(name) for name in ("eso", "dashboard")}, **issues}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GitHubRetry, "sleep", lambda *_: None)


def is_seen(request: Request) -> bool:
    """Whether somebody sees what a request does; objects of git are seen when a branch has them."""
    return request.writes and not request.path.endswith(("/git/blobs", "/git/trees", "/git/commits"))


def kinds(number: int, request: Request) -> list[Fault]:
    """The faults of a request: of one that writes one before and one after it took effect."""
    if not is_seen(request):
        return [(faults.DROP, faults.error(502))[number % 2]]
    done = (faults.LOST, faults.error(500, done=True))[number % 2]
    return [done, (faults.error(502), faults.DROP, faults.error(500))[number % 3]]


def attempt(run: Callable[[], object]) -> None:
    with suppress(FluxError):
        run()


def sound(done: object) -> None:
    """That nothing failed, of a command that goes on after failures."""
    if isinstance(done, Reconciled):
        assert done.errors == []
    if isinstance(done, Sync):
        assert done.failed == []


@dataclass(frozen=True)
class Stage:
    """A scenario right before its command, as often as one likes; `requests` are an undisturbed run's, and
    `expected` is what it leaves."""

    world: World
    begin: Callable[[], None]
    run: Callable[[], object]
    requests: list[Request]
    expected: dict[str, Any]

    @property
    def github(self) -> GitHub:
        assert self.world.github
        return self.world.github


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory, run_github: RunGitHub) -> Iterator[World]:
    """Made once, since it takes longer than most commands."""
    with run_hub(tmp_path_factory.mktemp("seed"), run_github) as world:
        world.forge()  # its token is to be there whatever is brought back
        yield world


@pytest.fixture(scope="module", params=SCENARIOS)
def stage(
    seed: World, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """All of it happens two hours ago."""
    assert seed.github
    scenario, folder = SCENARIOS[request.param], tmp_path_factory.mktemp("stage")
    end = seed.snapshot(folder / "before")
    seed.github.advance(-2 * HOUR)
    run = partial(scenario.run, seed, scenario.prepare(seed))
    begin = seed.snapshot(folder / "begin")
    before = len(seed.github.requests)
    sound(run())
    requests = seed.github.requests[before:]
    assert len(requests) >= 4
    yield Stage(seed, begin, run, requests, state(seed))
    end()
    seed.github.check()


def test_a_failure_at_every_request_in_turn(stage: Stage) -> None:
    for number, request in enumerate(stage.requests, 1):
        for fault in kinds(number, request):
            stage.begin()
            before = len(stage.github.requests)
            with disturbed(stage.github, number, fault):
                attempt(stage.run)
            assert len(stage.github.requests) >= before + number
            sound(stage.run())
            assert state(stage.world) == stage.expected, f"{fault} at {number}, {request}"


def test_a_kill_after_every_write_in_turn(stage: Stage) -> None:
    """Nobody runs the command again; an hour later a scheduled run does the rest, or what it does where the
    command never ran. Then something was said, by whichever of the two."""

    def reconciled(run: Callable[[], object]) -> dict[str, Any]:
        stage.begin()
        run()
        stage.github.advance(2 * HOUR)
        sound(stage.world.reconcile())
        return state(stage.world)

    done = at_rest(stage, reconciled(stage.run))
    lost = at_rest(stage, reconciled(lambda: None))
    for number, request in enumerate(stage.requests, 1):
        if not is_seen(request):
            continue

        def killed(number: int = number) -> None:
            with disturbed(stage.github, number, faults.LOST, gone=True):
                attempt(stage.run)

        found = reconciled(killed)
        assert quiet(found) in (quiet(done), quiet(lost)), f"{number}, {request}: {unlike(found, done)}"


def at_rest(stage: Stage, found: dict[str, Any]) -> dict[str, Any]:
    """Another reconcile does nothing."""
    again = stage.world.reconcile()
    assert (again.repaired, again.errors) == ([], [])
    assert state(stage.world) == found
    return found


def quiet(state: dict[str, Any]) -> dict[str, Any]:
    """Of comments only the one that is kept up to date."""
    return {
        name: {**told, "comments": [text for text in told["comments"] if '"standing"' in text]}
        if name.startswith("#")
        else told
        for name, told in state.items()
    }


def unlike(found: dict[str, Any], expected: dict[str, Any]) -> str:
    """What differs."""
    lines: list[str] = []
    for name in found.keys() | expected.keys():
        one, other = (pformat(of.get(name), width=100).splitlines() for of in (found, expected))
        lines += unified_diff(other, one, f"expected {name}", f"found {name}", n=0, lineterm="")
    return "\n".join(lines)


@pytest.mark.parametrize("stage", ["tick", "promote", "deployed", "reconcile"], indirect=True)
def test_a_failure_at_every_call_to_the_registry_in_turn(stage: Stage) -> None:
    """Each that writes, and the first of each kind that reads."""
    stage.begin()
    with faulty_registry(10**6, late=False) as calls:
        stage.run()
    for number, call in enumerate(calls, 1):
        if "push" not in call and call in calls[: number - 1]:
            continue
        stage.begin()
        with faulty_registry(number, late=number % 2 == 0):
            attempt(stage.run)
        sound(stage.run())
        assert state(stage.world) == stage.expected, f"{number}, {call}"
