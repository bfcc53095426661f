"""Tokens: what they cost, how long they live, and where they are asked for."""

import re
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from urllib3 import HTTPHeaderDict

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote import token as tokens_module
from flux.registry.remote.address import is_loopback
from flux.registry.remote.challenge import Challenge
from flux.registry.remote.credentials import Credentials
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.transport import Response
from flux.registry.target import Target
from tests import parts
from tests.registry.images import image, push
from tests.registry.remote.logins import USER, Docker, Elsewhere, again, target
from tests.registry.token_service import TokenService, make_certificate
from tests.servers import Answer, Request, serve


def test_a_repository_costs_one_token(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService
) -> None:
    docker.login(token_registry.host, USER)
    registry = RemoteRegistry(f"{token_registry.host}/{uuid4().hex}", jobs=2, insecure=None)
    for artifact in ("app", "db"):
        push(registry.repository(artifact), image(), "1.0.0", "latest")
        registry.repository(artifact).tags()
    assert len(tokens.tokens) == 2


def test_anonymous_may_pull_where_the_service_says_so(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService
) -> None:
    docker.login(token_registry.host, USER)
    to = target(token_registry)
    manifest = push(to, image(), "latest")
    docker.logout()
    tokens.anonymous = frozenset({"pull"})
    tokens.server.requests.clear()
    for strict in (False, True):
        tokens.strict = strict
        reading = again(to)
        assert reading.fetch_manifest("latest") == manifest
        assert reading.fetch_blob(image().config_digest) == image().config
        assert reading.tags() == ["latest"]
    assert all("Authorization" not in request.headers for request in tokens.server.requests)


@pytest.mark.stories
def test_a_token_that_expires_in_the_middle_is_renewed(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService
) -> None:
    tokens.expires_in = 1
    runs: list[Target] = []
    for way in ("auth", "identitytoken"):
        docker.login(token_registry.host, USER, way)
        # The service says so; says more than is true; says nothing, which means a minute.
        for tokens.says in (None, {"expires_in": 300}, {}):
            runs.append(target(token_registry))
            runs[-1].push_blob(image().config)
            runs[-1].push_blob(image().layer.content)
    time.sleep(2.1)  # the registry counts whole seconds
    for number, run in enumerate(runs):
        before = len(tokens.tokens)
        assert push(run, image(), "latest").digest == run.resolve("latest")
        assert len(tokens.tokens) > before, number
        # Where the service tells the truth, nothing is asked with a token that has expired.
        repository = run._repository  # type: ignore[attr-defined]
        refused = re.findall(rf'/v2/{repository}/\S+ HTTP/1\.1" 401 ', token_registry.log.read_text())
        assert (len(refused) == 1) == (number in (0, 3))


def test_a_token_service_that_redirects(docker: Docker, elsewhere: Elsewhere) -> None:
    def answer(request: Request) -> Answer:
        if request.path.startswith("/token"):
            return Answer(307, b"", [("Location", f"http://{elsewhere.server.host}/token")])
        return Answer(401, b"", [("WWW-Authenticate", f'Bearer realm="http://{server.host}/token"')])

    for way in ("auth", "identitytoken"):
        with serve(answer) as server:
            docker.login(server.host, USER, way)
            with pytest.raises(RegistryError, match=r"answered 307: no error") as raised:
                RemoteRegistry(server.host, jobs=1, insecure=None).repository("app").tags()
            docker.keep_secrets("".join(traceback.format_exception(raised.value)), [])
    assert elsewhere.server.requests == []


def test_no_password_goes_to_a_plain_token_service(
    docker: Docker,
    run_registry: parts.RunRegistry,
    tokens: TokenService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificate = make_certificate(tmp_path)
    http = {"tls": {"certificate": str(certificate.path), "key": str(certificate.key_path)}}
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with run_registry(tmp_path, auth=tokens.auth, http=http) as registry:
        for way in ("auth", "identitytoken"):
            docker.login(registry.host, USER, way)
            with pytest.raises(RegistryUnreachableError) as raised:
                RemoteRegistry(registry.host, jobs=1, insecure=False).repository("app").tags()
            realm = tokens.auth["token"]["realm"]
            assert raised.value.message == (
                f"{registry.host} sends its logins to {realm!r}, which is not https"
            )
    assert tokens.server.requests == []


def test_a_token_service_that_redirects_on_its_own_origin(docker: Docker) -> None:
    def answer(request: Request) -> Answer:
        if request.path.startswith("/token?"):
            return Answer(307, b"", [("Location", f"http://{server.host}/auth/token?x=1")])
        if request.path.startswith("/token"):
            return Answer(308, b"", [("Location", "/auth/token")])
        if request.path.startswith("/auth/"):
            seen.append(request.headers.get("Authorization") or request.body.decode())
            return Answer(200, b'{"token": "t"}')
        if request.headers.get("Authorization") == "Bearer t":
            return Answer(200, b'{"tags": ["a"]}')
        return Answer(401, b"", [("WWW-Authenticate", f'Bearer realm="http://{server.host}/token"')])

    seen: list[str] = []
    for way in ("auth", "identitytoken"):
        with serve(answer) as server:
            docker.login(server.host, USER, way)
            assert RemoteRegistry(server.host, jobs=1, insecure=None).repository("app").tags() == ["a"]
    assert seen[0].startswith("Basic ")
    assert f"refresh_token={USER.refresh_token}" in seen[1]


ASKED: list[str] = []


def service(host: str, insecure: bool | None = None) -> tokens_module.TokenService:
    def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        ASKED.append(url)
        return Response(url, 200, HTTPHeaderDict(), b'{"token": "t", "expires_in": 1e400}')

    plain = is_loopback(host) if insecure is None else insecure
    return tokens_module.TokenService(host, f"{'http' if plain else 'https'}://{host}", ask)


@pytest.mark.parametrize(
    ("host", "insecure", "realm", "trusted"),
    [
        ("registry.example", False, "https://auth.example/token", True),
        ("registry.example", False, "https://registry.example/token", True),
        ("registry.example", False, "http://registry.example/token", False),
        ("registry.example", False, "http://127.0.0.1/token", False),
        ("registry.example", True, "http://registry.example:5001/token", True),
        ("registry.example", True, "http://auth.example/token", False),
        ("registry.example", True, "http://registry.example.evil.example/token", False),
        ("registry.example", True, "https://auth.example/token", True),
        ("127.0.0.1:5000", None, "http://localhost:5001/token", True),
        ("127.0.0.1:5000", None, "http://auth.example/token", False),
        ("registry.example", False, "//auth.example/token", False),
        ("registry.example", False, "https:///token", False),
        ("registry.example", False, "ftp://auth.example/token", False),
        ("registry.example", False, "https://[", False),
        ("registry.example", False, "", False),
    ],
)
def test_where_a_password_may_go(host: str, insecure: bool | None, realm: str, trusted: bool) -> None:
    ASKED.clear()
    challenge = Challenge("bearer", {"realm": realm})
    for credentials in (Credentials("user", "x"), Credentials(refresh_token="x"), None):
        if trusted:
            assert service(host, insecure).token(challenge, "app", credentials).text == "t"
        else:
            with pytest.raises(RegistryUnreachableError, match="which is not https"):
                service(host, insecure).token(challenge, "app", credentials)
    assert bool(ASKED) is trusted


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"token": 1}',
        b'{"token": "a\\nb"}',
        b'{"token": "\xc3\xa9"}',
        b'{"token": "t", "expires_in": "x"}',
        b"[" * 100_000,
    ],
)
def test_a_token_that_is_none(content: bytes) -> None:
    def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        return Response(url, 200, HTTPHeaderDict(), content)

    broken = tokens_module.TokenService("host", "https://host", ask)
    with pytest.raises(RegistryUnreachableError, match="sent no token"):
        broken.token(Challenge("bearer", {"realm": "https://host/token"}), "app", None)


def test_a_service_that_wants_a_scope_proves_nothing_by_400(docker: Docker) -> None:
    """It gives nothing for one repository, and 400 to who names none: the login may be right."""

    def answers(request: Request) -> Answer:
        if request.path.startswith("/token"):
            if "scope" not in request.path:
                return Answer(400, b'{"errors": [{"code": "UNSUPPORTED", "message": "no scope"}]}')
            return Answer(200, b'{"token": "t"}') if "open" in request.path else Answer(401, b"not yours")
        if "Authorization" in request.headers:
            return Answer(200, b'{"tags": ["a"]}')
        realm = f'Bearer realm="http://{server.host}/token",service="s"'
        return Answer(401, b"", [("WWW-Authenticate", realm)])

    with serve(answers) as server:
        docker.login(server.host, USER)
        registry = RemoteRegistry(server.host, jobs=1, insecure=None)
        with pytest.raises(RegistryError, match='let this account read closed: "not yours"') as raised:
            registry.repository("closed").tags()
        assert not isinstance(raised.value, RegistryUnreachableError)
        assert registry.repository("open").tags() == ["a"]
