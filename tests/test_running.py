"""How commands end: errors in two lines, and interrupts."""

import errno
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from flux import running
from flux.running import reporting
from tests import parts
from tests.commands.faulty import Place, Story, command, folder, fresh, repaired
from tests.commands.faulty import story as story
from tests.commands.invoking import (
    environment,
    in_actions,
    inv,
)
from tests.monorepo.building import bad_artifacts
from tests.monorepo.building import repo as repo
from tests.repo import Repo
from tests.servers import Answer, Request, Server, serve

# Promise 8: errors are for people


def test_who_observes_writes_nothing(repo: Repo) -> None:
    """Neither images nor releases, whatever command it is."""
    observing = {"INVOKE_FLUX_MODE": "observe"}
    before = repo.git("for-each-ref")
    built = inv(repo, "build", env=observing)
    assert (built.code, "app: would be pushed" in built.said) == (0, True), built.said
    assert "mode: observe" in built.err
    assert "app:latest has nothing, and would have " in built.err
    assert "compared with the earlier system: 0 of 3 tags are as they would be here" in built.err
    released = inv(repo, "release", "app", "1.0.0", env=observing)
    assert released.code == 0, released.said
    assert inv(repo, "tag", env=observing).code == 0
    assert not (repo.path / ".registry").exists()
    assert not (repo.path / ".forge").exists()
    assert repo.git("for-each-ref") == before
    assert inv(repo, "build", env={"INVOKE_FLUX_MODE": "watch"}).code == 2


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"INVOKE_FLUX_MODE": "observe"}, True),
        ({"INVOKE_FLUX_mode": "observe"}, True),
        ({"INVOKE_FLUX_mode": "act", "INVOKE_FLUX_MODE": "observe"}, True),
        ({"INVOKE_FLUX_MODE": "act"}, False),
    ],
)
def test_the_name_of_a_variable_is_read_as_that_of_every_setting(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    monkeypatch.setattr(running, "_ENVIRONMENT", variables)
    assert running.observes(Context()) is expected


def failures(repo: Repo) -> Iterable[tuple[int, tuple[str, ...], dict[str, str]]]:
    yield 2, ("build", "-a", "nonesuch"), {}
    yield 2, ("build", "--since", "nonesuch"), {}
    yield 2, ("build",), {"INVOKE_FLUX_JOBS": "abc"}
    yield 2, ("build",), {"INVOKE_FLUX_NONESUCH": "x"}
    yield 2, ("build",), {"INVOKE_FLUX_REGISTRY": "https://x"}
    yield 1, ("build", "--changed"), {"INVOKE_FLUX_BRANCH": "nonesuch"}


def test_an_error_is_two_lines(repo: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    for code, arguments, env in failures(repo):
        ran = inv(repo, *arguments, env=env)
        assert (ran.code, ran.out) == (code, "")
        said, hint = ran.err.splitlines()
        assert said.startswith("error: ")
        assert hint.startswith("hint: ")
        there = inv(repo, *arguments, env={"INVOKE_FLUX_REGISTRY": ".registry", **job.env, **env})
        assert there.code == code
        assert there.said.startswith("::error::")
        assert len(there.said.splitlines()) == 1


def test_a_traceback_for_who_asks(repo: Repo) -> None:
    command = [sys.executable, "-m", "invoke", "--debug", "build", "-a", "nonesuch"]
    ran = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "Traceback" in ran.stderr


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "this machine refused: Too many open files", "ulimit"),
        (OSError(errno.EIO, "Input/output error"), "this machine refused: Input/output error", "inv --debug"),
        (TimeoutError("timed out"), "this machine refused: timed out", "inv --debug"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/x/y"), "/x/y: No such file", "check the disk"),
    ],
)
def test_only_what_is_printed_is_blamed_on_the_output(
    capsys: pytest.CaptureFixture[str], error: OSError, message: str, hint: str
) -> None:
    with pytest.raises(Exit) as ended, reporting(json=False):
        raise error
    said = capsys.readouterr().err
    assert (ended.value.code, said.startswith(f"error: {message}\n"), hint in said) == (1, True, True)


def test_a_disk_that_takes_no_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for json in (False, True):
        with open("/dev/full", "w") as full:  # noqa: PTH123
            monkeypatch.setattr(sys, "stdout", full)
            with pytest.raises(Exit) as ended, reporting(json) as report:
                report.print("a line")
            said = capsys.readouterr().err
        assert ended.value.code == 1
        assert "error: the output could not be written: No space left on device\n" in said


def test_a_failure_does_not_hide_in_a_chain(repo: Repo) -> None:
    bad_artifacts(repo)
    repo.push()
    assert inv(repo, "build", "changed").code == 1
    assert inv(repo, "changed", "build").code == 1


def test_an_error_of_git_is_one_of_ours(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    with environment(GIT_CONFIG_GLOBAL=str(repo.path / "broken")):
        (repo.path / "broken").write_text("[core\n")
        ran = inv(repo, "build", "--json")
    assert ran.code in (1, 2)
    assert ran.result == {}
    assert len(ran.err.splitlines()) == len(ran.document["errors"]) * 2 == 2


_INTERRUPTED = "interrupted; run the same command again, it continues from here"


# A person who loses patience


@dataclass
class Moody:
    """In front of a real registry: hands everything on until a request that `balks` at, and then answers
    nothing at all."""

    host: str
    balks: Callable[[Request], bool] = lambda request: False
    balked: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    def answer(self, request: Request) -> Answer | bytes:
        if self.balked.is_set() or self.balks(request):
            self.balked.set()
            self.over.wait(60)
            return b""
        with closing(http.client.HTTPConnection(self.host, timeout=30)) as connection:
            headers = {name: value for name, value in request.headers.items() if name != "Host"}
            connection.request(request.method, request.path, request.body, {**headers, "Host": self.host})
            response = connection.getresponse()
            kept = ("content-type", "docker-content-digest", "location", "link")
            headers_ = [(n, v) for n, v in response.getheaders() if n.lower() in kept]
            return Answer(response.status, response.read(), headers_)


@pytest.fixture
def moody(registry_server: parts.Registry) -> Iterator[tuple[Moody, Server]]:
    moods = Moody(registry_server.host)
    with serve(moods.answer) as server:
        yield moods, server
        moods.over.set()


def at_work(repo: Repo, stub: Path, task: str, **environment: str) -> "subprocess.Popen[bytes]":
    """A command that has begun to run a stub, which is first on its PATH and then writes a log beside it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "invoke", task],
        cwd=repo.path,
        env={**os.environ, "PATH": f"{stub.parent}:{os.environ['PATH']}", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )
    deadline = time.monotonic() + 30
    while not Path(f"{stub}.log").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return process


def interrupt(process: "subprocess.Popen[bytes]", whole_group: bool) -> tuple[float, list[str]]:
    """SIGINT as Ctrl-C sends it, to all in the terminal, or to `inv` alone."""
    started = time.monotonic()
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    return time.monotonic() - started, said.decode().splitlines()


@pytest.mark.stories
@pytest.mark.parametrize("whole_group", [False, True], ids=["process", "terminal"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_an_interrupt_while_a_registry_does_not_answer(
    story: Story, moody: tuple[Moody, Server], method: str, whole_group: bool, tmp_path: Path
) -> None:
    moods, server = moody
    moods.balks = lambda request: request.method == method and "/app/" in request.path
    place = Place(f"oci://{server.host}/{uuid4().hex}", list)
    process = command(story.repo, place)
    assert moods.balked.wait(30)
    seconds, said = interrupt(process, whole_group)
    assert (process.returncode, said) == (130, [_INTERRUPTED])
    assert seconds < 1
    moods.balks = lambda request: False
    moods.balked.clear()
    repaired(story.repo, place, fresh(story, tmp_path))


@pytest.mark.stories
def test_an_interrupt_while_waiting_for_another_try(story: Story) -> None:
    asked = Event()

    def busy(request: Request) -> Answer:
        asked.set()
        return Answer(429, b"", [("Retry-After", "60")])

    with serve(busy) as server:
        process = command(story.repo, Place(f"oci://{server.host}/x", list))
        assert asked.wait(30)
        time.sleep(0.1)
        seconds, said = interrupt(process, whole_group=False)
    assert (process.returncode, said) == (130, [_INTERRUPTED])
    assert seconds < 1


@pytest.mark.stories
@pytest.mark.parametrize("whole_group", [False, True], ids=["process", "terminal"])
def test_an_interrupt_while_git_waits_for_origin(story: Story, tmp_path: Path, whole_group: bool) -> None:
    asked, over = Event(), Event()

    def hang(request: Request) -> bytes:
        asked.set()
        over.wait(60)
        return b""

    with serve(hang) as server:
        story.repo.git("remote", "add", "origin", f"http://{server.host}/x.git")
        process = command(story.repo, folder(tmp_path / "images"))
        assert asked.wait(30)
        seconds, said = interrupt(process, whole_group)
        over.set()
    assert (process.returncode, said) == (130, [_INTERRUPTED])
    assert seconds < 1


@pytest.mark.stories
def test_an_interrupt_of_a_check(story: Story, tmp_path: Path) -> None:
    """With kustomize at work on many folders."""
    stub = tmp_path / "bin" / "kustomize"
    stub.parent.mkdir()
    stub.write_text(
        '#!/bin/sh\n[ "$1" = version ] && echo v5.0.0 && exit\necho >>"$0.log"\nexec /bin/sleep 1\n'
    )
    stub.chmod(0o755)
    for folder_ in range(20):
        story.repo.write(f"artifacts/app/{folder_}/kustomization.yaml", "resources: []\n")
    story.repo.commit()
    process = at_work(story.repo, stub, "check")
    seconds, said = interrupt(process, whole_group=True)
    assert (process.returncode, said) == (130, [_INTERRUPTED])
    assert seconds < 1


@pytest.mark.stories
@pytest.mark.parametrize("whole_group", [False, True], ids=["process", "terminal"])
def test_an_interrupt_while_flux_pushes_leaves_no_folder(
    story: Story, registry_server: parts.Registry, tmp_path: Path, whole_group: bool
) -> None:
    stub = tmp_path / "bin" / "flux"
    stub.parent.mkdir()
    stub.write_text(
        '#!/bin/sh\n[ "$1" = version ] && echo \'{"flux": "v2.9.4"}\' && exit\n'
        'echo >>"$0.log"\nexec /bin/sleep 5\n'
    )
    stub.chmod(0o755)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    env = {
        "TMPDIR": str(temporary),
        "INVOKE_FLUX_PUBLISHER": "flux",
        "INVOKE_FLUX_REGISTRY": f"oci://{registry_server.host}/{uuid4().hex}",
        "INVOKE_FLUX_SOURCE": "https://example.com/x",
    }
    process = at_work(story.repo, stub, "build", **env)
    assert list(temporary.glob("flux-artifacts-*"))
    seconds, said = interrupt(process, whole_group)
    assert (process.returncode, said) == (130, [_INTERRUPTED])
    assert seconds < 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("colour", ["", "1"])
def test_a_reader_that_goes_away_stops_nothing(repo: Repo, colour: str) -> None:
    """As `inv build | head -1` does: what was asked for is done, and it is not a failure."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "invoke", "list", "build"]
    env = {**os.environ, "FORCE_COLOR": colour}
    done = subprocess.run(command, cwd=repo.path, stdout=writing, stderr=subprocess.PIPE, env=env)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert inv(repo, "build", "--json").document["artifacts"][0]["action"] == "unchanged"
