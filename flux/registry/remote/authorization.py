"""What to send as `Authorization` to one registry, with the credentials that Docker has for it.

https://distribution.github.io/distribution/spec/auth/token/ and spec/auth/oauth/,
https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import urlencode
from urllib.request import parse_http_list, parse_keqv_list

from flux import reasons
from flux.errors import RegistryError, RegistryUnreachableError

_DOCKER_HUB = "registry-1.docker.io"
_BROKEN = (ValueError, TypeError, AttributeError, KeyError, RecursionError)  # what is no configuration
_MARGIN = 0.8  # of a token's life, after which it is not begun with


class Ask(Protocol):
    """Sends a request to a token service: its status and what it said."""

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]: ...


@dataclass(frozen=True)
class Credentials:
    """A user and password, or a refresh token, as `docker login` stored them."""

    username: str = ""
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()


@dataclass(frozen=True)
class _Challenge:
    scheme: str
    parameters: Mapping[str, str]


class Authorization:
    """Answers the challenges of one registry, with a token for each repository.

    For any number of threads, as long as no two ask about one repository at a time.
    """

    def __init__(self, host: str, origin: str, ask: Ask) -> None:
        self._host = host
        self._origin = origin
        self._ask = ask
        self._lock = Lock()
        self._credentials: Credentials | None = None
        self._challenge: _Challenge | None = None
        self._headers: dict[str, tuple[str, float]] = {}

    def header(self, repository: str) -> str | None:
        """The header for a repository; None before the registry has asked for any."""
        header, ends = self._headers.get(repository, (None, 0.0))
        if header is not None and time.monotonic() < ends:
            return header
        return self._renew(repository, self._challenge) if self._challenge else None

    def answer(self, challenge: str, repository: str, sent: str | None) -> str:
        """The header for a repository whose request, with `sent`, the registry refused with a challenge.

        Raises RegistryUnreachableError where there are no credentials, or none that it takes.
        """
        with self._lock:
            if self._challenge is None:
                self._credentials = _docker_credentials(self._host)
            self._challenge = _parse(challenge)
        if self._challenge.scheme == "basic" and sent is not None:
            raise self.refused()
        return self._renew(repository, self._challenge)

    def refused(self) -> RegistryUnreachableError:
        """The error for credentials that the registry does not take."""
        login = f"`docker login {self._host}`"
        if self._credentials is None:
            return RegistryUnreachableError(
                f"{self._host} asks for credentials, and there are none for it",
                f"log in with {login}, or without Docker `oras login {self._host}`",
            )
        whose = f"of {self._credentials.username!r}" if self._credentials.username else "stored for it"
        return RegistryUnreachableError(
            f"{self._host} refuses the credentials {whose}: they are wrong or have expired",
            f"log in again with {login}",
        )

    @property
    def has_credentials(self) -> bool:
        """Whether the registry asked for credentials and there are some."""
        return self._credentials is not None

    def denied(self, said: str) -> RegistryError:
        """The error for credentials that the registry takes, but not for pushing."""
        return RegistryError(
            f"{self._host} does not let this account push: {said}",
            f"give it that right, or log in as another with `docker login {self._host}`",
        )

    def _renew(self, repository: str, challenge: _Challenge) -> str:
        if challenge.scheme not in ("basic", "bearer"):
            raise RegistryUnreachableError(
                f"{self._host} asks for a login that is neither Basic nor Bearer",
                "check the setting `registry`",
            )
        if challenge.scheme == "basic":
            if self._credentials is None:
                raise self.refused()
            header, seconds = self._credentials.basic, float("inf")
        else:
            token, seconds = self._token(challenge, repository)
            header = f"Bearer {token}"
        self._headers[repository] = header, time.monotonic() + seconds * _MARGIN
        return header

    def _token(self, challenge: _Challenge, repository: str) -> tuple[str, float]:
        """A token and the seconds that it lives: for pull and push, or where that is refused for pull; for
        delete too after a request that takes that right, as cancelling an upload does."""
        realm = challenge.parameters.get("realm", "")
        scheme = realm.partition("://")[0].lower()
        if scheme != "https" and not (scheme == "http" and self._origin.startswith("http:")):
            raise RegistryUnreachableError(
                f"{self._host} sends its logins to {realm!r}, which is not https",
                "check the setting `registry`",
            )
        service = challenge.parameters.get("service", "")
        deletes = challenge.parameters.get("scope", "").endswith(":delete")
        for actions in (*(["pull,push,delete"] if deletes else []), "pull,push", "pull"):
            scope = f"repository:{repository}:{actions}"
            status, body = self._request_token(realm, {"service": service, "scope": scope})
            if status == 200:
                return self._read_token(body)
            if status not in (400, 401, 403):
                raise RegistryError(f"the token service of {self._host} answered {status}", "run it again")
        raise self.refused()

    def _request_token(self, realm: str, query: dict[str, str]) -> tuple[int, bytes]:
        if self._credentials and self._credentials.refresh_token:
            form = {"grant_type": "refresh_token", "client_id": "flux-artifacts"}
            form |= {"refresh_token": self._credentials.refresh_token}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return self._ask("POST", realm, headers, urlencode(form | query).encode())
        headers = {"Authorization": self._credentials.basic} if self._credentials else {}
        separator = "&" if "?" in realm else "?"
        return self._ask("GET", realm + separator + urlencode(query), headers, None)

    def _read_token(self, body: bytes) -> tuple[str, float]:
        try:
            answer = json.loads(body)
            token = answer.get("token") or answer["access_token"]
            if isinstance(token, str) and token.isprintable() and token.isascii():
                return token, max(float(answer.get("expires_in") or 60), 1.0)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            pass
        raise RegistryUnreachableError(
            f"the token service of {self._host} sent no token", "check the setting `registry`"
        )


def _parse(challenge: str) -> _Challenge:
    """The first challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1)."""
    scheme, _, rest = challenge.strip().partition(" ")
    try:
        parameters = parse_keqv_list([item for item in parse_http_list(rest) if "=" in item])
    except (ValueError, IndexError):
        parameters = {}
    return _Challenge(scheme.lower(), parameters)


def _fault(error: Exception) -> str:
    """What Docker's configuration has wrong, or what a credential helper said."""
    cause = error.__cause__ or error
    if isinstance(cause, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return reasons.of_json(cause).reason
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "it is not a configuration" if isinstance(cause, _BROKEN) else str(cause).partition("\n")[0]


def _docker_credentials(host: str) -> Credentials | None:
    """What Docker's configuration and credential helpers have for a host."""
    import warnings

    from docker.auth import AuthConfig, resolve_index_name
    from docker.errors import DockerException
    from docker.utils.config import find_config_file

    name = resolve_index_name(host.replace(_DOCKER_HUB, "docker.io"))
    try:
        file = find_config_file()
        config = json.loads(Path(str(file)).read_text(encoding="utf-8")) if file else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a helper that is not installed, which is an error here
            if not isinstance(config, dict) or not isinstance(config.get("auths", {}), dict):
                raise TypeError("it is no configuration of Docker's")
            auths = AuthConfig.load_config(None, config) if config else AuthConfig({})
            found = auths.resolve_authconfig(name) or {}
        given = {key.lower(): value for key, value in found.items() if isinstance(value, str) and value}
    except (DockerException, OSError, *_BROKEN) as error:
        raise RegistryUnreachableError(
            f"the credentials that Docker has for {host} could not be read: {_fault(error)}",
            f"log in again with `docker login {host}`, or mend DOCKER_CONFIG",
        ) from error
    if token := given.get("identitytoken"):
        return Credentials(refresh_token=token)
    if "username" in given:
        return Credentials(given["username"], given.get("password", ""))
    return None
