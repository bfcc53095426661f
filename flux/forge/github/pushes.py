"""What GitHub received, and when: https://docs.github.com/rest/repos/repos#list-repository-activities"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from github.GithubException import GithubException
from github.Repository import Repository
from requests.utils import parse_header_links

from flux.forge.forge import Forced
from flux.forge.github.api import GitHubApi, Part
from flux.forge.github.token import CONTENTS_WRITE

_MOST_PAGES = 10
_NONE = "0" * 40
_NOT_TOLD = (403, 404, 410, 501)


class Pushes(Part):
    def __init__(self, github: GitHubApi) -> None:
        super().__init__(github)
        self._told: dict[str, _Activities] = {}

    def tip_at(self, branch: str, time: float) -> str | None:
        with self._github.asking(f"say when it received {branch}", CONTENTS_WRITE) as repository:
            told = self._told.get(branch)
            if told is None or time >= told.asked:
                told = self._told[branch] = _Activities(repository, branch)
            return find_tip(told, time, told.is_cut)

    def forced_from(self, branch: str) -> Forced:
        with self._github.asking(f"say where {branch} was forced from", CONTENTS_WRITE) as repository:
            told = _Activities(repository, branch)
            return replace(find_forced(told), is_all=not told.is_cut())


def find_forced(activities: Iterable[Mapping[str, Any]]) -> Forced:
    """Return the commits that force pushes removed from a branch. `activities` are its own, newest first."""
    now: list[str] = []
    before: list[str] = []
    found = now
    for activity in activities:
        if activity["activity_type"] == "force_push":
            found.append(activity["before"])
        elif activity["activity_type"] == "branch_creation":
            found = before
    return Forced(tuple(now), tuple(before))


def find_tip(
    activities: Iterable[Mapping[str, Any]], time: float, is_cut: Callable[[], bool] = lambda: False
) -> str | None:
    """Return a branch's commit at a time; None if unknown. `activities` are the branch's, newest first.
    `is_cut` says at their end whether there are older ones."""
    at = None
    for activity in activities:
        if datetime.fromisoformat(activity["timestamp"]).timestamp() <= time:
            at = activity["after"]
            break
        at = activity["before"]
    else:
        at = None if is_cut() else at
    return at if at != _NONE else None


class _Activities:
    """The activities of a branch, newest first, read page by page when needed; empty if GitHub does not tell.
    Those after the time `asked` are not included."""

    def __init__(self, repository: Repository, branch: str) -> None:
        ref = quote(f"refs/heads/{branch}", safe="")
        self._next: str | None = f"{repository.url}/activity?ref={ref}&per_page=100"
        self._repository = repository
        self._read: list[Mapping[str, Any]] = []
        self._pages = 0
        self.asked = 0.0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        at = 0
        while at < len(self._read) or self._read_on():
            yield self._read[at]
            at += 1

    def is_cut(self) -> bool:
        """Whether there are more activities than were read."""
        return self._next is not None and self._pages == _MOST_PAGES

    def _read_on(self) -> bool:
        """Read the next page. Return whether there was more."""
        if self._next is None or self._pages == _MOST_PAGES:
            return False
        try:
            headers, page = self._repository.requester.requestJsonAndCheck("GET", self._next)
        except GithubException as error:
            if error.status not in _NOT_TOLD:
                raise
            self._next = None
            return False
        if not self._pages and "date" in headers:
            self.asked = parsedate_to_datetime(str(headers["date"])).timestamp()
        links = parse_header_links(headers["link"]) if headers.get("link") else []
        self._next = next((link["url"] for link in links if link.get("rel") == "next"), None)
        self._pages += 1
        self._read += page
        return bool(page)
