"""PyGithub with retries and readable errors."""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import quote, urlsplit

from github import Auth, Github
from github.Consts import DEFAULT_SECONDS_BETWEEN_REQUESTS, DEFAULT_SECONDS_BETWEEN_WRITES
from github.GithubException import GithubException
from github.Repository import Repository

from flux.errors import ForgeError
from flux.forge.github.errors import said_by, translated
from flux.forge.github.retry import GitHubRetry

T = TypeVar("T")


class GitHubApi:
    """One repository on GitHub, `owner/name`. `longest_pause` is in seconds."""

    def __init__(self, api_url: str, repository: str, token: str, longest_pause: float) -> None:
        self._host = urlsplit(api_url).netloc
        self._name = repository
        loopback = _is_loopback(urlsplit(api_url).hostname or "")
        self._api = Github(
            auth=Auth.Token(token),
            base_url=api_url,
            user_agent="flux-artifacts",
            per_page=100,
            retry=GitHubRetry(longest_pause),
            seconds_between_requests=0 if loopback else DEFAULT_SECONDS_BETWEEN_REQUESTS,
            seconds_between_writes=0 if loopback else DEFAULT_SECONDS_BETWEEN_WRITES,
            lazy=True,
        )
        self._repository: Repository | None = None

    @contextmanager
    def asking(self, what: str, needs: str) -> Iterator[Repository]:
        """Yield the repository, for a request `what` that needs the permission `needs`.

        Raises ForgeError if GitHub refuses the request or cannot be reached.
        """
        with translated(self._host, f"{what} in {self._name}", needs):
            yield self._opened()

    def login(self) -> str | None:
        """Return the account of the token; None for an App's token."""
        with translated(self._host, "say whose token this is", "metadata: read"):
            try:
                return self._api.get_user().login
            except GithubException as error:
                if error.status != 403:
                    raise
                return None

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes of a classic token that was used; None for other kinds of tokens."""
        scopes = self._api.oauth_scopes
        return None if scopes is None else frozenset(scopes)

    def has_account(self, login: str) -> bool:
        ask = f"/users/{quote(login, safe='')}"
        with translated(self._host, f"look {login} up", "metadata: read"):
            return found(lambda: self._api.requester.requestJsonAndCheck("GET", ask)) is not None

    def _opened(self) -> Repository:
        """Return the repository, looked up once. After that, a 404 means that a part is missing, not that it
        is hidden.

        GitHub redirects to the repository's present name. Write requests work under that name, too.
        """
        if self._repository is None:
            with translated(self._host, f"find the repository {self._name}", "metadata: read"):
                repository = self._api.get_repo(self._name).complete()
                if not repository.raw_data.get("full_name"):
                    raise ForgeError(
                        f"{self._host} does not answer as GitHub's API does",
                        "set GITHUB_API_URL to https://api.github.com or https://HOST/api/v3",
                    )
            self._repository = repository
        return self._repository


class Part:
    """One part of what a forge can do."""

    def __init__(self, github: GitHubApi) -> None:
        self._github = github


def found(call: Callable[[], T]) -> T | None:
    """Return the result; None if GitHub does not have the thing, or no longer."""
    try:
        return call()
    except GithubException as error:
        # PyGithub raises UnknownObjectException only for some messages.
        if error.status in (404, 410):
            return None
        raise


def done(call: Callable[[], object], *refusals: str) -> bool:
    """Return whether GitHub did it; False if it answers 422 for one of these reasons."""
    try:
        call()
    except GithubException as error:
        said = said_by(error.data).lower()
        if error.status == 422 and any(refusal in said for refusal in refusals):
            return False
        raise
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
