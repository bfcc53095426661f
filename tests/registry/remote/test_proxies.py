"""Which proxy a URL goes through, and what the proxy is told."""

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from flux.artifact.layer import digest_of
from flux.errors import RegistryUnreachableError
from flux.registry.remote import proxies
from flux.registry.remote.limits import Limits
from flux.registry.remote.proxies import proxy_of
from flux.registry.remote.registry import RemoteRegistry
from tests.registry.remote.logins import Docker, build, lines
from tests.registry.scripted import reply, scripted
from tests.registry.token_service import make_certificate
from tests.repo import Repo
from tests.servers import Answer, Request, Server, serve

USER = "us:er"
PASSWORD = "pr0xy@pa55"
WITH_PASSWORD = "us%3Aer:pr0xy%40pa55"
HEADER = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://registry.example/v2/", "http://plain:1"),
        ("https://registry.example/v2/", "http://tls:2"),
        ("https://inside.example/v2/", None),
        ("https://sub.inside.example:5000/v2/", None),
        ("https://outside.example/", "http://tls:2"),
        ("https://127.0.0.1:5000/v2/", None),
        ("http://localhost/", None),
        ("https://[::1]:5000/", None),
    ],
)
def test_each_url_has_its_own_proxy(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None) -> None:
    monkeypatch.setenv("http_proxy", "plain:1")
    monkeypatch.setenv("https_proxy", "http://tls:2")
    monkeypatch.setenv("no_proxy", ".inside.example,inside.example")
    assert proxy_of(url) == proxy


def test_one_proxy_may_be_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://all:3")
    assert proxy_of("https://registry.example/") == "http://all:3"
    monkeypatch.setenv("NO_PROXY", "*")
    assert proxy_of("https://registry.example/") is None


@pytest.mark.parametrize(
    ("host", "is_excepted"),
    [
        ("10.1.2.3", True),
        ("10.1.2.3:5000", True),
        ("11.1.2.3", False),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("[fd00::1]:5000", True),
        ("[fd01::1]", False),
        ("[2001:db8::5]", True),
        ("10.example", False),
    ],
)
def test_addresses_and_networks_are_no_hosts_of_a_proxy(
    monkeypatch: pytest.MonkeyPatch, host: str, is_excepted: bool
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:1")
    monkeypatch.setenv("no_proxy", "intern.example, 10.0.0.0/8,192.0.2.7 ,fd00::/16,[2001:db8::5],10.x/99,")
    assert (proxy_of(f"https://{host}/v2/") is None) == is_excepted


def test_a_redirected_blob_has_a_proxy_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry is this machine, and its storage is not."""
    blob = b"content"
    with scripted(reply(body=blob)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        elsewhere = {"Location": "http://storage.example/blob"}
        with scripted(reply(307, headers=elsewhere)) as script:
            target = RemoteRegistry(script.host, jobs=1, insecure=None).repository("app")
            assert target.fetch_blob(digest_of(blob)) == blob
    assert proxy.asked == ["GET http://storage.example/blob"]


def test_blobs_may_be_on_more_hosts_than_there_are_open_pools() -> None:
    blob = b"content"
    with ExitStack() as stack:
        hosts = [stack.enter_context(scripted(reply(body=blob), reply(body=blob))).host for _ in range(12)]
        to = [reply(307, headers={"Location": f"http://{host}/blob"}) for host in [*hosts, *hosts]]
        with scripted(*to) as script:
            target = RemoteRegistry(script.host, jobs=1, insecure=None).repository("app")
            for _ in range(24):
                assert target.fetch_blob(digest_of(blob)) == blob


def test_plain_http_reads_no_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    monkeypatch.setattr(proxies, "tls_context", lambda: pytest.fail("it reads certificates"))
    with scripted(reply(body=b'{"tags": ["a"]}')) as script:
        assert RemoteRegistry(script.host, jobs=1, insecure=None).repository("app").tags() == ["a"]


def test_so_has_a_token_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry goes through a proxy, and its token service is this machine's."""
    with scripted(reply(body=b'{"token": "t"}')) as service:
        challenge = {"WWW-Authenticate": f'Bearer realm="http://{service.host}/token",service="s"'}
        with scripted(reply(401, headers=challenge), reply(body=b'{"tags": ["a"]}')) as proxy:
            monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
            target = RemoteRegistry("registry.example", jobs=1, insecure=True).repository("app")
            assert target.tags() == ["a"]
    assert service.asked == ["GET /token?service=s&scope=repository%3Aapp%3Apull%2Cpush"]
    assert proxy.requests[1].headers["Authorization"] == "Bearer t"


def test_its_password_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(reply(body=b'{"tags": ["a"]}')) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{WITH_PASSWORD}@{proxy.host}")
        target = RemoteRegistry("registry.example", jobs=1, insecure=True).repository("app")
        assert target.tags() == ["a"]
    (request,) = proxy.requests
    assert request.headers["Proxy-Authorization"] == HEADER
    assert PASSWORD not in request.path


@contextmanager
def tunnel(to: str) -> Iterator[tuple[str, list[str]]]:
    """A proxy for CONNECT, and the heads of what it was asked."""
    heads: list[str] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve_one(client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        heads.append(head.decode())
        host, _, port = to.partition(":")
        with client, socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join(5)

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve_one, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", heads
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_its_password_goes_with_connect_and_not_into_the_tunnel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path, "registry.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with serve(lambda request: Answer(200, b'{"tags": ["a"]}'), certificate.files) as server:
        with tunnel(server.host) as (proxy, heads):
            monkeypatch.setenv("https_proxy", f"http://{WITH_PASSWORD}@{proxy}")
            target = RemoteRegistry("registry.example", jobs=1, insecure=None).repository("app")
            assert target.tags() == ["a"]
        (request,) = server.requests
    assert f"proxy-authorization: {HEADER}".lower() in heads[0].lower()
    assert heads[0].startswith("CONNECT registry.example:443 ")
    assert "Proxy-Authorization" not in request.headers


def test_a_proxy_with_tls_is_no_way_round_a_deadline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))

    def slow(request: Request) -> Answer:
        time.sleep(3)
        return Answer()

    with serve(slow, certificate.files) as proxy:
        monkeypatch.setenv("http_proxy", f"https://{proxy.host}")
        remote = RemoteRegistry("registry.example", jobs=1, insecure=True, limits=Limits(seconds=1))
        began = time.monotonic()
        with pytest.raises(RegistryUnreachableError, match="took longer than 1 s"):
            remote.repository("app").tags()
        assert time.monotonic() - began < 2


def test_a_proxy_that_wants_another_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(lambda request: Answer(407, b"who are you?")) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{WITH_PASSWORD}@{proxy.host}")
        target = RemoteRegistry("registry.example", jobs=1, insecure=None).repository("app")
        with pytest.raises(RegistryUnreachableError) as raised:
            target.tags()
    said = raised.value.message + raised.value.hint
    assert said.startswith("the proxy in front of registry.example does not answer: ")
    assert "407" in said
    assert PASSWORD not in said
    assert HEADER not in said


@pytest.mark.parametrize("proxy", ["socks5://user:pr0xy-pa55@127.0.0.1:1", "http://user:pr0xy-pa55@[::1"])
def test_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    target = RemoteRegistry("registry.example", jobs=1, insecure=True).repository("app")
    with pytest.raises(RegistryUnreachableError, match="does not speak HTTP") as raised:
        target.tags()
    assert "pr0xy-pa55" not in raised.value.message + raised.value.hint


def test_the_password_of_a_proxy_that_is_not_there(docker: Docker, repo: Repo) -> None:
    # `insecure` for a host that is not this machine, whose proxy is not there.
    env = {"HTTP_PROXY": "http://user:pr0xy-pa55@127.0.0.1:1", "INVOKE_FLUX_INSECURE": "true"}
    said = lines(build(repo, Server("registry.example"), docker, "pr0xy-pa55", **env))
    assert len(said) == 2
    assert said[0].startswith("error: app, db: ")
