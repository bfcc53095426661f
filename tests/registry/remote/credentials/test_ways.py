"""Every way in which credentials are kept, at a registry that asks for them."""

from pathlib import Path
from uuid import uuid4

import pytest

from flux.errors import RegistryUnreachableError
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.registry import FluxRegistry
from flux.registry.remote.registry import RemoteRegistry
from tests import parts
from tests.commands.invoking import in_actions, inv, push_payload
from tests.registry.images import image, packed, push
from tests.registry.remote.logins import READER, USER, WRONG, Docker, build, refusal, target
from tests.registry.token_service import TokenService
from tests.repo import Repo


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("password", "auth"),
        ("password", "auth with a URL"),
        ("password", "credHelpers"),
        ("password", "credsStore"),
        ("token", "auth"),
        ("token", "identitytoken"),
        ("token", "credHelpers"),
        ("token", "credsStore"),
        ("token", "credsStore with a token"),
    ],
)
def test_every_way_that_docker_keeps_credentials(
    kind: str, way: str, docker: Docker, request: pytest.FixtureRequest
) -> None:
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    docker.login(registry.host, USER, way)
    to = target(registry)
    manifest = push(to, image(), "1.0.0", "latest")
    assert to.resolve("latest") == manifest.digest
    assert sorted(to.tags()) == ["1.0.0", "latest"]
    if way.startswith("cred"):
        assert docker.asked() == registry.host


@pytest.mark.usefixtures("flux_cli")
@pytest.mark.parametrize("kind", ["password", "token"])
def test_the_flux_cli_has_them_too(docker: Docker, request: pytest.FixtureRequest, kind: str) -> None:
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    docker.login(registry.host, USER)
    remote = RemoteRegistry(f"{registry.host}/{uuid4().hex}", jobs=1, insecure=None)
    to = FluxRegistry(remote, FluxCli(parts.FLUX, "generic"))
    digest = to.publisher("app").push(packed(), ["commit", "latest"])
    assert remote.repository("app").resolve("latest") == digest
    docker.login(registry.host, WRONG)
    with pytest.raises(RegistryUnreachableError, match=r"(?i)unauthorized") as refused:
        FluxRegistry(remote, FluxCli(parts.FLUX, "generic")).publisher("app").push(packed(b"new"), ["new"])
    assert refused.value.hint == f"log in with `docker login {registry.host}`, as who may push"
    assert WRONG.password not in refused.value.message


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ('{"auths": }', "not JSON: unexpected '}'"),
        ("[]", "the file is not a configuration of Docker's"),
        ('{"auths": [1]}', "`auths` is not a mapping"),
        ('{"auths": {"HOST": "x"}}', "the entry for HOST is broken"),
        ('{"auths": {"HOST": {"auth": "?"}}}', "`auth` in the entry for HOST is not base64"),
        ('{"auths": {"HOST": {"auth": 1}}}', "`auth` in the entry for HOST is not a text"),
        ('{"auths": {"HOST": {"auth": "bm9jb2xvbg=="}}}', "`auth` in the entry for HOST has no password"),
        ('{"credHelpers": ["test"]}', "`credHelpers` is not a mapping"),
        ('{"credsStore": 1}', "1 is not a credential helper"),
        (
            '{"credsStore": "nonesuch"}',
            "docker-credential-nonesuch not installed or not available in PATH",
        ),
    ],
)
def test_a_configuration_that_is_none(
    docker: Docker, password_registry: parts.Registry, config: str, reason: str
) -> None:
    host = password_registry.host
    docker.configure(config.replace("HOST", host))
    message, hint = refusal(password_registry)
    start = f"the credentials that Docker has for {host} could not be read: "
    assert message == start + reason.replace("HOST", host)
    assert hint == f"log in again with `docker login {host}`, or fix {docker.folder / 'config.json'}"


def test_success_tells_no_secret_either(
    docker: Docker, repo: Repo, token_registry: parts.Registry, tokens: TokenService, tmp_path: Path
) -> None:
    docker.login(token_registry.host, USER)
    finished = build(repo, token_registry, docker, *tokens.secrets)
    assert finished.code == 0
    docker.keep_secrets(finished.said, tokens.secrets)
    for user in (USER, READER, WRONG):
        docker.login(token_registry.host, user)
        job = in_actions(tmp_path / user.password, "push", push_payload("0" * 40, repo.head))
        registry = {"INVOKE_FLUX_REGISTRY": f"oci://{token_registry.host}/{uuid4().hex}"}
        finished = inv(repo, "build", "--json", env=job.env | registry)
        assert finished.code == (user is not USER)
        assert "::error::" in finished.err or user is USER
        files = job.output.read_text() + job.summary.read_text()
        docker.keep_secrets(finished.said + files, tokens.secrets)
