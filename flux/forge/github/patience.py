"""What of GitHub's answers is tried again, and how long that may take.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""

import json
import re
import time
from typing import Any, Self
from urllib.parse import urlsplit

from github.Requester import Requester
from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError

_LIMITED = (403, 429)
_FAILED = (500, 502, 503, 504)
_UNAVAILABLE = 503
_UNSAID = 60.0
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})
_SAME_TWICE = re.compile(r".*/git/(blobs|trees|commits)")


class RateLimitError(Exception):
    """GitHub wants a longer pause than anyone waits for."""

    def __init__(self, said: str, wait: float, bound: float) -> None:
        super().__init__(said)
        self.said = said
        self.wait = wait
        self.bound = bound


class Patience(Retry):
    """For one request: four more tries, and `bound` seconds of waiting where GitHub limits the rate.

    A request that could leave something behind twice, such as a new issue, is not sent again unless GitHub
    says that it did nothing.
    """

    def __init__(self, bound: float, waited: float = 0, pause: float = 0, **options: Any) -> None:
        options.setdefault("total", 4)
        options.setdefault("connect", 2)
        options.setdefault("other", 0)
        options.setdefault("backoff_factor", 0.5)
        options.setdefault("allowed_methods", _REPEATABLE)
        options.setdefault("raise_on_status", False)
        super().__init__(**options)
        self.bound = bound
        self.waited = waited
        self.pause = pause

    def new(self, **changed: Any) -> Self:
        return super().new(**{"bound": self.bound, "waited": self.waited, **changed})

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        return status_code in _LIMITED or status_code in _FAILED

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
            raise MaxRetryError(_pool, url or "", reason)  # urllib3 then hands on the response
        retry = super().increment(method, url, response, error, _pool, _stacktrace)
        retry.pause = retry.get_backoff_time()
        return retry

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        time.sleep(self.pause)

    def _limited(self, response: BaseHTTPResponse) -> Self:
        """After a 403 or 429. The response cannot be handed on, since its body had to be read."""
        data = _read(response)
        said = str(data.get("message", ""))
        wait = self._asked(response, said)
        if wait is None:
            headers = {name.lower(): value for name, value in response.headers.items()}
            raise Requester.createException(response.status, headers, data)
        if self.waited + wait > self.bound:
            raise RateLimitError(said, wait, self.bound)
        return self.new(waited=self.waited + wait, pause=wait)

    def _asked(self, response: BaseHTTPResponse, said: str) -> float | None:
        """The seconds to wait, None where it is no rate limit that was met."""
        headers = response.headers
        if "Retry-After" in headers:
            try:
                return max(1.0, self.parse_retry_after(headers["Retry-After"]))
            except InvalidHeader:
                return _UNSAID
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
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {"message": response.reason or ""}
