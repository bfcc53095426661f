"""No answer of a registry is too bad for a sentence."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import FluxError
from flux.registry.builtin import BuiltinPublisher
from flux.registry.identity import is_ours, is_same
from flux.registry.push import push
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from flux.registry.target import Manifest
from flux.retry import Retries
from tests.registry.images import image
from tests.registry.remote.errors.answers import ANSWERS, LONG, changed_manifest
from tests.servers import Answer, Server, serve


def _use(target: RemoteTarget) -> Iterator[Callable[[], object]]:
    """Everything that a command may ask of a registry."""
    yield lambda: target.resolve("latest")
    yield lambda: target.fetch_manifest("latest")
    yield lambda: target.fetch_blob(digest_of(b""))
    yield lambda: target.push_blob(b"content")
    yield lambda: target.push_manifest(Manifest(b"{}", MANIFEST_TYPE), "latest")
    yield target.tags
    yield lambda: push(BuiltinPublisher(target), image(), ["tag", "latest"])
    yield lambda: is_same(target, target.fetch_manifest("latest"), image())
    yield lambda: is_ours(target.fetch_manifest("latest"), image())


class Fuzzed:
    """One server for all examples: it gives the answers in turn, and the last for ever."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.answers: list[Answer | bytes] = []
        self.given = 0

    def start(self, answers: list[Answer | bytes]) -> None:
        self.server.requests.clear()
        self.answers, self.given = answers, 0

    def next(self) -> bytes:
        """As bytes, since a connection that stays open would be waited for."""
        answer = self.answers[min(self.given, len(self.answers) - 1)]
        self.given += 1
        if isinstance(answer, Answer):
            answer = answer.raw.replace(b"HOST", f"http://{self.server.host}".encode())
        return _written_out(answer)


def _written_out(content: bytes) -> bytes:
    head, separator, body = content.partition(b"\r\n\r\n")
    for word, meaning in LONG.items():
        if word in body:
            body = body.replace(word, meaning)
            head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
        head = head.replace(word, meaning)
    return head + separator + body


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    running: list[Fuzzed] = []
    with serve(lambda request: running[0].next()) as server:
        running.append(Fuzzed(server))
        yield running[0]


@pytest.fixture(scope="module", autouse=True)
def impatient() -> Iterator[None]:
    """The same retries, where a pause only moves the clock."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    defaults = Retries.__init__.__kwdefaults__
    assert defaults
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "sleep", sleep)
        patch.setitem(defaults, "clock", lambda: now[0])
        yield


@settings(max_examples=100)
@pytest.mark.stories
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4), which=st.integers(0, 8))
@example([Answer(307, b"", [("Location", "http://[")])], 0)
@example([Answer(202, b"", [("Location", "http://[")])], 3)
@example([Answer(401, b"", [("WWW-Authenticate", 'Bearer realm="http://["')])], 0)
@example([Answer(200, b'{"tags": []}', [("Link", '<http://[>; rel="next"')])], 5)
@example([Answer(429, b"", [("Retry-After", "Fri, 01 Jan 99999 00:00:00 GMT")])], 0)
@example([Answer(429, b"", [("Retry-After", "<digits>")])], 0)
@example([Answer(100, b"<zeros>")], 0)
@example([Answer(400, b"<arrays>")], 1)
@example([Answer(200, b"<objects>")], 5)
@example([Answer(200, b"<arrays>")], 7)
@example([Answer(200, b"<arrays>")], 8)
@example([Answer(200, changed_manifest(("config.data", "\xe9")))], 7)
@example(
    [
        Answer(401, b"", [("WWW-Authenticate", 'Bearer realm="HOST/token"')]),
        Answer(200, b"<number>"),
    ],
    0,
)
def test_no_answer_of_a_registry_is_too_bad_for_a_sentence(
    fuzzed: Fuzzed, answers: list[Answer | bytes], which: int
) -> None:
    fuzzed.start(answers)
    target = RemoteRegistry(f"{fuzzed.server.host}/x", jobs=1, insecure=None).repository("app")
    try:
        list(_use(target))[which]()
    except FluxError as error:
        lines = [error.message, error.hint]
    else:
        return
    assert lines[0]
    assert not any("\n" in line or "\r" in line or len(line) > 1000 for line in lines), lines
