"""PyGithub, asked politely, and what its errors mean to people."""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from github import Auth, Github
from github.Consts import DEFAULT_SECONDS_BETWEEN_REQUESTS, DEFAULT_SECONDS_BETWEEN_WRITES
from github.GithubException import BadAttributeException, GithubException
from github.Repository import Repository
from requests import RequestException
from requests.exceptions import SSLError
from urllib3.exceptions import NewConnectionError

from flux.errors import ForgeError
from flux.forge.github.patience import Patience, RateLimitError
from flux.reasons import of_system

T = TypeVar("T")

_AGAIN = "run the same command again: it continues where this run stopped"
_MOST_SAID = 300


class Connection:
    """One repository on GitHub: `repository` is `owner/name`, `patience` the longest pause in seconds."""

    def __init__(self, api_url: str, repository: str, token: str, patience: float) -> None:
        self._host = urlsplit(api_url).netloc
        self._name = repository
        loopback = _is_loopback(urlsplit(api_url).hostname or "")
        self._api = Github(
            auth=Auth.Token(token),
            base_url=api_url,
            user_agent="flux-artifacts",
            per_page=100,
            retry=Patience(patience),
            seconds_between_requests=0 if loopback else DEFAULT_SECONDS_BETWEEN_REQUESTS,
            seconds_between_writes=0 if loopback else DEFAULT_SECONDS_BETWEEN_WRITES,
            lazy=True,
        )
        self._repository: Repository | None = None

    @contextmanager
    def asking(self, what: str, needs: str) -> Iterator[Repository]:
        """The repository, to ask it `what`, for which a token needs the permission `needs`.

        Raises ForgeError for all that GitHub, or the way to it, has against it.
        """
        with self._translated(f"{what} in {self._name}", needs):
            yield self._opened()

    def login(self) -> str | None:
        """The token's account; None for an App's token, which has none."""
        with self._translated("say whose token this is", "metadata: read"):
            try:
                return self._api.get_user().login
            except GithubException as error:
                if error.status != 403:
                    raise
                return None

    @property
    def scopes(self) -> frozenset[str] | None:
        """Of a classic token, after it was used; other kinds do not tell theirs."""
        scopes = self._api.oauth_scopes
        return None if scopes is None else frozenset(scopes)

    def has_account(self, login: str) -> bool:
        ask = f"/users/{quote(login, safe='')}"
        with self._translated(f"look {login} up", "metadata: read"):
            return found(lambda: self._api.requester.requestJsonAndCheck("GET", ask)) is not None

    def _opened(self) -> Repository:
        """The repository, looked up once: what it does not have can then be told from what is hidden.

        GitHub redirects to the name that it has now, under which requests that write work too.
        """
        if self._repository is None:
            with self._translated(f"find the repository {self._name}", "metadata: read"):
                repository = self._api.get_repo(self._name).complete()
                if not repository.raw_data.get("full_name"):
                    raise ForgeError(
                        f"{self._host} does not answer as GitHub's API does",
                        "set GITHUB_API_URL to https://api.github.com or https://HOST/api/v3",
                    )
            self._repository = repository
        return self._repository

    @contextmanager
    def _translated(self, what: str, needs: str) -> Iterator[None]:
        try:
            yield
        except GithubException as error:
            raise _refusal(what, needs, error) from error
        except RateLimitError as error:
            raise ForgeError(
                f"GitHub did not {what}: {_line(error.said) or 'too many requests'}; it wants a pause of "
                f"{error.wait:.0f} s, and {error.bound:.0f} s is the longest that is waited",
                "wait that long, then run the same command again: it continues where this run stopped",
            ) from error
        except SSLError as error:
            raise ForgeError(
                f"{self._host} has no certificate that this machine trusts: {_reason(error)}",
                "let REQUESTS_CA_BUNDLE name a file with its CA",
            ) from error
        except RequestException as error:
            reached = not any(isinstance(cause, NewConnectionError) for cause in _causes(error))
            did = "did not" if reached else "could not be asked to"
            raise ForgeError(f"{self._host} {did} {what}: {_reason(error)}", _AGAIN) from error
        except (BadAttributeException, RuntimeError) as error:  # PyGithub raises the latter for a redirect
            raise ForgeError(
                f"{self._host} did not {what}: {_line(str(error))}", "check GITHUB_API_URL"
            ) from error


def found(call: Callable[[], T]) -> T | None:
    """What there is, None where GitHub knows of none (any more)."""
    try:
        return call()
    except GithubException as error:
        # Not UnknownObjectException, which PyGithub raises by the words of the message.
        if error.status in (404, 410):
            return None
        raise


def done(call: Callable[[], object], *refusals: str) -> bool:
    """Whether GitHub did it; False where it is unprocessable for one of these reasons."""
    try:
        call()
    except GithubException as error:
        said = _said(error.data).lower()
        if error.status == 422 and any(refusal in said for refusal in refusals):
            return False
        raise
    return True


def _refusal(what: str, needs: str, error: GithubException) -> ForgeError:
    said = _said(error.data) or error.message or "no reason given"
    message = f"GitHub did not {what}: {said} ({error.status})"
    match error.status:
        case 401:
            hint = f"set GH_TOKEN or GITHUB_TOKEN to a valid token with `{needs}`, or run `gh auth login`"
        case 403 if "not permitted to create or approve pull requests" in said:
            hint = "allow it in the repository's settings, Actions, General, or use a GitHub App's token"
        case 403:
            hint = f"give the token the permission `{needs}` (in Actions under `permissions:`)"
        case 404:
            hint = f"check the name, and that the token has `{needs}`: GitHub hides what a token may not see"
        case status if status >= 500 or status == 409:
            hint = _AGAIN
        case _:
            hint = "put right what GitHub says, then run the same command again"
    return ForgeError(message, hint)


def _said(data: Any) -> str:
    """One line of an error's body: its message, and what it has against which field."""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    details = [_detail(error) for error in errors] if isinstance(errors, list) else []
    return _line(": ".join(part for part in (str(data.get("message") or ""), ", ".join(details)) if part))


def _detail(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or f"{error.get('field', '')} {error.get('code', '')}".strip())


def _line(text: str) -> str:
    return " ".join(text.split())[:_MOST_SAID]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came of, the innermost last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: BaseException) -> str:
    """The innermost cause, which is what the system said."""
    *_, error = _causes(error)
    return _line(of_system(error)) or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
