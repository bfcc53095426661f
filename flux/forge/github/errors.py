"""GitHub's refusals, as errors that help people."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from github.GithubException import BadAttributeException, GithubException
from requests import RequestException
from requests.exceptions import SSLError
from urllib3.exceptions import NewConnectionError

from flux.errors import ForgeError, ForgeRefusedError
from flux.forge.github.retry import RateLimitError
from flux.reasons import of_system

_AGAIN = "run the same command again: it continues where this run stopped"
_MOST_SAID = 300


@contextmanager
def translated(host: str, what: str, needs: str) -> Iterator[None]:
    """Raise ForgeError if GitHub refuses to do `what`, or cannot be reached."""
    try:
        yield
    except GithubException as error:
        raise _refusal(what, needs, error) from error
    except RateLimitError as error:
        raise ForgeError(
            f"GitHub did not {what}: {_line(error.said) or 'too many requests'}; it asks for a pause of "
            f"{error.wait:.0f} s, and {error.longest_pause:.0f} s is the longest pause allowed",
            "wait that long, then run the same command again: it continues where this run stopped",
        ) from error
    except SSLError as error:
        raise ForgeError(
            f"{host} has no certificate that this machine trusts: {_reason(error)}",
            "set REQUESTS_CA_BUNDLE to a file with its CA",
        ) from error
    except RequestException as error:
        reached = not any(isinstance(cause, NewConnectionError) for cause in _causes(error))
        did = "did not" if reached else "could not be asked to"
        raise ForgeError(f"{host} {did} {what}: {_reason(error)}", _AGAIN) from error
    except (BadAttributeException, RuntimeError) as error:  # PyGithub raises the latter for a redirect
        raise ForgeError(f"{host} did not {what}: {_line(str(error))}", "check GITHUB_API_URL") from error


def _refusal(what: str, needs: str, error: GithubException) -> ForgeError:
    said = said_by(error.data) or error.message or "no reason given"
    message = f"GitHub did not {what}: {said} ({error.status})"
    match error.status:
        case 401:
            valid = f"set GH_TOKEN or GITHUB_TOKEN to a valid one with `{needs}`, or run `gh auth login`"
            hint = f"the token is wrong or has expired: {valid}"
        case 403 if "not permitted to create or approve pull requests" in said:
            hint = "allow it in the repository's settings, Actions, General, or use a GitHub App's token"
        case 403 if "locked" in said:
            hint = "unlock the conversation on GitHub"
        case 403 if "archived" in said:
            hint = "unarchive the repository in its settings, under Danger Zone"
        case 403:
            hint = f"give the token the permission `{needs}` (in Actions under `permissions:`)"
        case 404:
            hint = f"check the name, and that the token has `{needs}`: GitHub hides what a token may not see"
        case status if status >= 500 or status == 409:
            hint = _AGAIN
        case _:
            hint = "fix what GitHub says, then run the same command again"
    refused = error.status in (403, 404, 410, 422)
    return (ForgeRefusedError if refused else ForgeError)(message, hint)


def said_by(data: Any) -> str:
    """Return one line from the body of an error: its message, and the faulty fields."""
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
    """Yield an error and its causes, the innermost last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: BaseException) -> str:
    """Return the innermost cause, which is the system's message."""
    *_, error = _causes(error)
    return _line(of_system(error)) or type(error).__name__
