"""Makes the `Authorization` header for one registry from the available credentials."""

import time
from collections.abc import Sequence
from threading import Lock

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.challenge import Challenge, parse_challenges
from flux.registry.remote.credentials import Credentials, find_credentials
from flux.registry.remote.errors import CHECK
from flux.registry.remote.token import Ask, CredentialsRefusedError, ScopeRefusedError, TokenService

_MARGIN = 0.8  # a token is used only for this part of its lifetime

TokenUse = tuple[str, bool]
"""A repository, and whether it is only read."""


class Authorization:
    """Answers the challenges of one registry, with a token for each repository.

    Several threads may use it, but not two at a time for the same repository.
    """

    def __init__(self, host: str, origin: str, ask: Ask) -> None:
        self._host = host
        self._service = TokenService(host, origin, ask)
        self._lock = Lock()
        self._credentials: Credentials | None = None
        self._challenge: Challenge | None = None
        self._headers: dict[str, tuple[str, float]] = {}
        self._let_in: set[TokenUse] = set()  # uses for which a password was accepted
        self._condemned = False

    def header(self, repository: str) -> str | None:
        """Return the header for a repository; None before the registry's first challenge."""
        header, ends = self._headers.get(repository, (None, 0.0))
        if header is not None and time.monotonic() < ends:
            return header
        return self._renew(repository, self._challenge) if self._challenge else None

    def answer(self, challenges: Sequence[str], repository: str, sent: str | None) -> str:
        """Return the header for a repository, after the registry refused the header `sent` with challenges.

        Raises RegistryUnreachableError if no login is possible, and RegistryError if this repository is
        refused.
        """
        with self._lock:
            if self._challenge is None:
                self._credentials = find_credentials(self._host, repository=repository)
            self._challenge = self._choose(parse_challenges(challenges))
        if self._challenge.scheme == "basic" and _is_basic(sent):
            self._condemned = True
            raise self.refused()
        return self._renew(repository, self._challenge)

    def accepted(self, use: TokenUse, sent: str | None) -> None:
        """Remember the uses for which a password was accepted."""
        if _is_basic(sent):
            self._let_in.add(use)

    def is_good(self, use: TokenUse, sent: str | None) -> bool:
        """Whether a refused password is valid: it was accepted for other uses, and never for this one."""
        return _is_basic(sent) and bool(self._let_in) and use not in self._let_in

    def renew(self, repository: str, sent: str | None) -> str | None:
        """Return a new header instead of an expired token; None if `sent` is not a token."""
        if self._challenge is None or sent is None or not sent.startswith("Bearer "):
            return None
        return self._renew(repository, self._challenge)

    def refused(self) -> RegistryUnreachableError:
        """Return the error if no login is possible."""
        if self._credentials is None:
            return RegistryUnreachableError(*self._none())
        whose = f"of {self._credentials.username!r}" if self._credentials.username else "stored for it"
        return RegistryUnreachableError(
            f"{self._host} refuses the credentials {whose}: they are wrong or have expired",
            f"log in again with `docker login {self._host}`",
        )

    def denied(self, repository: str, pushing: bool, said: str) -> RegistryError:
        """Return the error if the account has no permission to push to, or to read, one repository."""
        if self._credentials is None and self._challenge is not None:
            return RegistryError(*self._none())
        action = "push" if pushing else f"read {repository}"
        return RegistryError(
            f"{self._host} does not let this account {action}: {said}",
            f"give it that right, or log in as another with `docker login {self._host}`",
        )

    def _none(self) -> tuple[str, str]:
        login = f"`docker login {self._host}`"
        return (
            f"{self._host} asks for credentials, and none were found for it",
            f"log in with {login}, or without Docker `oras login {self._host}`",
        )

    def _choose(self, challenges: Sequence[Challenge]) -> Challenge:
        """Return the first challenge that can be answered, or else the first of a known scheme."""
        known = [challenge for challenge in challenges if challenge.scheme in ("basic", "bearer")]
        if not known:
            raise RegistryUnreachableError(
                f"{self._host} asks for a login that is neither Basic nor Bearer", CHECK
            )
        return next((challenge for challenge in known if self._can_answer(challenge)), known[0])

    def _can_answer(self, challenge: Challenge) -> bool:
        if challenge.scheme == "bearer":
            return bool(challenge.get("realm"))
        return self._credentials is not None and not self._credentials.refresh_token

    def _renew(self, repository: str, challenge: Challenge) -> str:
        if self._condemned:
            raise self.refused()
        if challenge.scheme == "basic":
            if self._credentials is None:
                raise self.refused()
            header, seconds = self._credentials.basic, float("inf")
        else:
            header, seconds = self._bearer(repository, challenge)
        self._headers[repository] = header, time.monotonic() + seconds * _MARGIN
        return header

    def _bearer(self, repository: str, challenge: Challenge) -> tuple[str, float]:
        try:
            token = self._service.token(challenge, repository, self._credentials)
        except CredentialsRefusedError as error:
            self._condemned = True
            raise self.refused() from error
        except ScopeRefusedError as error:
            raise self.denied(repository, False, str(error)) from error
        return f"Bearer {token.text}", token.seconds


def _is_basic(header: str | None) -> bool:
    return header is not None and header.startswith("Basic ")
