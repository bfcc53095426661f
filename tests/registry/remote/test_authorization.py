"""Credentials as Docker has them, against docker-registry with a password, behind a token service and with
TLS: who may what, what is said to who may not, and that nobody else ever sees a secret."""

import base64
import json
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.artifact.image import digest_of
from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.registry import FluxRegistry
from flux.registry.remote.connection import Connection, is_loopback
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Target
from tests import parts
from tests.commands.helpers import Finished, in_actions, inv, monorepo, push_payload
from tests.commands.helpers import build as in_process
from tests.registry import test_contract
from tests.registry.conftest import Place, kept
from tests.registry.images import image, packed, push
from tests.registry.token_service import TokenService, User, make_certificate, run_token_service
from tests.repo import Repo
from tests.servers import Answer, Request, Server, serve

USER = User(
    "user",
    "Pa55:w\N{LATIN SMALL LETTER O WITH DIAERESIS}rd-dQw4",
    "refresh-w9WgXcQ",
    frozenset({"pull", "push", "delete"}),
)
PUSHER = User("pusher", "pusher-kT7wQ2", "refresh-Lm5cX9")
READER = User("reader", "reader-oHg5SJYR", "refresh-HA0A1B2C", frozenset({"pull"}))
WRONG = User(USER.name, "wrong-Zx8pQ1kT", "refresh-wrong-mN3vB7")
# htpasswd -nbB -C 4 user with the password above.
HTPASSWD = "user:$2y$04$VIrgrp/AKNzQrEiG1cqZKOGiNmcHGtLQLWCzN/nV7ttRz95Bt.o6q\n"


@dataclass(frozen=True)
class Docker:
    """The user's Docker: DOCKER_CONFIG, and the credential helper `docker-credential-test` on PATH."""

    folder: Path
    secrets: list[str] = field(default_factory=list)

    def configure(self, config: object) -> None:
        content = config if isinstance(config, str) else json.dumps(config)
        (self.folder / "config.json").write_text(content)

    def helper(self, prints: str, code: int = 0) -> None:
        program = self.folder / "bin" / "docker-credential-test"
        program.parent.mkdir(exist_ok=True)
        (self.folder / "answer").write_text(prints)
        script = f'#!/bin/sh\ncat >"{self.folder}/asked"\ncat "{self.folder}/answer"\nexit {code}\n'
        program.write_text(script)
        program.chmod(0o755)

    def login(self, host: str, user: User, way: str = "auth") -> None:
        """As `docker login` would leave it, with one of the ways it has."""
        pair = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
        self.secrets.extend([user.password, user.refresh_token, pair])
        answer = {"ServerURL": host, "Username": user.name, "Secret": user.password}
        match way:
            case "auth":
                self.configure({"auths": {host: {"auth": pair}}})
            case "auth with a URL":
                self.configure({"auths": {f"https://{host}/v2/": {"auth": pair}}})
            case "identitytoken":
                self.configure({"auths": {host: {"auth": pair, "identitytoken": user.refresh_token}}})
            case "credHelpers":
                self.configure({"credHelpers": {host: "test"}, "credsStore": "not-this"})
                self.helper(json.dumps(answer))
            case "credsStore":
                self.configure({"auths": {host: {}}, "credsStore": "test"})
                self.helper(json.dumps(answer))
            case "credsStore with a token":
                self.configure({"credsStore": "test"})
                self.helper(json.dumps(answer | {"Username": "<token>", "Secret": user.refresh_token}))
            case _:
                raise ValueError(way)

    def logout(self) -> None:
        self.configure({})

    def asked(self) -> str:
        return (self.folder / "asked").read_text()

    def keep_secrets(self, text: str, more: list[str]) -> None:
        """Fail if anything that only Docker and the registry may know is in the text."""
        found = [secret for secret in {*self.secrets, *more} if secret in text]
        assert not found, f"{found} in:\n{text}"


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


def htpasswd(folder: Path) -> dict[str, Any]:
    path = folder / "htpasswd"
    path.write_text(HTPASSWD)
    return {"htpasswd": {"realm": "tests", "path": str(path)}}


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


def target(registry: parts.Registry, artifact: str = "app") -> Target:
    """A repository that no other test has; each is a new run, with connections and tokens of its own."""
    return RemoteRegistry(f"{registry.host}/{uuid4().hex}", jobs=2, insecure=None).repository(artifact)


def again(to: Target) -> Target:
    """The same repository in another run."""
    host, repository = to._connection.host, to._repository  # type: ignore[attr-defined]
    prefix, _, artifact = repository.rpartition("/")
    return RemoteRegistry(f"{host}/{prefix}", jobs=2, insecure=None).repository(artifact)


# The whole contract


@pytest.fixture(params=["password", "token", "refresh token"])
def place(request: pytest.FixtureRequest, docker: Docker) -> Place:
    """Overrides the one that the contract is tried on elsewhere."""
    kind = "password" if request.param == "password" else "token"
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    docker.login(registry.host, USER, "identitytoken" if request.param == "refresh token" else "auth")
    prefix = f"contract/{uuid4().hex}"

    def writes() -> list[str]:
        # A POST answered 201 found the blob there, and one answered 401 came to nothing.
        lines = re.findall(rf'"(\w+) (/v2/{prefix}/.*) HTTP/1\.1" (\d+) ', registry.log.read_text())
        return [
            url
            for method, url, status in lines
            if method not in ("GET", "HEAD") and status != "401" and (method, status) != ("POST", "201")
        ]

    def blob(digest: str) -> Path:
        hexadecimal = digest.removeprefix("sha256:")
        return registry.storage / "docker/registry/v2/blobs/sha256" / hexadecimal[:2] / hexadecimal / "data"

    location = f"{registry.host}/{prefix}"
    to = RemoteRegistry(location, jobs=2, insecure=None)
    return Place(to, location, writes, blob, lambda: kept(registry, prefix))


globals().update({name: test for name, test in vars(test_contract).items() if name.startswith("test_")})


# Every way to log in


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


# What is said to who may not


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")})


def build(
    repo: Repo, registry: parts.Registry | Server, docker: Docker, *secrets: str, **env: str
) -> Finished:
    """`inv build` without and with `--debug`, neither of which may tell a secret."""
    location = f"oci://{registry.host}/{uuid4().hex}"
    env = {"INVOKE_FLUX_REGISTRY": location, **env}
    debug = subprocess.run(
        [sys.executable, "-m", "invoke", "--debug", "build"],
        cwd=repo.path,
        env={**os.environ, **env},
        capture_output=True,
        timeout=120,
    )
    assert b"invoke" in debug.stderr
    docker.keep_secrets((debug.stdout + debug.stderr).decode(), list(secrets))
    finished = inv(repo, "build", env=env)
    docker.keep_secrets(finished.said, list(secrets))
    return finished


def lines(finished: Finished) -> list[str]:
    assert finished.code == 1
    return finished.err.splitlines()


def refusal(registry: parts.Registry) -> tuple[str, str]:
    """What is said to who may not even read."""
    with pytest.raises(RegistryUnreachableError) as raised:
        target(registry).resolve("latest")
    return raised.value.message, raised.value.hint


@pytest.mark.parametrize("kind", ["password", "token"])
def test_none(docker: Docker, repo: Repo, request: pytest.FixtureRequest, kind: str) -> None:
    registry: parts.Registry = request.getfixturevalue(f"{kind}_registry")
    message = f"{registry.host} asks for credentials, and there are none for it"
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
    assert "there are none for it" in refusal(password_registry)[0]


@pytest.mark.parametrize("strict", [False, True])
def test_none_where_anybody_may_read(
    docker: Docker, repo: Repo, token_registry: parts.Registry, tokens: TokenService, strict: bool
) -> None:
    tokens.anonymous, tokens.strict = frozenset({"pull"}), strict
    assert lines(build(repo, token_registry, docker)) == [
        f"error: app, db: {token_registry.host} asks for credentials, and there are none for it",
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
            to.push_blob(image().layer)
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


# Docker's configuration is somebody else's


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ('{"auths": }', "not JSON: unexpected '}'"),
        ("[]", ""),
        ('{"auths": []}', ""),
        ('{"auths": {"HOST": "x"}}', "Invalid configuration for registry HOST"),
        ('{"auths": {"HOST": {"auth": "?"}}}', ""),
        ('{"auths": {"HOST": {"auth": 1}}}', ""),
        ('{"auths": {"HOST": {"auth": "bm9jb2xvbg=="}}}', ""),
        ('{"credHelpers": ["test"]}', ""),
        ('{"credsStore": 1}', ""),
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
    assert message.startswith(start)
    assert not reason or message == start + reason.replace("HOST", host)
    assert hint == f"log in again with `docker login {host}`, or mend DOCKER_CONFIG"


@pytest.mark.parametrize(
    ("prints", "code"), [("not JSON", 0), ("[]", 0), ("{}", 0), ("locked", 1), ("", 1), ("", 0)]
)
def test_a_helper_that_fails(
    docker: Docker, password_registry: parts.Registry, prints: str, code: int
) -> None:
    host = password_registry.host
    docker.configure({"credsStore": "test"})
    docker.helper(prints, code)
    message, hint = refusal(password_registry)
    assert message.startswith(f"the credentials that Docker has for {host} could not be read: ")
    assert hint == f"log in again with `docker login {host}`, or mend DOCKER_CONFIG"


# Nobody else sees a secret


@dataclass(frozen=True)
class Elsewhere:
    """Another host, which answers what a test says; nothing secret may reach it."""

    server: Server
    answers: list[Answer]

    def saw(self) -> str:
        return "\n".join(request.text for request in self.server.requests)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    answers = [Answer(404)]
    with serve(lambda request: answers[-1]) as server:
        yield Elsewhere(server, answers)


def not_told(docker: Docker, elsewhere: Elsewhere, *secrets: str) -> None:
    assert elsewhere.server.requests
    docker.keep_secrets(elsewhere.saw(), list(secrets))
    assert all("Authorization" not in request.headers for request in elsewhere.server.requests)


@pytest.fixture(params=["password", "token"])
def auth(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    if request.param == "password":
        return htpasswd(tmp_path)
    service: TokenService = request.getfixturevalue("tokens")
    return service.auth


def test_a_redirect_of_a_blob(
    docker: Docker,
    elsewhere: Elsewhere,
    run_registry: parts.RunRegistry,
    auth: dict[str, Any],
    tmp_path: Path,
    tokens: TokenService,
) -> None:
    blob = image().layer
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


def test_a_token_service_that_redirects(docker: Docker, elsewhere: Elsewhere) -> None:
    def answer(request: Request) -> Answer:
        if request.path.startswith("/token"):
            return Answer(307, b"", [("Location", f"http://{elsewhere.server.host}/token")])
        return Answer(401, b"", [("WWW-Authenticate", f'Bearer realm="http://{server.host}/token"')])

    for way in ("auth", "identitytoken"):
        with serve(answer) as server:
            docker.login(server.host, USER, way)
            with pytest.raises(RegistryError, match=r"answered 307$") as raised:
                RemoteRegistry(server.host, jobs=1, insecure=None).repository("app").tags()
            docker.keep_secrets("".join(traceback.format_exception(raised.value)), [])
    assert elsewhere.server.requests == []


def test_the_password_of_a_proxy(docker: Docker, repo: Repo) -> None:
    # `insecure` for a host that is not this machine, whose proxy is not there.
    env = {"HTTP_PROXY": "http://user:pr0xy-pa55@127.0.0.1:1", "INVOKE_FLUX_INSECURE": "true"}
    said = lines(build(repo, Server("registry.example"), docker, "pr0xy-pa55", **env))
    assert len(said) == 2
    assert said[0].startswith("error: app, db: ")


def test_the_password_of_origin(docker: Docker, repo: Repo, password_registry: parts.Registry) -> None:
    repo.git("remote", "add", "origin", "https://user:0rigin-pa55@127.0.0.1:1/x.git")
    build(repo, password_registry, docker, "0rigin-pa55")


# TLS


@pytest.fixture
def tls_registry(run_registry: parts.RunRegistry, tmp_path: Path) -> Iterator[parts.Registry]:
    certificate = make_certificate(tmp_path / "tls")
    http = {"tls": {"certificate": str(certificate.path), "key": str(certificate.key_path)}}
    with run_registry(tmp_path / "registry", auth=htpasswd(tmp_path), http=http) as registry:
        yield registry


_TLS_HINT = "hint: let SSL_CERT_FILE name a file with its CA; for plain HTTP set `insecure: true`"


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


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("127.8.9.10", True),
        ("[::1]:5000", True),
        ("registry.example", False),
        ("registry.example:80", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1:5000", False),
        ("[::ffff:10.0.0.1]", False),
        ("0.0.0.0", False),
    ],
)
def test_plain_http_is_for_loopback_and_where_it_is_asked_for(host: str, plain: bool) -> None:
    assert is_loopback(host) is plain
    origins = {insecure: Connection(host, 1, insecure)._origin for insecure in (None, True, False)}
    assert origins == {
        None: f"{'http' if plain else 'https'}://{host}",
        True: f"http://{host}",
        False: f"https://{host}",
    }


def test_what_is_shown_of_credentials(docker: Docker) -> None:
    from flux.registry.remote.authorization import Authorization, Credentials

    docker.login("registry.example", USER)
    ask: Callable[..., tuple[int, bytes]] = lambda *arguments: (200, b"{}")  # noqa: E731
    shown = repr(Credentials(USER.name, USER.password)) + repr(Credentials(refresh_token=USER.refresh_token))
    docker.keep_secrets(shown, [])
    authorization = Authorization("registry.example", "https://registry.example", ask)
    with pytest.raises(RegistryUnreachableError) as raised:
        authorization.answer('Bearer realm="https://registry.example/token"', "app", None)
    assert raised.value.message == "the token service of registry.example sent no token"
    docker.keep_secrets("".join(traceback.format_exception(raised.value)), [])


def test_every_secret_is_one() -> None:
    """The search above finds what it looks for."""
    with pytest.raises(AssertionError, match=r"reader-oHg5SJYR"):
        Docker(Path(), [READER.password]).keep_secrets(f"a {READER.password} b", [])
    assert replace(USER, name="x") != USER
