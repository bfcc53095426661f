"""Tokens: what they cost, how long they live, and where they are asked for."""

import re
import time
import traceback
from pathlib import Path
from uuid import uuid4

import pytest

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.registry import RemoteRegistry
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
            runs[-1].push_blob(image().layer)
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
