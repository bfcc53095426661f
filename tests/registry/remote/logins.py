"""Who logs in where, and what is asked of a registry then."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.errors import RegistryError
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Target
from tests import parts
from tests.commands.invoking import Finished, inv
from tests.registry.token_service import User
from tests.repo import Repo
from tests.servers import Answer, Server

USER = User(
    "user",
    "Pa55:w\N{LATIN SMALL LETTER O WITH DIAERESIS}rd-dQw4",
    "refresh-w9WgXcQ",
    frozenset({"pull", "push", "delete"}),
)


PUSHER = User("pusher", "pusher-kT7wQ2", "refresh-Lm5cX9")


READER = User("reader", "reader-oHg5SJYR", "refresh-HA0A1B2C", frozenset({"pull"}))


WRONG = User(USER.name, "wrong-Zx8pQ1kT", "refresh-wrong-mN3vB7")


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


def htpasswd(folder: Path) -> dict[str, Any]:
    path = folder / "htpasswd"
    path.write_text(HTPASSWD)
    return {"htpasswd": {"realm": "tests", "path": str(path)}}


def target(registry: parts.Registry, artifact: str = "app") -> Target:
    """A repository that no other test has; each is a new run, with connections and tokens of its own."""
    return RemoteRegistry(f"{registry.host}/{uuid4().hex}", jobs=2, insecure=None).repository(artifact)


def again(to: Target) -> Target:
    """The same repository in another run."""
    host, repository = to._connection.host, to._repository  # type: ignore[attr-defined]
    prefix, _, artifact = repository.rpartition("/")
    return RemoteRegistry(f"{host}/{prefix}", jobs=2, insecure=None).repository(artifact)


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
    with pytest.raises(RegistryError) as raised:
        target(registry).resolve("latest")
    return raised.value.message, raised.value.hint


@dataclass(frozen=True)
class Elsewhere:
    """Another host, which answers what a test says; nothing secret may reach it."""

    server: Server
    answers: list[Answer]

    def saw(self) -> str:
        return "\n".join(request.text for request in self.server.requests)


def not_told(docker: Docker, elsewhere: Elsewhere, *secrets: str) -> None:
    assert elsewhere.server.requests
    docker.keep_secrets(elsewhere.saw(), list(secrets))
    assert all("Authorization" not in request.headers for request in elsewhere.server.requests)
