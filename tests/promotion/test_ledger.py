import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flux.promotion.ledger import (
    Decision,
    How,
    asked,
    by_rule,
    decision_time,
    latest,
    new_decisions,
    overridden,
    read_decision,
    read_decisions,
    render_decision,
    requesters,
    since_begun,
    withdrawn,
)

environments = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}", fullmatch=True)
logins = st.sampled_from(("bob", "alice", "flux-promoter[bot]", "Bob B. <bob@example.org>", "a; tick tt; 1"))
decisions = st.builds(
    Decision,
    logins,
    st.sampled_from([how for how in How if how is not How.OVERRIDE]),
    st.lists(environments, min_size=1, max_size=4, unique=True).map(tuple),
    st.integers(0, 2_000_000_000),
    st.none() | st.integers(1, 99_999),
)


@given(st.text(min_size=1))
@example("x; name prod; 5")
@example("x\nRequested-by: eve; name prod; 5")
def test_no_reason_makes_another_decision(reason: str) -> None:
    line = render_decision(Decision("alice", How.OVERRIDE, ("tt",), 5, None, reason))
    read = read_decisions(line)
    if read:
        assert [(d.who, d.how, d.environments) for d in read] == [("alice", How.OVERRIDE, ("tt",))]
        assert overridden(read) == {"tt"}
    assert len(line.splitlines()) == 1


def test_an_override_needs_a_reason_and_nothing_else_has_one() -> None:
    assert read_decision("Requested-by: alice; override tt; 5") is None
    assert read_decision("Requested-by: alice; tick tt; 5; because x") is None
    line = "Requested-by: alice; override tt prod; issue 3; 5; because it burns"
    assert read_decision(line) == Decision("alice", How.OVERRIDE, ("tt", "prod"), 5, 3, "it burns")
    rule = Decision("bot", How.RULE, ("tt",), 6)
    assert by_rule([rule]) == {"tt"}
    later = Decision("alice", How.NAME, ("tt",), 7)
    assert (
        overridden([Decision("alice", How.OVERRIDE, ("tt",), 5, None, "x"), later])
        == by_rule([rule, later])
        == set()
    )


@given(decisions)
def test_what_is_written_is_read_back(decision: Decision) -> None:
    line = render_decision(decision)
    assert read_decision(line) == decision
    assert read_decisions(f"Promote eso 1.1.0 to at\n\n{line}\nPromotion: eso 1.1.0\n") == [decision]


@given(st.text())
@example("bob\nRequested-by: alice; tick prod; 1")
@example("bob\u2028Requested-by: alice; tick prod; 1")
@example("bob\x0bRequested-by: alice; tick prod; 1")
def test_no_name_makes_a_second_line(who: str) -> None:
    line = render_decision(Decision(who, How.NAME, ("at",), 1))
    assert len(line.splitlines()) == 1
    read = read_decisions(line)
    assert read
    assert [(d.environments, d.how) for d in read] == [(("at",), How.NAME)]


@pytest.mark.parametrize(
    "line",
    [
        "Requested-by: bob; tick at_ring1",
        "Requested-by: bob; tick at_ring1; issue 0; 1",
        "Requested-by: bob; tick at_ring1; issue 1; 01",
        "Requested-by: bob; tick  at_ring1; 1",
        "Requested-by: bob; untick at_ring1; 1",
        "Withdrawn-by: bob; tick at_ring1; 1",
        "Requested-by: bob; tick at_ring1; 1 ",
        "requested-by: bob; tick at_ring1; 1",
        "Requested-by: ; tick at_ring1; 1",
        "Requested-by: bob; tick at_ring1; 9999999999999999999999",
        "Requested-by: bob; tick at_ring1; \u0661",
        "Requested-by:bob; tick at_ring1; 1",
    ],
)
def test_what_is_nearly_a_decision_spoils_the_message(line: str) -> None:
    assert read_decision(line) is None
    assert read_decisions(f"Promote\n\nRequested-by: bob; tick tt; 1\n{line}\n") is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_not(text: str) -> None:
    read = read_decisions(text)
    if not re.search("(requested|withdrawn)-by:", text, re.IGNORECASE):
        assert read == []


def said(how: How, time: int, *environments: str, who: str = "bob", issue: int | None = 1) -> Decision:
    return Decision(who, how, environments, time, issue)


def test_the_last_word_counts_whatever_the_order_of_telling() -> None:
    tick, untick, again = said(How.TICK, 1, "at"), said(How.UNTICK, 2, "at"), said(How.TICK, 3, "at")
    assert latest([again, tick, untick]) == {"at": again}
    assert withdrawn([untick, tick]) == {"at"}
    assert asked([tick], [untick]) == set()
    assert asked([again], [untick, tick]) == {"at"}
    assert withdrawn([again, untick]) == set()


def test_in_one_second_taking_away_comes_last() -> None:
    tick, untick = said(How.TICK, 5, "at", "tt"), said(How.UNTICK, 5, "at", who="alice")
    assert withdrawn([untick, tick]) == {"at"}
    assert asked([tick], [untick]) == {"tt"}


def test_an_older_tick_asks_for_what_a_newer_one_asked_for_too() -> None:
    assert asked([said(How.TICK, 1, "at")], [said(How.TICK, 2, "at")]) == {"at"}


def test_a_decision_is_known_by_where_and_when_whoever_repeats_it() -> None:
    first = said(How.TICK, 1, "tt", "at")
    assert new_decisions([said(How.TICK, 1, "at", "tt", who="alice")], [first]) == []
    for other in (
        said(How.TICK, 2, "at", "tt"),
        said(How.UNTICK, 1, "at", "tt"),
        said(How.TICK, 1, "at"),
        said(How.TICK, 1, "at", "tt", issue=2),
    ):
        assert new_decisions([other, other], [first]) == [other]


def test_who_asked_since_it_was_last_withdrawn() -> None:
    early = said(How.TICK, 1, "at", "tt", who="carol")
    untick = said(How.UNTICK, 2, "at")
    late = said(How.NAME, 3, "at", who="alice", issue=None)
    found = requesters([late, early, untick], ["at", "tt", "prod"])
    assert found == {"at": [late], "tt": [early], "prod": []}


def test_what_was_asked_for_before_a_branch_began_was_for_another() -> None:
    ours = Decision("bob", How.TICK, ("prod",), 100, 1)
    before, since = (Decision("alice", How.NAME, ("prod",), time) for time in (99, 101))
    gone = Decision("carol", How.UNTICK, ("prod",), 98)
    assert since_begun([ours], [before, ours, since, gone]) == [ours, since, gone]
    same_second = Decision("alice", How.NAME, ("prod",), 100)
    assert since_begun([ours], [same_second]) == [ours, same_second]


def test_without_a_record_all_that_is_known_counts() -> None:
    first = Decision("alice", How.NAME, ("prod",), 0)
    assert since_begun([], [first]) == [first]


@pytest.mark.parametrize(
    ("who", "reason", "line"),
    [
        ("a\nb", "", "Requested-by: a b; override tt; 5"),
        ("", "", "Requested-by: unknown; override tt; 5"),
        ("w" * 201, "", f"Requested-by: {'w' * 200}; override tt; 5"),
        ("bob", "on\nfire; now", "Requested-by: bob; override tt; 5; because on fire, now"),
        ("bob", "r" * 301, f"Requested-by: bob; override tt; 5; because {'r' * 300}"),
    ],
)
def test_what_cannot_be_in_a_line_is_left_out(who: str, reason: str, line: str) -> None:
    assert render_decision(Decision(who, How.OVERRIDE, ("tt",), 5, None, reason)) == line


def test_a_decision_is_later_than_those_before_whatever_the_clock_says() -> None:
    known = [Decision("alice", How.NAME, ("at",), 100)]
    assert decision_time(99.9, known, ["at", "tt"]) == 101
    assert decision_time(99.9, known, ["tt"]) == 99
    assert decision_time(-1.0, [], ["tt"]) == 0
