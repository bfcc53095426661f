"""What GitHub has received, and when: https://docs.github.com/rest/repos/repos#list-repository-activities"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from github.GithubException import GithubException
from github.Repository import Repository
from requests.utils import parse_header_links

from flux.forge.github.api import Part
from flux.forge.github.token import CONTENTS

_MOST_PAGES = 10
_NONE = "0" * 40
_NOT_TOLD = (403, 404, 410, 501)


class Pushes(Part):
    def tip_at(self, branch: str, time: float) -> str | None:
        with self._github.asking(f"say when it received {branch}", CONTENTS) as repository:
            return find_tip(_activities(repository, branch), time)


def find_tip(activities: Iterator[Mapping[str, Any]], time: float) -> str | None:
    """The commit that a branch was at, by what was done with it, the newest first. None where that does not
    tell."""
    at = None
    for activity in activities:
        if datetime.fromisoformat(activity["timestamp"]).timestamp() <= time:
            at = activity["after"]
            break
        at = activity["before"]
    return at if at != _NONE else None


def _activities(repository: Repository, branch: str) -> Iterator[Mapping[str, Any]]:
    """What was done with a branch, the newest first; nothing where GitHub does not tell."""
    url: str | None = f"{repository.url}/activity?ref={quote(f'refs/heads/{branch}', safe='')}&per_page=100"
    for _ in range(_MOST_PAGES):
        if url is None:
            return
        try:
            headers, page = repository.requester.requestJsonAndCheck("GET", url)
        except GithubException as error:
            if error.status in _NOT_TOLD:
                return
            raise
        yield from page
        links = parse_header_links(headers.get("link", "")) if headers.get("link") else []
        url = next((link["url"] for link in links if link.get("rel") == "next"), None)
