"""Lists a repository's tags, page by page."""

import json
import time
from collections.abc import Callable
from urllib.parse import urljoin

from flux.errors import RegistryError
from flux.registry.remote.address import join
from flux.registry.remote.errors import CHECK
from flux.registry.remote.limits import Limits
from flux.registry.remote.link import next_link
from flux.registry.remote.transport import Response

Page = Callable[[str], Response | None]
"""Fetches a page. Returns None if there is no such repository."""


def list_tags(fetch: Page, first: str, where: str, limits: Limits) -> list[str]:
    """Return every tag. Raises RegistryError if pages repeat, never end, or are invalid."""
    tags: dict[str, None] = {}
    seen: set[str] = set()
    size, page, began = 0, first, time.monotonic()
    while page not in seen:
        if len(seen) == limits.pages or size > limits.all_tags or _took(began) > limits.listing:
            raise RegistryError(f"{where} sends lists of tags without end", CHECK)
        seen.add(page)
        answer = fetch(page)
        if answer is None:
            return list(tags)
        size += len(answer.data)
        tags |= dict.fromkeys(_read(answer.data, where))
        following = next_link(", ".join(answer.headers.getlist("Link")))
        if following is None:
            return list(tags)
        page = join(urljoin(answer.url, page), following)
    raise RegistryError(f"{where} sends the same list of tags again and again", CHECK)


def _read(body: bytes, where: str) -> list[str]:
    try:
        tags = json.loads(body).get("tags") or []
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            return tags
    except (ValueError, AttributeError, TypeError, RecursionError):
        pass
    raise RegistryError(f"{where} sent an invalid list of tags", CHECK)


def _took(began: float) -> float:
    return time.monotonic() - began
