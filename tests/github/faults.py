"""What goes wrong on request: at which call, and how."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.github import wire
from tests.github.wire import RefusedError, Reply, Request

UNICORN = "<!DOCTYPE html><html><body><h1>Unicorn!</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """Something that a call gets instead of its answer."""

    reply: Reply | None = None
    """Where there is none the connection is dropped."""
    done: bool = False
    """Whether the call takes effect all the same."""


Hook = Callable[[], object]
"""Something to do when a call has come in; the call is served after it, or gets the fault that it returns."""


DROP = Fault()
"""The connection ends without an answer, and nothing was done."""

LOST = Fault(done=True)
"""The connection ends without an answer, and it was done."""

BASE_MODIFIED = Fault(RefusedError(405, wire.BASE_MODIFIED).reply)


def secondary_limit(status: int = 403, retry_after: int | None = 1) -> Fault:
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(RefusedError(status, message, headers=headers).reply)


def primary_limit(reset: int) -> Fault:
    """The hour's requests are used up, until `reset` in seconds since the epoch."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    return Fault(RefusedError(403, "API rate limit exceeded for user ID 1.", headers=headers).reply)


def error(status: int, *, done: bool = False) -> Fault:
    """500 with JSON, and what a proxy says with a page."""
    if status == 500:
        return Fault(RefusedError(500, "Server Error").reply, done)
    return Fault(Reply(status, UNICORN), done)


@dataclass
class _Planned:
    what: Fault | Hook
    only: str
    wait: int
    times: int


@dataclass
class Faults:
    """The plan; of two that are due at one call the first to be planned comes first."""

    _plan: list[_Planned] = field(default_factory=list)

    def add(self, what: Fault | Hook, *, at: int = 1, times: int = 1, only: str = "*") -> None:
        """From the `at`-th call on (1 is the next), to so many calls; `only` as in `PUT */merge` counts
        those alone."""
        self._plan.append(_Planned(what, only, at - 1, times))

    def take(self, request: Request) -> Fault | Hook | None:
        """What is due now."""
        due = None
        for planned in list(self._plan):
            if not fnmatchcase(str(request), planned.only):
                continue
            if planned.wait:
                planned.wait -= 1
            elif due is None:
                due = planned.what
                planned.times -= 1
                if not planned.times:
                    self._plan.remove(planned)
        return due
