"""Redirects and uploads to elsewhere, where nobody sees a secret; and TLS."""

from pathlib import Path
from typing import Any

import pytest

from flux.artifact.layer import digest_of
from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.registry import RemoteRegistry
from tests import parts
from tests.registry.images import image
from tests.registry.remote.logins import USER, Docker, Elsewhere, build, htpasswd, lines, not_told, target
from tests.registry.token_service import TokenService, make_certificate
from tests.repo import Repo
from tests.servers import Answer


def test_a_redirect_of_a_blob(
    docker: Docker,
    elsewhere: Elsewhere,
    run_registry: parts.RunRegistry,
    auth: dict[str, Any],
    tmp_path: Path,
    tokens: TokenService,
) -> None:
    blob = image().layer.content
    redirect = {"name": "redirect", "options": {"baseurl": f"http://{elsewhere.server.host}/"}}
    with run_registry(tmp_path, auth=auth, middleware={"storage": [redirect]}) as registry:
        docker.login(registry.host, USER)
        to = target(registry)
        to.push_blob(blob)
        elsewhere.answers.append(Answer(200, blob))
        assert to.fetch_blob(digest_of(blob)) == blob
    not_told(docker, elsewhere, *tokens.secrets)


@pytest.mark.parametrize("challenge", ["Basic", "Bearer"])
def test_a_redirect_to_who_asks_for_a_password_too(
    docker: Docker,
    elsewhere: Elsewhere,
    run_registry: parts.RunRegistry,
    auth: dict[str, Any],
    challenge: str,
    tmp_path: Path,
    tokens: TokenService,
) -> None:
    redirect = {"name": "redirect", "options": {"baseurl": f"http://{elsewhere.server.host}/"}}
    with run_registry(tmp_path, auth=auth, middleware={"storage": [redirect]}) as registry:
        docker.login(registry.host, USER)
        to = target(registry)
        to.push_blob(b"content")
        realm = f'{challenge} realm="http://{elsewhere.server.host}/token",service="x"'
        elsewhere.answers.append(Answer(401, b"", [("WWW-Authenticate", realm)]))
        with pytest.raises(RegistryError):
            to.fetch_blob(digest_of(b"content"))
    not_told(docker, elsewhere, *tokens.secrets)


def test_an_upload_elsewhere(
    docker: Docker,
    elsewhere: Elsewhere,
    run_registry: parts.RunRegistry,
    auth: dict[str, Any],
    tmp_path: Path,
    tokens: TokenService,
) -> None:
    with run_registry(tmp_path, auth=auth, http={"host": f"http://{elsewhere.server.host}"}) as registry:
        docker.login(registry.host, USER)
        elsewhere.answers.append(Answer(201))
        target(registry).push_blob(b"content")
    (upload,) = elsewhere.server.requests
    assert (upload.method, upload.body) == ("PUT", b"content")
    not_told(docker, elsewhere, *tokens.secrets)


def test_an_upload_elsewhere_that_asks_for_a_password(
    docker: Docker, elsewhere: Elsewhere, run_registry: parts.RunRegistry, tmp_path: Path
) -> None:
    http = {"host": f"http://{elsewhere.server.host}"}
    with run_registry(tmp_path, auth=htpasswd(tmp_path), http=http) as registry:
        docker.login(registry.host, USER)
        realm = f'Bearer realm="http://{elsewhere.server.host}/token"'
        elsewhere.answers.append(Answer(401, b"", [("WWW-Authenticate", realm)]))
        with pytest.raises(RegistryError):
            target(registry).push_blob(b"content")
    not_told(docker, elsewhere)


def test_the_password_of_origin(docker: Docker, repo: Repo, password_registry: parts.Registry) -> None:
    repo.git("remote", "add", "origin", "https://user:0rigin-pa55@127.0.0.1:1/x.git")
    build(repo, password_registry, docker, "0rigin-pa55")


_TLS_HINT = "hint: set SSL_CERT_FILE to a file with its CA; for plain HTTP set `insecure: true`"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    docker: Docker, repo: Repo, tls_registry: parts.Registry
) -> None:
    docker.login(tls_registry.host, USER)
    # On loopback too, where it was asked for.
    said = lines(build(repo, tls_registry, docker, INVOKE_FLUX_INSECURE="false"))
    assert len(said) == 2
    assert said[0].startswith(
        f"error: app, db: {tls_registry.host} has no certificate that this machine trusts: "
    )
    assert "self-signed certificate" in said[0]
    assert said[1] == _TLS_HINT


def test_a_certificate_of_a_ca_that_is_named_is_trusted(
    docker: Docker, repo: Repo, tls_registry: parts.Registry, tmp_path: Path
) -> None:
    docker.login(tls_registry.host, USER)
    env = {"INVOKE_FLUX_INSECURE": "false", "SSL_CERT_FILE": str(tmp_path / "tls" / "certificate.pem")}
    assert build(repo, tls_registry, docker, **env).code == 0


def test_a_certificate_for_another_name_is_refused(
    docker: Docker, run_registry: parts.RunRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, "registry.example")
    http = {"tls": {"certificate": str(certificate.path), "key": str(certificate.key_path)}}
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with (
        run_registry(tmp_path, http=http) as registry,
        pytest.raises(RegistryUnreachableError, match=r"'127\.0\.0\.1'"),
    ):
        RemoteRegistry(registry.host, jobs=1, insecure=False).repository("app").tags()
