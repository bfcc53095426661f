"""A registry that goes away, or never was, is told in time."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from flux.registry.remote import limits
from tests import parts
from tests.commands.faulty import (
    REFUSED,
    Story,
    fault_at,
    fresh,
    on_server,
    push,
    repaired,
)
from tests.commands.faulty import story as story
from tests.commands.invoking import build, inv
from tests.repo import Repo
from tests.servers import Answer, serve

pytestmark = pytest.mark.stories


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
