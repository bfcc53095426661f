"""Gets tokens from a token service. A token grants actions in a repository for a limited time.

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
    """A token. `seconds` is its lifetime."""

    text: str
    seconds: float


class CredentialsRefusedError(Exception):
    """The token service refuses the credentials, whatever the scope."""


class ScopeRefusedError(Exception):
    """The token service gives no token for a repository. The message says why."""


@dataclass(frozen=True)
class TokenService:
    """The token service of a registry. `host` is the registry's host, `origin` is its scheme and address."""

    host: str
    origin: str
    ask: Ask

    def token(self, challenge: Challenge, repository: str, credentials: Credentials | None) -> Token:
        """Return a token for pull and push, or for pull if that is refused. It includes delete if the
        challenge asks for it, as for a cancelled upload.

        Raises CredentialsRefusedError, ScopeRefusedError, and RegistryError if the service fails.
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
        """Whether the service accepts the credentials in a request without a scope.

        Status 400 may be about the missing scope. It is about the refresh token if it says `invalid_grant`.
        """
        response = self._request(realm, {"service": service}, credentials)
        if response.status != 200:
            self._refusal(response)
        return response.status != 401 and "invalid_grant" not in read_refusal(response).codes

    def _refusal(self, response: Response) -> str:
        """Return the service's message. Raises RegistryError if the status is not a refusal."""
        said = read_refusal(response).text
        if response.status not in _REFUSED:
            raise RegistryError(
                f"the token service of {self.host} answered {response.status}: {said}", "run it again"
            )
        return said

    def _trusted_realm(self, challenge: Challenge) -> str:
        """Return the service's URL. It must be HTTPS, unless a plain HTTP registry names its own host or
        loopback."""
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
    """Return the permissions to ask for, the broadest first."""
    return (*(["pull,push,delete"] if scope.endswith(":delete") else []), "pull,push", "pull")
