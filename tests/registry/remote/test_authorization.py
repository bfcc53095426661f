"""Who may what, with a password and behind a token service, and what is said to who may not."""

import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from urllib3 import HTTPHeaderDict

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.registry import RemoteRegistry
from tests import parts
from tests.commands.invoking import build as in_process
from tests.commands.invoking import monorepo
from tests.registry import test_target
from tests.registry.conftest import Place, on_distribution
from tests.registry.images import image, push
from tests.registry.remote.logins import (
    PUSHER,
    READER,
    USER,
    WRONG,
    Docker,
    again,
    build,
    htpasswd,
    lines,
    refusal,
    target,
)
from tests.registry.token_service import TokenService
from tests.repo import Repo
from tests.servers import Answer, Request, serve


@pytest.fixture(params=["password", "token", "refresh token"])
def place(request: pytest.FixtureRequest, docker: Docker) -> Place:
    """Overrides the one that the contract is tried on elsewhere."""
    kind = "password" if request.param == "password" else "token"
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    docker.login(registry.host, USER, "identitytoken" if request.param == "refresh token" else "auth")
    return on_distribution(registry)


globals().update({name: test for name, test in vars(test_target).items() if name.startswith("test_")})


@pytest.mark.parametrize("kind", ["password", "token"])
def test_none(docker: Docker, repo: Repo, request: pytest.FixtureRequest, kind: str) -> None:
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    message = f"{registry.host} asks for credentials, and none were found for it"
    hint = f"log in with `docker login {registry.host}`, or without Docker `oras login {registry.host}`"
    assert lines(build(repo, registry, docker)) == [f"error: app, db: {message}", f"hint: {hint}"]
    docker.login("registry.example", USER)
    assert refusal(registry) == (message, hint)
    docker.configure({"credsStore": "test"})
    docker.helper("credentials not found in native keychain", code=1)
    assert refusal(registry) == (message, hint)


def test_none_and_no_configuration_either(
    docker: Docker, password_registry: parts.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(docker.folder / "nonesuch"))
    assert "none were found for it" in refusal(password_registry)[0]


@pytest.mark.parametrize("strict", [False, True])
def test_none_where_anybody_may_read(
    docker: Docker, repo: Repo, token_registry: parts.Registry, tokens: TokenService, strict: bool
) -> None:
    tokens.anonymous, tokens.strict = frozenset({"pull"}), strict
    assert lines(build(repo, token_registry, docker)) == [
        f"error: app, db: {token_registry.host} asks for credentials, and none were found for it",
        f"hint: log in with `docker login {token_registry.host}`, "
        f"or without Docker `oras login {token_registry.host}`",
    ]


@pytest.mark.parametrize("way", ["auth", "credHelpers"])
@pytest.mark.parametrize("kind", ["password", "token"])
def test_a_wrong_password(
    docker: Docker, repo: Repo, request: pytest.FixtureRequest, kind: str, way: str
) -> None:
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    docker.login(registry.host, WRONG, way)
    assert lines(build(repo, registry, docker)) == [
        f"error: app, db: {registry.host} refuses the credentials of 'user': they are wrong or have expired",
        f"hint: log in again with `docker login {registry.host}`",
    ]


def test_a_wrong_password_is_not_tried_for_every_artifact(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService, tmp_path: Path
) -> None:
    """Which would lock the account."""
    many = monorepo(tmp_path / "many", {f"artifacts/a{number}/x.yaml": "x: 1\n" for number in range(12)})
    docker.login(token_registry.host, WRONG)
    assert len(in_process(many, registry=f"oci://{token_registry.host}/x").failed) == 12
    assert len(tokens.server.requests) <= 2
    with serve(lambda request: Answer(401, b"", [("WWW-Authenticate", "Basic")])) as server:
        docker.login(server.host, WRONG)
        assert len(in_process(many, registry=f"oci://{server.host}/x").failed) == 12
    assert sum("Authorization" in request.headers for request in server.requests) == 1


@pytest.mark.parametrize("way", ["identitytoken", "credsStore with a token"])
def test_a_refresh_token_that_has_expired(
    docker: Docker, repo: Repo, token_registry: parts.Registry, way: str
) -> None:
    docker.login(token_registry.host, WRONG, way)
    host = token_registry.host
    assert lines(build(repo, token_registry, docker)) == [
        f"error: app, db: {host} refuses the credentials stored for it: they are wrong or have expired",
        f"hint: log in again with `docker login {host}`",
    ]


def test_a_password_that_expires_in_the_middle_of_a_run(
    docker: Docker, run_registry: parts.RunRegistry, tmp_path: Path
) -> None:
    auth = htpasswd(tmp_path)
    with run_registry(tmp_path, auth=auth) as registry:
        docker.login(registry.host, USER)
        to = target(registry)
        to.push_blob(image().config)
        (tmp_path / "htpasswd").write_text("")
        with pytest.raises(RegistryUnreachableError, match=r"they are wrong or have expired$") as raised:
            to.push_blob(image().layer.content)
        docker.keep_secrets("".join(traceback.format_exception(raised.value)), [])


@pytest.mark.parametrize("way", ["auth", "identitytoken"])
def test_a_token_without_the_right_to_push(
    docker: Docker, repo: Repo, token_registry: parts.Registry, tokens: TokenService, way: str
) -> None:
    docker.login(token_registry.host, READER, way)
    host = token_registry.host
    said = lines(build(repo, token_registry, docker, *tokens.secrets))
    assert said == [
        f"error: app, db: {host} does not let this account push: UNAUTHORIZED authentication required",
        f"hint: give it that right, or log in as another with `docker login {host}`",
    ]
    docker.keep_secrets("\n".join(said), tokens.secrets)


@pytest.mark.parametrize("strict", [False, True])
def test_who_may_pull_only_can_read(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService, strict: bool
) -> None:
    tokens.strict = strict
    docker.login(token_registry.host, USER)
    to = target(token_registry)
    manifest = push(to, image(), "latest")
    docker.login(token_registry.host, READER)
    reading = again(to)
    assert reading.fetch_manifest("latest") == manifest
    message = f"{token_registry.host} does not let this account push"
    for pushing in (reading, again(to)):
        with pytest.raises(RegistryError, match=message):
            push(pushing, image(b"new"), "latest")


@pytest.mark.parametrize("strict", [False, True])
def test_who_may_not_push_is_told_so_when_they_try(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService, strict: bool
) -> None:
    tokens.strict = strict
    docker.login(token_registry.host, READER)
    to = target(token_registry)
    with pytest.raises(RegistryError, match=f"{token_registry.host} does not let this account push"):
        to.try_push()
    docker.login(token_registry.host, USER)
    push(again(to), image(), "latest")
    docker.login(token_registry.host, READER)
    with pytest.raises(RegistryError, match=f"{token_registry.host} does not let this account push"):
        again(to).try_push()


@pytest.mark.parametrize("strict", [False, True])
def test_who_may_not_cancel_may_push_all_the_same(
    docker: Docker, token_registry: parts.Registry, tokens: TokenService, strict: bool
) -> None:
    tokens.strict = strict
    docker.login(token_registry.host, PUSHER)
    to = target(token_registry)
    to.try_push()
    push(to, image(), "latest")
    assert to.tags() == ["latest"]


def test_what_is_shown_of_credentials(docker: Docker) -> None:
    from flux.registry.remote.authorization import Authorization
    from flux.registry.remote.credentials import Credentials
    from flux.registry.remote.transport import Response

    docker.login("registry.example", USER)

    def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        return Response(url, 200, HTTPHeaderDict(), b"{}")

    shown = repr(Credentials(USER.name, USER.password)) + repr(Credentials(refresh_token=USER.refresh_token))
    docker.keep_secrets(shown, [])
    authorization = Authorization("registry.example", "https://registry.example", ask)
    with pytest.raises(RegistryUnreachableError) as raised:
        authorization.answer(['Bearer realm="https://registry.example/token"'], "app", None)
    assert raised.value.message == "the token service of registry.example sent no token"
    docker.keep_secrets("".join(traceback.format_exception(raised.value)), [])


def test_every_secret_is_one() -> None:
    """The search above finds what it looks for."""
    with pytest.raises(AssertionError, match=r"reader-oHg5SJYR"):
        Docker(Path(), [READER.password]).keep_secrets(f"a {READER.password} b", [])
    assert replace(USER, name="x") != USER


def registry_with_passwords(request: Request, closed: str, status: int = 401) -> Answer:
    """One that takes any password, but not for one repository."""
    if "Authorization" not in request.headers or closed in request.path:
        return Answer(status if "Authorization" in request.headers else 401, b"", [BASIC])
    return Answer(200, b'{"tags": ["a"]}')


BASIC = ("WWW-Authenticate", 'Basic realm="tests"')


def test_a_password_that_one_repository_refuses_is_good_for_the_others(docker: Docker) -> None:
    """With 401, as without a password."""
    with serve(lambda request: registry_with_passwords(request, "/closed/")) as server:
        docker.login(server.host, USER)
        registry = RemoteRegistry(server.host, jobs=1, insecure=None)
        assert registry.repository("open").tags() == ["a"]
        with pytest.raises(RegistryError) as raised:
            registry.repository("closed").tags()
        assert not isinstance(raised.value, RegistryUnreachableError)
        assert f"{server.host} does not let this account read closed: " in raised.value.message
        assert registry.repository("open").tags() == ["a"]


def test_who_may_read_and_not_push_is_told_so(docker: Docker) -> None:
    with serve(lambda request: registry_with_passwords(request, "/uploads/")) as server:
        docker.login(server.host, USER)
        target = RemoteRegistry(server.host, jobs=1, insecure=None).repository("app")
        assert target.tags() == ["a"]
        with pytest.raises(RegistryError, match="does not let this account push"):
            target.push_blob(b"content")
        assert target.tags() == ["a"]


OVER = b'{"errors": [{"code": "DENIED", "message": "Your Authorization Token has expired."}]}'


@pytest.mark.parametrize("status", [400, 403])
def test_a_token_that_is_over_without_a_challenge_is_renewed_once(docker: Docker, status: int) -> None:
    tokens: list[str] = []
    renewed = [True]

    def answers(request: Request) -> Answer:
        if request.path.startswith("/token"):
            tokens.append(f"t{len(tokens)}")
            return Answer(200, b'{"token": "%s"}' % tokens[-1].encode())
        if "Authorization" not in request.headers:
            realm = f'Bearer realm="http://{server.host}/token"'
            return Answer(401, b"", [("WWW-Authenticate", realm)])
        if request.headers["Authorization"] == "Bearer t1" and renewed[0]:
            return Answer(200, b'{"tags": ["a"]}')
        return Answer(status, OVER, [("Content-Type", "application/json")])

    with serve(answers) as server:
        docker.login(server.host, USER)
        target = RemoteRegistry(server.host, jobs=1, insecure=None).repository("app")
        with pytest.raises(RegistryError) as raised:
            target.tags()  # the first token of all is not an older one
        assert target.tags() == ["a"]
        assert tokens == ["t0", "t1"]
        renewed[0] = False
        with pytest.raises(RegistryError) as raised:
            target.tags()
    assert tokens == ["t0", "t1", "t2"]
    assert "Your Authorization Token has expired." in raised.value.message
    assert raised.value.hint == f"log in again with `docker login {server.host}`"


def test_a_login_that_has_expired_is_said_in_the_words_of_the_registry(docker: Docker) -> None:
    """ECR's passwords last for twelve hours, and then its answer is 403."""

    def answers(request: Request) -> Answer:
        return Answer(403, OVER) if "Authorization" in request.headers else Answer(401, b"", [BASIC])

    with serve(answers) as server:
        docker.login(server.host, USER)
        with pytest.raises(RegistryError) as raised:
            RemoteRegistry(server.host, jobs=1, insecure=None).repository("app").tags()
    assert raised.value.message.endswith(": DENIED Your Authorization Token has expired.")
    assert raised.value.hint == f"log in again with `docker login {server.host}`"
    assert len(server.requests) == 2
