"""The retry policy for registries and forges. `forge/github/retry.py` adds what GitHub asks for."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import TypeVar

from flux.errors import FluxError

T = TypeVar("T")

FAILED = frozenset({408, 500, 502, 503, 504})
"""The HTTP statuses after which a request is tried again."""

_LATELY = 90  # seconds; rate limits count per minute


@dataclass(frozen=True)
class RetryPolicy:
    """Pauses are in seconds: none before the second try, then `factor` times 2, 4 and 8."""

    tries: int = 5
    factor: float = 0.2
    jitter: float = 0.2
    longest_pause: float = 10
    longest_limit_pause: float = 5
    longest_asked: float = 60

    def pause(self, failures: int) -> float:
        """Return the pause before the next try, after this number of failures."""
        return 0 if failures < 2 else self._backoff(failures, self.longest_pause)

    def limit_pause(self, refusals: int) -> float:
        """Return the pause after this number of refusals by a rate limit. It is never zero."""
        return self._backoff(refusals + 1, self.longest_limit_pause)

    def _backoff(self, failures: int, longest: float) -> float:
        doubled: float = self.factor * 2 ** min(failures - 1, 30)
        return min(doubled + random.random() * self.jitter, longest)


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for. None if it is missing or not valid."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked[:9])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


class TransientError(Exception):
    """A failure that may not happen again.

    `asked` is the pause that the server asked for. `is_limit` is true if a rate limit refused the request.
    """

    def __init__(self, failure: FluxError, asked: float | None = None, is_limit: bool = False) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.asked = asked
        self.is_limit = is_limit


class Retries:
    """Retries the requests of one client to one server."""

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy = policy or RetryPolicy()
        self._clock = clock
        self._sleep = sleep
        self._let_through: dict[str, float] = {}

    def call(self, kind: str, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it raises no TransientError, and return its result. The policy limits
        the tries.

        A refusal by a rate limit does not count if an attempt of this kind succeeded in the last 90 seconds.
        Raises the failure of the last try.
        """
        tries = failures = refusals = 0
        while True:
            tries += 1
            try:
                result = attempt()
            except TransientError as transient:
                if transient.is_limit and self._lets_through(kind):
                    refusals += 1
                    pause = self._policy.limit_pause(refusals)
                else:
                    failures += 1
                    pause = self._policy.pause(failures)
                if failures == self._policy.tries:
                    failure = transient.failure
                    failure.message += f" ({tries} tries)"
                    raise failure from transient
                self._wait(pause, transient.asked)
            else:
                self._let_through[kind] = self._clock()
                return result

    def _wait(self, pause: float, asked: float | None) -> None:
        self._sleep(min(asked, self._policy.longest_asked) if asked else pause)

    def _lets_through(self, kind: str) -> bool:
        last = self._let_through.get(kind)
        return last is not None and self._clock() - last < _LATELY


class CircuitBreaker:
    """Makes the first attempt alone. If it raises the given error, no other attempt is made.

    For example, a wrong password that is tried for each artifact would lock the account.
    """

    def __init__(self, opens_at: type[FluxError]) -> None:
        self._opens_at = opens_at
        self._first = Lock()
        self._closed = False
        self._open: FluxError | None = None

    def call(self, attempt: Callable[[], T]) -> T:
        """Call `attempt`, alone until one has succeeded. Raises the error of the first attempt again."""
        if self._closed:
            return attempt()
        with self._first:
            if self._open:
                raise self._open
            if not self._closed:
                return self._call_first(attempt)
        return attempt()

    def _call_first(self, attempt: Callable[[], T]) -> T:
        try:
            result = attempt()
        except self._opens_at as error:
            self._open = error
            raise
        self._closed = True
        return result
