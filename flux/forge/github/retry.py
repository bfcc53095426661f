"""The retry policy for PyGithub, and GitHub's rate limits.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""

import json
import time
from typing import Any, Self
from urllib.parse import urlsplit

from github.Requester import Requester
from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import MaxRetryError, ResponseError

from flux.regex import regex
from flux.retry import FAILED, RetryPolicy, asked_pause

_LIMITED = (403, 429)
_UNAVAILABLE = 503
_UNSAID = 60.0
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})
_SAME_TWICE = regex(r".*/git/(blobs|trees|commits)")
_POLICY = RetryPolicy(factor=0.5, jitter=0)


class RateLimitError(Exception):
    """GitHub asks for a longer pause than we accept."""

    def __init__(self, said: str, wait: float, longest_pause: float) -> None:
        super().__init__(said)
        self.said = said
        self.wait = wait
        self.longest_pause = longest_pause


class GitHubRetry(Retry):
    """The retries of one request: four more tries, and at most `longest_pause` seconds for rate limits.

    A request that could create something twice, such as a new issue, is repeated only if GitHub says that it
    did nothing.
    """

    def __init__(self, longest_pause: float, waited: float = 0, pause: float = 0, **options: Any) -> None:
        options.setdefault("total", _POLICY.tries - 1)
        options.setdefault("connect", 2)
        options.setdefault("other", 0)
        options.setdefault("allowed_methods", _REPEATABLE)
        options.setdefault("raise_on_status", False)
        super().__init__(**options)
        self.longest_pause = longest_pause
        self.waited = waited
        self.pause = pause

    def new(self, **changed: Any) -> Self:
        return super().new(**{"longest_pause": self.longest_pause, "waited": self.waited, **changed})

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        return status_code in _LIMITED or status_code in FAILED

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Self:
        if response is not None and response.status in _LIMITED:
            return self._limited(response)
        if response is not None and not _may_repeat(method or "", url or "", response.status):
            reason = ResponseError(f"{response.status}, and not to be repeated")
            raise MaxRetryError(_pool, url or "", reason)  # urllib3 then returns the response
        retry = super().increment(method, url, response, error, _pool, _stacktrace)
        retry.pause = _POLICY.pause(len(retry.history))
        return retry

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        time.sleep(self.pause)

    def _limited(self, response: BaseHTTPResponse) -> Self:
        """Handle a 403 or 429. The response cannot be passed on, because its body was read."""
        data = _read(response)
        said = str(data.get("message", ""))
        wait = _limit_pause(response, said)
        if wait is None:
            headers = {name.lower(): value for name, value in response.headers.items()}
            raise Requester.createException(response.status, headers, data)
        if self.waited + wait > self.longest_pause:
            raise RateLimitError(said, wait, self.longest_pause)
        return self.new(waited=self.waited + wait, pause=wait)


def _limit_pause(response: BaseHTTPResponse, said: str) -> float | None:
    """Return the seconds to wait; None if it is not a rate limit."""
    headers = response.headers
    if "Retry-After" in headers:
        asked = asked_pause(headers)
        return _UNSAID if asked is None else max(1.0, asked)
    if response.status != 429 and "rate limit" not in said.lower():
        return None
    if headers.get("X-RateLimit-Remaining") == "0" and headers.get("X-RateLimit-Reset", "").isdigit():
        return max(1.0, int(headers["X-RateLimit-Reset"]) - time.time() + 1)
    return _UNSAID


def _may_repeat(method: str, url: str, status: int) -> bool:
    same = method in _REPEATABLE or _SAME_TWICE.fullmatch(urlsplit(url).path) is not None
    return same or status == _UNAVAILABLE


def _read(response: BaseHTTPResponse) -> dict[str, Any]:
    try:
        data = json.loads(response.data)
    except (ValueError, RecursionError):
        data = None
    return data if isinstance(data, dict) else {"message": response.reason or ""}
