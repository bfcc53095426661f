"""Whatever goes wrong in the middle, the next run makes of the registry what an undisturbed run would have:
a call that fails, a process that is killed or interrupted, a registry that goes away, two runs at once."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.errors import RegistryError, RegistryUnreachableError
from flux.monorepo import registry as monorepo_registry
from flux.registry import open_registry
from flux.registry.remote import limits
from tests import parts
from tests.commands.faulty import (
    REFUSED,
    Place,
    State,
    Story,
    actions,
    command,
    fault_at,
    fresh,
    on_server,
    push,
    refuse,
    repaired,
)
from tests.commands.faulty import expected as expected
from tests.commands.faulty import kind as kind
from tests.commands.faulty import new_place as new_place
from tests.commands.faulty import story as story
from tests.commands.helpers import build, inv, monorepo
from tests.repo import Repo
from tests.servers import Answer, serve

pytestmark = pytest.mark.stories


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_failure_at_every_call_in_turn(
    story: Story, expected: State, new_place: Callable[..., Place], late: bool
) -> None:
    for number in count(1):
        place = new_place()
        push(story.before, place)
        with fault_at(number, refuse(RegistryError), late) as faulty:
            built = push(story.repo, place)
        if not faulty().hit:
            break
        # The others go out.
        victim = faulty().calls[number - 1].split()[0]
        assert [(r.artifact, str(r.action), str(r.error)) for r in built.failed] == [
            (victim, "failed", "the registry is tired")
        ]
        there = place.state()
        assert {n: there[n] for n in there if n != victim} == {
            n: expected[n] for n in expected if n != victim
        }
        repaired(story.repo, place, expected)
    assert number > 10


def test_a_registry_that_is_not_to_be_reached_at_every_call_in_turn(
    story: Story, expected: State, new_place: Callable[..., Place]
) -> None:
    for number in count(1):
        place = new_place()
        push(story.before, place)
        with fault_at(number, refuse(RegistryUnreachableError)) as faulty:
            built = push(story.repo, place)
        if not faulty().hit:
            break
        # Nothing more is asked of it.
        assert len(faulty().calls) == number
        assert {str(result.error) for result in built.failed} == {"the registry is tired"}
        repaired(story.repo, place, expected)
    assert number > 10


# A process that is killed


def killed(story: Story, kind: str, place: Place) -> int:
    """How many builds were killed, each in a place of its own below this one."""
    arguments = [str(story.repo.path), place.location, kind, str(story.before.path)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.commands.killed", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    )
    return int(done.stdout)


def test_a_kill_before_every_write_in_turn(
    story: Story, expected: State, kind: str, new_place: Callable[..., Place]
) -> None:
    name = uuid4().hex
    kills = killed(story, kind, new_place(name))
    assert kills >= 20
    for number in range(1, kills + 1):
        place = new_place(f"{name}/{number}")
        assert push(story.repo, place).failed == []
        assert place.state() == expected, number


@pytest.mark.parametrize("kind", ["folder"], indirect=True)
def test_a_kill_in_the_middle_of_a_write(
    story: Story, expected: State, new_place: Callable[..., Place]
) -> None:
    name = uuid4().hex
    kills = killed(story, "middle", new_place(name))
    assert kills >= 20
    for number in range(1, kills + 1):
        repaired(story.repo, new_place(f"{name}/{number}"), expected)


@pytest.mark.parametrize("kind", ["folder"], indirect=True)
def test_a_disk_that_is_full(story: Story, expected: State, new_place: Callable[..., Place]) -> None:
    place = new_place()
    push(story.before, place)
    # No file may have any content.
    limited = ["sh", "-c", f"ulimit -f 0 && exec {sys.executable} -m invoke build"]
    env = {**os.environ, "INVOKE_FLUX_REGISTRY": place.location}
    done = subprocess.run(limited, cwd=story.repo.path, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines[::2]] == [["error", "app"], ["error", "web"]]
    assert all(line.endswith(" could not be written: File too large") for line in lines[::2]), lines
    hint = "hint: check the disk and its permissions, or set `flux.registry` to another folder"
    assert set(lines[1::2]) == {hint}
    repaired(story.repo, place, expected)


def test_a_kill_at_any_moment(story: Story, expected: State, new_place: Callable[..., Place]) -> None:
    started = time.monotonic()
    process = command(story.repo, new_place())
    process.communicate()
    takes = time.monotonic() - started
    chance = random.Random(4)
    place = new_place()
    push(story.before, place)
    for _ in range(15):
        process = command(story.repo, place)
        time.sleep(takes * chance.uniform(0.4, 1))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    repaired(story.repo, place, expected)


# Two runs at once


def test_two_runs_at_once(story: Story, expected: State, new_place: Callable[..., Place]) -> None:
    for _ in range(3):
        place = new_place()
        push(story.before, place)
        processes = [command(story.repo, place) for _ in range(2)]
        said = [process.communicate(timeout=60) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], said
        assert place.state() == expected


@dataclass(frozen=True)
class Runners:
    """Two clones of one origin: the older at its first commit, the newer at its second, which the `developer`
    has yet to push."""

    developer: Repo
    older: Repo
    newer: Repo

    def land(self) -> None:
        self.developer.push()
        self.newer.git("pull", "--quiet", "--ff-only")


@pytest.fixture
def runners(tmp_path: Path) -> Runners:
    developer = monorepo(tmp_path / "dev", {f"artifacts/{name}/x.yaml": "x: 1\n" for name in ("app", "db")})
    origin = developer.bare_origin()
    runners = Runners(developer, origin.clone(tmp_path / "older"), origin.clone(tmp_path / "newer"))
    developer.git("branch", "--set-upstream-to=origin/main", "main")
    developer.commit(files={"artifacts/app/x.yaml": "x: 2\n", "artifacts/web/x.yaml": "web: 1\n"})
    return runners


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_newer_run_inside_every_call_of_the_older(
    runners: Runners, new_place: Callable[..., Place], late: bool
) -> None:
    first = runners.developer.git("rev-parse", "HEAD~1")
    undisturbed = new_place()
    push(runners.older, undisturbed)
    runners.land()
    push(runners.newer, undisturbed)
    expected = undisturbed.state()
    for number in count(1):
        runners.developer.git("push", "--quiet", "--force", "origin", f"{first}:main")
        place = new_place()

        def newer(place: Place = place) -> None:
            runners.land()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(monorepo_registry, "open_registry", open_registry)
                assert push(runners.newer, place).failed == []

        with fault_at(number, newer, late) as faulty:
            built = push(runners.older, place)
        if not faulty().hit:
            break
        assert built.failed == []
        # A newer run that was done before the older one pushed its commit tag leaves nothing to be done.
        assert place.state() == expected, faulty().calls[number - 1]
        # `latest` is none of the older's tags.
        app, db = built.results
        assert "latest" in db.tags
        assert "latest" not in app.tags, faulty().calls
    assert number > 8


def test_an_older_run_that_is_killed_after_its_last_push(
    runners: Runners, new_place: Callable[..., Place]
) -> None:
    class Killed(BaseException):
        pass

    undisturbed, place = new_place(), new_place()
    push(runners.older, undisturbed)

    def newer_and_kill() -> None:
        runners.land()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(monorepo_registry, "open_registry", open_registry)
            push(runners.newer, undisturbed)
        raise Killed

    calls: list[str] = []
    with fault_at(10**6, newer_and_kill) as faulty:
        push(runners.older, new_place())
        calls = faulty().calls
    with fault_at(len(calls), newer_and_kill, late=True), pytest.raises(Killed):
        push(runners.older, place)
    assert push(runners.newer, place).failed == []
    assert place.state() == undisturbed.state()


def test_what_an_older_run_does_later(runners: Runners, new_place: Callable[..., Place]) -> None:
    """A re-run of last week's job."""
    place = new_place()
    runners.land()
    push(runners.newer, place)
    before = place.state()
    built = push(runners.older, place)
    assert [(r.artifact, r.action, r.tags) for r in built.results] == [
        ("app", "pushed", (runners.older.head[:12],)),
        ("db", "unchanged", (runners.older.head[:12], "latest")),
    ]
    after = place.state()
    assert {n: t["latest"] for n, t in after.items()} == {n: t["latest"] for n, t in before.items()}
    assert actions(push(runners.older, place)) == {"app": "kept", "db": "unchanged"}
    assert place.state() == after


# A registry that goes away, or never was


def timed(repo: Repo, location: str, **env: str) -> tuple[float, int, list[str]]:
    started = time.monotonic()
    finished = inv(repo, "build", env={"INVOKE_FLUX_REGISTRY": location, **env})
    return time.monotonic() - started, finished.code, finished.err.splitlines()


def test_a_registry_that_dies_in_the_middle(
    story: Story, run_registry: parts.RunRegistry, tmp_path: Path
) -> None:
    with run_registry(tmp_path / "registry") as registry:
        place = on_server(registry, "faults")
        started = time.monotonic()
        with fault_at(4, lambda: os.kill(registry.pid, signal.SIGKILL)):
            built = push(story.repo, place)
    assert {result.action for result in built.results} == {"failed"}
    # All the same, so it is said once.
    ((error, hint),) = {(r.error.message, r.error.hint) for r in built.results if r.error}
    assert error == f"{registry.host} does not answer: {REFUSED} (5 tries)"
    assert hint == "start it (`inv registry.up` starts one in a container), or check the setting `registry`"
    assert time.monotonic() - started < 10
    with run_registry(tmp_path / "registry") as registry:
        place = on_server(registry, "faults")
        repaired(story.repo, place, fresh(story, tmp_path))


@contextmanager
def closed_port() -> Iterator[str]:
    """An address that nobody listens on, and nobody else is given meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that drops whoever knocks: the queue of its listener is full, and nobody accepts."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.socket()))
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(64):
            knocking = stack.enter_context(closing(socket.socket()))
            knocking.settimeout(0.1)
            try:
                knocking.connect(listener.getsockname())
            except TimeoutError:
                break
        else:
            pytest.skip("this system's listeners have no end to their queue")
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("nowhere", "reason"), [(closed_port, re.escape(REFUSED)), (black_hole, "timed out")]
)
def test_a_registry_that_is_not_there(story: Story, nowhere: Callable[[], Any], reason: str) -> None:
    with nowhere() as host:
        seconds, code, said = timed(story.repo, f"oci://{host}/x")
    assert code == 1
    assert len(said) == 2
    assert re.fullmatch(rf"error: app, db, web: {re.escape(host)} does not answer: .*{reason}.*", said[0])
    assert said[1].startswith("hint: start it (`inv registry.up`")
    assert seconds < 5


@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_a_registry_that_takes_calls_and_says_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    monkeypatch.setattr(limits, "LIMITS", limits.Limits(seconds=0.5, connect=0.5))
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        started = time.monotonic()
        built = build(story.repo, registry=f"oci://{host}/x", jobs=1, insecure=not tls)
    (said,) = {str(result.error) for result in built.results}
    assert said.startswith(f"{host} does not answer: ")
    # One timeout, not one for each artifact and try.
    assert time.monotonic() - started < 1.5


def test_a_token_service_that_is_not_there(story: Story) -> None:
    with closed_port() as nowhere:
        challenge = [("WWW-Authenticate", f'Bearer realm="http://{nowhere}/token"')]
        with serve(lambda request: Answer(401, b"", challenge)) as server:
            seconds, code, said = timed(story.repo, f"oci://{server.host}/x")
    assert code == 1
    assert len(said) == 2
    assert said[0].startswith(f"error: app, db, web: {nowhere} does not answer: ")
    assert seconds < 5


# One of many


def test_one_that_cannot_be_published_leaves_the_others(
    story: Story, new_place: Callable[..., Place]
) -> None:
    story.repo.symlink("artifacts/app/link.yaml", "x.yaml")
    story.repo.commit(files={"artifacts/Web/x.yaml": "web: 2\n"})
    place = new_place()
    finished = inv(story.repo, "build", env={"INVOKE_FLUX_REGISTRY": place.location})
    assert finished.code == 1
    assert sorted(finished.err.splitlines()) == [
        "error: Web: 'Web' cannot be an OCI repository: it has 'W' at character 1; "
        "allowed are a-z, 0-9 and . _ - between them",
        "error: app: link.yaml is a symlink, which Flux leaves out of the image",
        "hint: put the file itself there, or list the link under the setting `ignore`",
        "hint: rename the folder",
    ]
    assert {name: bool(tags) for name, tags in place.state().items()} == {
        "app": False,
        "db": True,
        "web": True,
    }
    documents = inv(story.repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": place.location}).document
    assert {a["artifact"]: (a["action"], "error" in a) for a in documents["artifacts"]} == {
        "Web": ("failed", True),
        "app": ("failed", True),
        "db": ("unchanged", False),
        "web": ("unchanged", False),
    }


def test_one_repository_that_the_registry_cannot_serve(
    story: Story, registry_server: parts.Registry, tmp_path: Path
) -> None:
    place = on_server(registry_server, f"faults/{uuid4().hex}")
    prefix = place.location.removeprefix(f"oci://{registry_server.host}/")
    broken = registry_server.storage / "docker/registry/v2/repositories" / prefix / "app"
    broken.parent.mkdir(parents=True)
    broken.write_text("a file is in the way")
    seconds, code, said = timed(story.repo, place.location)
    assert code == 1
    assert len(said) == 2
    assert said[0].startswith(f"error: app: {registry_server.host} answered 500 to ")
    assert said[0].endswith(" (5 tries)")
    assert said[1] == "hint: run the same command again: it continues where this run stopped"
    assert seconds < 15
    broken.unlink()
    repaired(story.repo, place, fresh(story, tmp_path))
