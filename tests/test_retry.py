"""What is tried again, how often and after how long, on a clock of its own."""

import re
from collections.abc import Callable

import pytest
import urllib3

from flux.errors import RegistryError
from flux.registry.remote.connection import PassingError, Persistence


class Clock:
    """Sleeps without sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("urllib3.util.retry.time.sleep", clock.sleep)
    monkeypatch.setattr("flux.registry.remote.connection.monotonic", clock)
    return clock


def limit(**headers: str) -> PassingError:
    response = urllib3.HTTPResponse(status=429, headers=headers)
    return PassingError(RegistryError("too many"), response, is_limit=True)


def failure() -> PassingError:
    return PassingError(RegistryError("broken"), urllib3.HTTPResponse(status=502))


def refuse_until(clock: Clock, end: float, refusal: PassingError) -> None:
    if clock() < end:
        raise refusal


def said(act: Callable[[], object]) -> str:
    with pytest.raises(RegistryError) as raised:
        act()
    return raised.value.message


@pytest.mark.parametrize("refusal", [failure, limit])
def test_what_goes_on_is_said_after_five_tries(clock: Clock, refusal: Callable[[], PassingError]) -> None:
    message = said(lambda: Persistence().persist("GET", lambda: refuse_until(clock, 3600, refusal())))
    assert message.endswith(" (5 tries)")
    assert 2 < clock() < 5


def test_a_limit_is_waited_for_as_long_as_it_lets_others_through(clock: Clock) -> None:
    persistence = Persistence()

    def attempt() -> float:
        persistence.persist("PUT", lambda: None)  # by another thread
        refuse_until(clock, 600, limit())
        return clock()

    assert 600 <= persistence.persist("PUT", attempt) < 610


def test_a_limit_by_the_minute_is_waited_for(clock: Clock) -> None:
    """So many a minute, which were all let through in its first second."""
    persistence = Persistence()
    persistence.persist("PUT", lambda: None)
    persistence.persist("PUT", lambda: refuse_until(clock, 60, limit()))
    assert 60 <= clock() < 70


def test_a_limit_that_lets_nobody_through_any_more_is_said(clock: Clock) -> None:
    """As that on what may be pulled from Docker Hub, which goes on for hours."""
    persistence = Persistence()
    persistence.persist("GET", lambda: None)
    message = said(lambda: persistence.persist("GET", lambda: refuse_until(clock, 3600, limit())))
    assert re.fullmatch(r"too many \(\d+ tries\)", message)
    assert 90 < clock() < 120


def test_reading_says_nothing_of_a_limit_on_writing(clock: Clock) -> None:
    persistence = Persistence()

    def attempt() -> None:
        persistence.persist("HEAD", lambda: None)  # by another thread
        raise limit()

    assert said(lambda: persistence.persist("PUT", attempt)) == "too many (5 tries)"


def test_waiting_for_a_limit_leaves_the_five_tries_for_failures(clock: Clock) -> None:
    persistence = Persistence()
    persistence.persist("PUT", lambda: None)
    refusals = [*[limit()] * 10, failure(), *[limit()] * 4, *[failure()] * 3]

    def attempt() -> str:
        if refusals:
            raise refusals.pop(0)
        return "done"

    assert persistence.persist("PUT", attempt) == "done"


@pytest.mark.parametrize("asked", ["716.786ms", "0"])
def test_a_limit_is_not_met_again_at_once(clock: Clock, asked: str) -> None:
    """GHCR asks for milliseconds, which HTTP has no way to say."""
    persistence = Persistence()
    persistence.persist("GET", lambda: None)
    refusals = [limit(**{"Retry-After": asked})]

    def attempt() -> None:
        if refusals:
            raise refusals.pop()

    persistence.persist("GET", attempt)
    assert clock() >= 0.4
