"""What is tried again, how often and after how long, on a clock of its own."""

import re
import time
from collections.abc import Callable
from email.utils import formatdate
from threading import Event

import pytest

from flux.errors import RegistryError, RegistryUnreachableError
from flux.parallel import in_parallel
from flux.retry import CircuitBreaker, Retries, RetryPolicy, TransientError, asked_pause


class Clock:
    """Sleeps without sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def retries(clock: Clock) -> Retries:
    return Retries(clock=clock, sleep=clock.sleep)


def limit(asked: float | None = None) -> TransientError:
    return TransientError(RegistryError("too many"), asked, is_limit=True)


def failure(asked: float | None = None) -> TransientError:
    return TransientError(RegistryError("broken"), asked)


def refuse_until(clock: Clock, end: float, refusal: TransientError) -> None:
    if clock() < end:
        raise refusal


def said(act: Callable[[], object]) -> str:
    with pytest.raises(RegistryError) as raised:
        act()
    return raised.value.message


@pytest.mark.parametrize("refusal", [failure, limit])
def test_what_goes_on_is_said_after_five_tries(
    clock: Clock, retries: Retries, refusal: Callable[[], TransientError]
) -> None:
    message = said(lambda: retries.call("GET", lambda: refuse_until(clock, 3600, refusal())))
    assert message.endswith(" (5 tries)")
    assert 2 < clock() < 5
    assert clock.pauses[0] == 0
    assert clock.pauses == sorted(clock.pauses)


def test_a_limit_is_waited_for_as_long_as_it_lets_others_through(clock: Clock, retries: Retries) -> None:
    def attempt() -> float:
        retries.call("PUT", lambda: None)  # by another thread
        refuse_until(clock, 600, limit())
        return clock()

    assert 600 <= retries.call("PUT", attempt) < 610


def test_a_limit_by_the_minute_is_waited_for(clock: Clock, retries: Retries) -> None:
    """So many a minute, which were all let through in its first second."""
    retries.call("PUT", lambda: None)
    retries.call("PUT", lambda: refuse_until(clock, 60, limit()))
    assert 60 <= clock() < 70


def test_a_limit_that_lets_nobody_through_any_more_is_said(clock: Clock, retries: Retries) -> None:
    """As that on what may be pulled from Docker Hub, which goes on for hours."""
    retries.call("GET", lambda: None)
    message = said(lambda: retries.call("GET", lambda: refuse_until(clock, 3600, limit())))
    assert re.fullmatch(r"too many \(\d+ tries\)", message)
    assert 90 < clock() < 120


def test_reading_says_nothing_of_a_limit_on_writing(retries: Retries) -> None:
    def attempt() -> None:
        retries.call("HEAD", lambda: None)  # by another thread
        raise limit()

    assert said(lambda: retries.call("PUT", attempt)) == "too many (5 tries)"


def test_waiting_for_a_limit_leaves_the_five_tries_for_failures(retries: Retries) -> None:
    retries.call("PUT", lambda: None)
    refusals = [*[limit()] * 10, failure(), *[limit()] * 4, *[failure()] * 3]

    def attempt() -> str:
        if refusals:
            raise refusals.pop(0)
        return "done"

    assert retries.call("PUT", attempt) == "done"


@pytest.mark.parametrize("asked", [None, 0.0])
def test_a_limit_is_not_met_again_at_once(clock: Clock, retries: Retries, asked: float | None) -> None:
    retries.call("GET", lambda: None)
    refusals = [limit(asked)]

    def attempt() -> None:
        if refusals:
            raise refusals.pop()

    retries.call("GET", attempt)
    assert clock() >= 0.4


@pytest.mark.parametrize(("asked", "pause"), [(7.0, 7.0), (60.0, 60.0), (3600.0, 60.0)])
@pytest.mark.parametrize("refusal", [failure, limit])
def test_it_waits_as_long_as_it_is_asked_to_but_no_longer_than_a_minute(
    clock: Clock,
    retries: Retries,
    refusal: Callable[[float], TransientError],
    asked: float,
    pause: float,
) -> None:
    said(lambda: retries.call("GET", lambda: refuse_until(clock, 10**6, refusal(asked))))
    assert clock.pauses == [pause] * 4


def test_another_error_is_not_tried_again(clock: Clock, retries: Retries) -> None:
    def attempt() -> None:
        raise RegistryError("no")

    assert said(lambda: retries.call("GET", attempt)) == "no"
    assert clock.pauses == []


def test_pauses_double_up_to_the_longest() -> None:
    policy = RetryPolicy(factor=0.5, jitter=0)
    assert [policy.pause(failures) for failures in range(1, 8)] == [0, 1, 2, 4, 8, 10, 10]
    assert [policy.limit_pause(refusals) for refusals in range(1, 6)] == [1, 2, 4, 5, 5]
    assert policy.pause(10_000) == policy.longest_pause


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("0", 0),
        ("9" * 400, 999_999_999),
        ("716.786ms", None),
        ("-1", None),
        ("\N{ARABIC-INDIC DIGIT FOUR}", None),
        ("", None),
        ("tomorrow", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        (formatdate(0, usegmt=True), 0),
    ],
)
def test_what_retry_after_asks_for(value: str, seconds: float | None) -> None:
    assert asked_pause({"Retry-After": value}) == seconds


def test_retry_after_may_be_a_time() -> None:
    asked = asked_pause({"Retry-After": formatdate(time.time() + 30, usegmt=True)})
    assert asked is not None
    assert 25 < asked <= 30
    assert asked_pause({}) is None


# The circuit breaker


def unreachable() -> None:
    raise RegistryUnreachableError("nobody there")


def test_nobody_goes_after_a_first_that_could_not_reach_it() -> None:
    breaker = CircuitBreaker(RegistryUnreachableError)
    tried: list[int] = []

    def attempt(number: int) -> str:
        def go() -> None:
            tried.append(number)
            time.sleep(0.05)
            unreachable()

        return said(lambda: breaker.call(go))

    assert list(in_parallel(4, attempt, range(20))) == ["nobody there"] * 20
    assert len(tried) == 1


def test_once_one_got_through_all_go_at_once() -> None:
    breaker = CircuitBreaker(RegistryUnreachableError)
    breaker.call(lambda: None)
    meet = Event()

    def attempt(number: int) -> bool:
        if number:
            breaker.call(meet.set)
            return True
        return breaker.call(lambda: meet.wait(5))

    assert all(in_parallel(2, attempt, range(2)))
    said(lambda: breaker.call(unreachable))
    assert breaker.call(lambda: "later") == "later"


def test_another_failure_of_the_first_is_its_own() -> None:
    breaker = CircuitBreaker(RegistryUnreachableError)

    def refused() -> None:
        raise RegistryError("not this one")

    assert said(lambda: breaker.call(refused)) == "not this one"
    assert breaker.call(lambda: "another") == "another"
