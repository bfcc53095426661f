"""What is tried again, and how long GitHub's rate limits are waited for."""

import time

import pytest

from tests.forge.github.replies import AGAIN, RELEASED, SECONDARY, THERE, failure, forge_at, refusal, reply
from tests.registry.scripted import scripted


@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_waited_for(pauses: list[float], status: int) -> None:
    limits = [refusal(status, SECONDARY, Retry_After=seconds) for seconds in ("7", "0", "20")]
    with scripted(THERE, *limits, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [7, 1, 20]


def test_a_rate_limit_that_names_no_time_is_waited_for_a_minute(pauses: list[float]) -> None:
    with scripted(THERE, refusal(403, SECONDARY), RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [60]


def test_the_hourly_limit_is_waited_for_where_its_end_is_near(pauses: list[float]) -> None:
    said = "API rate limit exceeded for installation ID 1."
    reset = str(int(time.time()) + 20)
    limit = refusal(403, said, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    with scripted(THERE, limit, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert 15 < pauses[0] <= 21


def test_nobody_waits_longer_than_the_bound(pauses: list[float]) -> None:
    limits = [refusal(403, SECONDARY, Retry_After=seconds) for seconds in ("40", "30")]
    assert failure(lambda forge: forge.releases(), THERE, *limits) == (
        f"GitHub did not list releases in owner/name: {SECONDARY}; it asks for a pause of 30 s, "
        "and 60 s is the longest pause allowed",
        "wait that long, then run the same command again: it continues where this run stopped",
    )
    assert pauses == [40]


def test_the_bound_holds_for_each_request(pauses: list[float]) -> None:
    limit = refusal(403, SECONDARY, Retry_After="40")
    with scripted(limit, THERE, limit, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [40, 40]


def test_a_write_that_met_a_rate_limit_is_sent_again(pauses: list[float]) -> None:
    comment = reply({"id": 7, "body": "x", "user": {"login": "ann"}}, 201)
    with scripted(THERE, refusal(429, SECONDARY, Retry_After="2"), comment) as script:
        assert forge_at(script).create_comment(3, "x").id == 7
    assert script.asked[1:] == ["POST /repos/owner/name/issues/3/comments"] * 2
    assert pauses == [2]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_is_asked_again(pauses: list[float], status: int) -> None:
    with scripted(*[refusal(status, "Server Error")] * 3, THERE, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [0, 1, 2]


def test_a_server_that_goes_on_failing(pauses: list[float]) -> None:
    assert failure(lambda forge: forge.releases(), THERE, *[refusal(502, "Server Error")] * 5) == (
        "GitHub did not list releases in owner/name: Server Error (502)",
        AGAIN,
    )
    assert pauses == [0, 1, 2, 4]


def test_what_could_be_there_twice_is_not_sent_twice(pauses: list[float]) -> None:
    assert failure(lambda forge: forge.create_comment(3, "x"), THERE, refusal(502, "Server Error")) == (
        "GitHub did not comment on 3 in owner/name: Server Error (502)",
        AGAIN,
    )
    assert pauses == []


def test_what_was_not_looked_at_is_sent_again(pauses: list[float]) -> None:
    comment = reply({"id": 7, "body": None, "user": None}, 201)
    with scripted(THERE, refusal(503, "Unavailable"), comment) as script:
        made = forge_at(script).create_comment(3, "x")
    assert (made.body, made.author) == ("", "ghost")


def test_git_objects_are_sent_again(pauses: list[float]) -> None:
    failed = refusal(502, "Server Error")
    sha = "a" * 40
    replies = [reply({"sha": sha, "tree": {"sha": sha}}), *[failed, reply({"sha": sha}, 201)] * 3]
    with scripted(THERE, *replies) as script:
        assert forge_at(script).commit([sha], {"file": b"x"}, "Message") == sha
    git = "POST /repos/owner/name/git/"
    assert script.asked[2:] == [git + kind for kind in ("blobs", "trees", "commits") for _ in range(2)]
