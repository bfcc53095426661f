"""Registries that ask for a login, and the Docker of who logs in."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import parts
from tests.commands.invoking import monorepo
from tests.registry.remote.logins import HTPASSWD, PUSHER, READER, USER, Docker, Elsewhere, htpasswd
from tests.registry.token_service import TokenService, make_certificate, run_token_service
from tests.repo import Repo
from tests.servers import Answer, serve


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    return Docker(folder)


@pytest.fixture(scope="module")
def password_registry(
    run_registry: parts.RunRegistry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[parts.Registry]:
    folder = tmp_path_factory.mktemp("password")
    (folder / "htpasswd").write_text(HTPASSWD)
    with run_registry(folder, auth=htpasswd(folder)) as registry:
        yield registry


@pytest.fixture(scope="module")
def token_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenService]:
    with run_token_service(tmp_path_factory.mktemp("tokens"), USER, PUSHER, READER) as service:
        yield service


@pytest.fixture(scope="module")
def token_registry(
    token_service: TokenService,
    run_registry: parts.RunRegistry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[parts.Registry]:
    with run_registry(tmp_path_factory.mktemp("behind"), auth=token_service.auth) as registry:
        yield registry


@pytest.fixture
def tokens(token_service: TokenService) -> TokenService:
    """The token service, with nothing left of another test."""
    service = token_service
    service.anonymous, service.expires_in, service.says, service.strict = frozenset(), 300, None, False
    service.tokens.clear()
    service.server.requests.clear()
    return service


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")})


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    answers = [Answer(404)]
    with serve(lambda request: answers[-1]) as server:
        yield Elsewhere(server, answers)


@pytest.fixture(params=["password", "token"])
def auth(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    if request.param == "password":
        return htpasswd(tmp_path)
    service: TokenService = request.getfixturevalue("tokens")
    return service.auth


@pytest.fixture
def tls_registry(run_registry: parts.RunRegistry, tmp_path: Path) -> Iterator[parts.Registry]:
    certificate = make_certificate(tmp_path / "tls")
    http = {"tls": {"certificate": str(certificate.path), "key": str(certificate.key_path)}}
    with run_registry(tmp_path / "registry", auth=htpasswd(tmp_path), http=http) as registry:
        yield registry
