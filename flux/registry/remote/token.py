"""A token service: who may do what in a repository, for as long as a token lives.

https://distribution.github.io/distribution/spec/auth/token/ and spec/auth/oauth/
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.address import is_loopback
from flux.registry.remote.challenge import Challenge
from flux.registry.remote.credentials import Credentials
from flux.registry.remote.errors import CHECK, one_line, read_refusal
from flux.registry.remote.transport import Response

_REFUSED = frozenset({400, 401, 403})
_LONGEST = 24 * 3600.0


class Ask(Protocol):
    """Sends a request to a token service."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response: ...


@dataclass(frozen=True)
class Token:
    """`seconds` is how long it lives."""

    text: str
    seconds: float


class CredentialsRefusedError(Exception):
    """The token service does not take the credentials, for whatever they are to do."""


class ScopeRefusedError(Exception):
    """The token service gives no token for a repository. Says why."""


@dataclass(frozen=True)
class TokenService:
    """The one that a registry names: `host` is the registry, `origin` where it is asked."""

    host: str
    origin: str
    ask: Ask

    def token(self, challenge: Challenge, repository: str, credentials: Credentials | None) -> Token:
        """For pull and push, or where that is refused for pull. For delete too, after a request that takes
        that right, as cancelling an upload does.

        Raises CredentialsRefusedError, ScopeRefusedError, and RegistryError for what is not an answer.
        """
        realm = self._trusted_realm(challenge)
        service = challenge.get("service")
        refusal = ""
        for actions in _wanted(challenge.get("scope")):
            query = {"service": service, "scope": f"repository:{repository}:{actions}"}
            response = self._request(realm, query, credentials)
            if response.status == 200:
                return self._read(response)
            refusal = self._refusal(response)
            if response.status != 403 and credentials and not self._takes(realm, service, credentials):
                raise CredentialsRefusedError
        raise ScopeRefusedError(refusal)

    def _takes(self, realm: str, service: str, credentials: Credentials) -> bool:
        """Whether the service takes the credentials, when no repository is in question.

        400 may be for the lack of a scope. It is for a refresh token where it says so.
        """
        response = self._request(realm, {"service": service}, credentials)
        if response.status != 200:
            self._refusal(response)
        return response.status != 401 and "invalid_grant" not in read_refusal(response).codes

    def _refusal(self, response: Response) -> str:
        """What the service said. Raises RegistryError for a status that refuses nothing."""
        said = read_refusal(response).text
        if response.status not in _REFUSED:
            raise RegistryError(
                f"the token service of {self.host} answered {response.status}: {said}", "run it again"
            )
        return said

    def _trusted_realm(self, challenge: Challenge) -> str:
        """The address of the service. No secret goes over plain HTTP to another host than the registry."""
        realm = challenge.get("realm")
        try:
            parts, registry = urlsplit(realm), urlsplit(self.origin)
            here = parts.hostname == registry.hostname or is_loopback(parts.netloc)
        except ValueError:
            parts, here = urlsplit(""), False
        plain = parts.scheme == "http" and self.origin.startswith("http:") and here
        if not parts.hostname or not (parts.scheme == "https" or plain):
            raise RegistryUnreachableError(
                f"{self.host} sends its logins to {one_line(realm)!r}, which is not https", CHECK
            )
        return realm

    def _request(self, realm: str, query: Mapping[str, str], credentials: Credentials | None) -> Response:
        query = {name: value for name, value in query.items() if value}
        if credentials and credentials.refresh_token:
            form = {"grant_type": "refresh_token", "client_id": "flux-artifacts", **query}
            form |= {"refresh_token": credentials.refresh_token}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return self.ask("POST", realm, headers, urlencode(form).encode())
        headers = {"Authorization": credentials.basic} if credentials else {}
        separator = "&" if "?" in realm else "?"
        return self.ask("GET", realm + separator + urlencode(query), headers, None)

    def _read(self, response: Response) -> Token:
        try:
            answer = json.loads(response.data)
            text = answer.get("token") or answer["access_token"]
            seconds = min(max(float(answer.get("expires_in") or 60), 1.0), _LONGEST)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            text, seconds = None, 0.0
        if not isinstance(text, str) or not (text.isascii() and text.isprintable()):
            raise RegistryUnreachableError(f"the token service of {self.host} sent no token", CHECK)
        return Token(text, seconds)


def _wanted(scope: str) -> Sequence[str]:
    """The rights to ask for, the most first."""
    return (*(["pull,push,delete"] if scope.endswith(":delete") else []), "pull,push", "pull")
