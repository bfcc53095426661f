"""The event that started this run, in GitHub Actions or a terminal. Only this module reads GITHUB_*.

https://docs.github.com/actions/reference/workflows-and-actions/variables,
https://docs.github.com/webhooks/webhook-events-and-payloads
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flux import reasons
from flux.errors import RequestError
from flux.regex import regex

_COMMIT = regex(r"[0-9a-f]{40}")
_NONE = "0" * 40
_OF_PULL_REQUESTS = ("pull_request", "pull_request_target")
_LONGEST = 1024  # the most characters of each text of a status


class Push(NamedTuple):
    """A push to `ref`. `before` is None for a new ref. `after` is None for a deleted ref."""

    ref: str
    before: str | None
    after: str | None


class PullRequestCommits(NamedTuple):
    """The two commits of a pull request, or of a group of pull requests in a merge queue."""

    base: str
    head: str


class IssueEdit(NamedTuple):
    """An edit of an issue, by `sender`, at `time` in seconds since the epoch. Bodies have LF line ends."""

    number: int
    sender: str
    before: str
    after: str
    time: float


class StatusSet(NamedTuple):
    """A commit status named `context`. `sender` set it at `time`, in seconds since the epoch."""

    id: int
    commit: str
    context: str
    state: str
    description: str
    sender: str
    time: float


EventChange = Push | PullRequestCommits | IssueEdit | StatusSet


@dataclass(frozen=True)
class Event:
    """`actions` says whether this runs in GitHub Actions. `name` and `change` describe its event.

    `api_url`, `server_url` and `repository` (`owner/name`) are those of GitHub, also outside of Actions.
    `rerun_by` is the user who ran the job again: empty if unknown, None for the first attempt.
    """

    actions: bool
    change: EventChange | None
    output: Path | None
    summary: Path | None
    name: str = ""
    api_url: str | None = None
    repository: str | None = None
    server_url: str = "https://github.com"
    rerun_by: str | None = None

    @property
    def packages(self) -> str | None:
        """The default place for the images of the repository. None outside of a job on github.com."""
        if not self.actions or not self.repository or self.server_url != "https://github.com":
            return None
        return packages_of(self.repository)


def packages_of(repository: str) -> str:
    """Return the registry that github.com has for a repository (`owner/name`)."""
    return f"oci://ghcr.io/{repository.lower()}"


TERMINAL = Event(actions=False, change=None, output=None, summary=None)


def read_surroundings(environment: Mapping[str, str] = os.environ) -> Event:
    """Return the event without its `change`. This does not read the payload."""
    github = replace(
        TERMINAL,
        api_url=environment.get("GITHUB_API_URL"),
        repository=environment.get("GITHUB_REPOSITORY"),
        server_url=environment.get("GITHUB_SERVER_URL") or _server_url(environment.get("GITHUB_API_URL")),
    )
    if environment.get("GITHUB_ACTIONS") != "true":
        return github
    return replace(
        github,
        actions=True,
        name=environment.get("GITHUB_EVENT_NAME", ""),
        output=_path(environment, "GITHUB_OUTPUT"),
        summary=_path(environment, "GITHUB_STEP_SUMMARY"),
        rerun_by=_rerun_by(environment),
    )


def read_event(environment: Mapping[str, str] = os.environ) -> Event:
    """Return the event with its change. Raises RequestError if the payload is not valid."""
    event = read_surroundings(environment)
    return replace(event, change=_change(environment)) if event.actions else event


def _rerun_by(environment: Mapping[str, str]) -> str | None:
    """Return who ran the job again. GITHUB_ACTOR does not say so: it names who caused the event."""
    first = environment.get("GITHUB_RUN_ATTEMPT", "") in ("", "1")
    return None if first else environment.get("GITHUB_TRIGGERING_ACTOR", "")


def _server_url(api_url: str | None) -> str:
    """Return the URL of the server. The host of an API may be `api.` and the host of the server. The URL
    has HTTPS, because a token is sent to it."""
    with suppress(ValueError):
        if host := urlsplit(api_url or "").netloc.rpartition("@")[2].removeprefix("api."):
            return f"https://{host}"
    return TERMINAL.server_url


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value) if value else None


def read_status_event(path: str) -> StatusSet:
    """Return the status in a file with the payload of a GitHub event `status`. Raises RequestError."""
    try:
        return _status(_payload(path))
    except RequestError as error:
        hint = "the file must have one payload of GitHub's event `status`"
        raise RequestError(f"{path}: {error.message}", hint) from error


def _change(environment: Mapping[str, str]) -> EventChange | None:
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name not in ("push", "merge_group", "issues", "status", *_OF_PULL_REQUESTS):
        return None
    payload = _payload(environment.get("GITHUB_EVENT_PATH", ""))
    if name == "status":
        return _status(payload)
    if name == "issues":
        return _issue_edit(payload)
    if name == "push":
        ref = payload.get("ref")
        if not isinstance(ref, str):
            raise _malformed("lacks a valid ref")
        return Push(ref, _commit(payload, "before"), _commit(payload, "after"))
    if name == "merge_group":
        base, head = (_commit(payload, name, key) for key in ("base_sha", "head_sha"))
    else:
        base, head = (_commit(payload, "pull_request", key, "sha") for key in ("base", "head"))
    if base is None or head is None:
        raise _malformed(f"lacks a valid {name.removesuffix('_target')}")
    return PullRequestCommits(base, head)


def _issue_edit(payload: dict[str, Any]) -> IssueEdit | None:
    """Return None if the event is not an edit of the body."""
    before = _at(payload, "changes", "body", "from")
    if payload.get("action") != "edited" or before is None:
        return None
    number, time = _at(payload, "issue", "number"), _at(payload, "issue", "updated_at")
    sender, after = _at(payload, "sender", "login"), _at(payload, "issue", "body") or ""
    if not isinstance(number, int) or not all(isinstance(text, str) for text in (sender, before, after)):
        raise _malformed("lacks a valid issue")
    try:
        seconds = datetime.fromisoformat(time).timestamp()
    except (TypeError, ValueError) as error:
        raise _malformed("lacks a valid issue.updated_at") from error
    return IssueEdit(number, sender, _lines(before), _lines(after), seconds)


def _status(payload: dict[str, Any]) -> StatusSet:
    id, sender, commit = payload.get("id"), _at(payload, "sender", "login"), _commit(payload, "sha")
    texts = [payload.get(key) for key in ("context", "state")]
    description = payload.get("description") or ""
    if isinstance(id, bool) or not isinstance(id, int) or commit is None:
        raise _malformed("lacks a valid status")
    if not all(isinstance(text, str) and len(text) <= _LONGEST for text in (*texts, sender, description)):
        raise _malformed("lacks a valid status")
    try:
        seconds = datetime.fromisoformat(str(payload.get("created_at"))).timestamp()
    except (ValueError, OverflowError) as error:
        raise _malformed("lacks a valid created_at") from error
    return StatusSet(id, commit, str(texts[0]), str(texts[1]), description, sender, seconds)


def _lines(body: str) -> str:
    return body.replace("\r\n", "\n")


def _payload(path: str) -> dict[str, Any]:
    if not path:
        raise _unreadable("GITHUB_EVENT_PATH is not set")
    try:
        payload = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise _unreadable(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(reasons.of_json(error).reason) from error
    if not isinstance(payload, dict):
        raise _malformed("is not an object")
    return payload


def _commit(payload: dict[str, Any], *keys: str) -> str | None:
    value = _at(payload, *keys)
    if not isinstance(value, str) or not _COMMIT.fullmatch(value):
        raise _malformed(f"lacks a valid {'.'.join(keys)}")
    return None if value == _NONE else value


def _at(payload: Any, *keys: str) -> Any:
    for key in keys:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload


def _unreadable(why: str) -> RequestError:
    return RequestError(
        f"the event of this run could not be read: {why}",
        "GITHUB_EVENT_PATH must name the file that GitHub Actions wrote",
    )


def _malformed(what: str) -> RequestError:
    return RequestError(
        f"the event of this run {what}",
        "GITHUB_EVENT_NAME and GITHUB_EVENT_PATH must be those of one GitHub event",
    )
