"""A request as a whole is over in time, wherever a server is slow."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest

from flux.artifact.layer import digest_of
from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.deadline import Deadline
from flux.registry.remote.limits import Limits
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from tests.registry.remote.raw import Forever, sending, took
from tests.registry.token_service import make_certificate
from tests.servers import Answer, Request, serve

QUICK = Limits(seconds=1)
BLOB = b"x" * 100
DIGEST = digest_of(BLOB)


def at(host: str, limits: Limits = QUICK, insecure: bool | None = None) -> RemoteTarget:
    return RemoteRegistry(host, jobs=1, insecure=insecure, limits=limits).repository("app")


SLOW: dict[str, Iterable[bytes]] = {
    "body": Forever(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", then=b"x"),
    "chunks": Forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", then=b"1\r\nx\r\n"),
    "size of a chunk": Forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", then=b"0"),
    "trailers": Forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", then=b"a: b\r\n"),
    "header": Forever(b"HTTP/1.1 200 OK\r\nX: ", then=b"x"),
    "status": Forever(b"HTTP/1.1 200 ", then=b"x"),
    "interim answers": Forever(then=b"HTTP/1.1 100 Continue\r\n\r\n"),
    "refusal": Forever(b"HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n", then=b"x"),
}


USES: dict[str, Callable[[RemoteTarget], object]] = {
    "manifest": lambda to: to.fetch_manifest("latest"),
    "tags": lambda to: to.tags(),
    "blob": lambda to: to.fetch_blob(DIGEST),
}


@pytest.mark.stories
@pytest.mark.parametrize(
    ("slow", "use"),
    [
        *((slow, "manifest") for slow in SLOW),
        *((slow, use) for slow in ("body", "header") for use in ("tags", "blob")),
    ],
)
def test_a_byte_now_and_then_ends_in_time_and_is_not_tried_again(slow: str, use: str) -> None:
    began = time.monotonic()
    with sending(SLOW[slow], pause=0.02) as host, pytest.raises(RegistryError, match="took longer than 0 s"):
        USES[use](at(host, Limits(seconds=0.4)))
    assert 0.3 < took(began) < 1.4


def test_a_server_that_never_ends_its_first_answer_does_not_answer_at_all() -> None:
    """Of many artifacts only the first waits."""
    with sending(SLOW["header"], pause=0.05) as host:
        registry = RemoteRegistry(host, jobs=2, insecure=None, limits=QUICK)
        began = time.monotonic()
        for artifact in ("app", "db", "web"):
            with pytest.raises(RegistryUnreachableError, match=r"does not answer: .* took longer"):
                registry.repository(artifact).tags()
        assert took(began) < 2


def test_a_token_service_has_no_longer() -> None:
    with sending(SLOW["body"], pause=0.05) as slow:
        challenge = [("WWW-Authenticate", f'Bearer realm="http://{slow}/token"')]
        with serve(lambda request: Answer(401, b"", challenge)) as server:
            began = time.monotonic()
            with pytest.raises(RegistryError, match=r"GET /token on .* took longer than 1 s"):
                at(server.host).tags()
    assert took(began) < 2


def test_nor_has_an_upload_to_who_does_not_read() -> None:
    def answer(request: Request) -> Answer:
        return Answer(202, b"", [("Location", f"http://127.0.0.1:{deaf.getsockname()[1]}/upload")])

    with create_server(("127.0.0.1", 0), backlog=1) as deaf, serve(answer) as server:
        began = time.monotonic()
        with pytest.raises(RegistryError, match="took longer than 1 s"):
            at(server.host).push_blob(BLOB)
    assert took(began) < 2


@pytest.mark.stories
def test_a_blob_that_moves_has_longer() -> None:
    """Two seconds at this pace, where one is for all."""
    size = 40 * 8192
    blob = b"x" * size
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    with sending([head, *[blob[:8192]] * 40], pause=0.05) as host:
        began = time.monotonic()
        assert at(host).fetch_blob(digest_of(blob)) == blob
    assert took(began) > 1.5


def test_tls_is_no_way_round_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))

    def slow(request: Request) -> Answer:
        time.sleep(3)
        return Answer()

    with serve(slow, certificate.files) as server:
        began = time.monotonic()
        with pytest.raises(RegistryError, match="took longer than 1 s"):
            at(server.host, insecure=False).tags()
        assert took(began) < 2


def test_a_handshake_that_does_not_go_on(tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(RegistryUnreachableError):
            at(host, Limits(seconds=1, connect=0.5), insecure=False).tags()
    assert took(began) < 2


def test_a_deadline_is_that_of_its_own_thread() -> None:
    """Two requests at once: the slow one ends, the quick one does not notice."""
    quick_said: list[list[str]] = []
    with sending(SLOW["body"], pause=0.05) as slow, serve(lambda _: Answer(200, b'{"tags": ["a"]}')) as quick:

        def ask() -> None:
            for _ in range(20):
                quick_said.append(at(quick.host, Limits(seconds=30)).tags())
                time.sleep(0.05)

        thread = Thread(target=ask)
        thread.start()
        with pytest.raises(RegistryError):
            at(slow).tags()
        thread.join()
    assert quick_said == [["a"]] * 20


def test_a_deadline_only_moves_forward() -> None:
    deadline = Deadline(10)
    deadline.extend_to(5)
    assert deadline.seconds == 10
    deadline.extend_to(20)
    assert 19 < deadline.left <= 20
