"""Each change of the desired state is one entry."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.ledger import Decision, How
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import commit_message
from flux.promotion.timeline import Direction, LogEntry, Recorded, timeline

State = Mapping[str, Mapping[str, str]]


def recorded(*states: State | bytes | None, messages: tuple[str, ...] = ("change",)) -> list[Recorded]:
    """The states in the order in which they came to be; the timeline has the newest first."""
    return [
        Recorded(
            f"c{at}",
            at,
            content if isinstance(content, bytes | None) else json.dumps(content).encode(),
            messages,
        )
        for at, content in reversed([*enumerate(states)])
    ]


def told(*states: State | bytes | None, messages: tuple[str, ...] = ("change",)) -> list[str]:
    entries = timeline(recorded(*states, messages=messages))
    return [f"{e.commit} {e.artifact} {e.environment} {e.before} {e.after} {e.direction}" for e in entries]


def test_first_up_down_and_removed() -> None:
    states = [{"a": {"prod": version}} for version in ("1.0.0", "1.1.0", "1.0.1")]
    assert told(*states, {"a": {}}) == [
        "c3 a prod 1.0.1 None removed",
        "c2 a prod 1.1.0 1.0.1 down",
        "c1 a prod 1.0.0 1.1.0 up",
        "c0 a prod None 1.0.0 first",
    ]


def test_several_at_once_are_in_order() -> None:
    before = {"b": {"prod": "1.0.0", "at": "1.0.0"}, "a": {"at": "2.0.0"}}
    after = {"b": {"prod": "1.1.0", "at": "1.1.0"}, "a": {"at": "2.0.0"}, "c": {"at": "1.0.0-rc.1"}}
    assert told(before, after)[:3] == [
        "c1 b at 1.0.0 1.1.0 up",
        "c1 b prod 1.0.0 1.1.0 up",
        "c1 c at None 1.0.0-rc.1 first",
    ]


@pytest.mark.parametrize("broken", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"a": 1'])
def test_a_broken_file_changed_nothing(broken: bytes) -> None:
    assert told({"a": {"prod": "1.0.0"}}, broken, {"a": {"prod": "1.1.0"}}) == [
        "c2 a prod 1.0.0 1.1.0 up",
        "c0 a prod None 1.0.0 first",
    ]


def test_what_is_no_version_is_none() -> None:
    odd = json.dumps({"a": {"prod": 1, "at": "latest", "tt": "1" * 200}, "b": "x"}).encode()
    assert told(odd, {"a": {"prod": "1.0.0"}}) == ["c1 a prod None 1.0.0 first"]


def test_versions_of_an_earlier_system() -> None:
    states = [{"a": {"prod": version}} for version in ("v1.0.0", "v1.1.0", "1.1.0", "vv1.2.0")]
    assert told(*states)[1:] == ["c1 a prod 1.0.0 1.1.0 up", "c0 a prod None 1.0.0 first"]


def test_a_file_that_is_gone_removed_all() -> None:
    assert told({"a": {"prod": "1.0.0"}}, None)[0] == "c1 a prod 1.0.0 None removed"


def entry(*messages: str, before: str = "1.0.0", after: str = "1.1.0") -> LogEntry:
    states: list[State] = [{"a": {"prod": before}}, {"a": {"prod": after}}]
    return next(timeline(recorded(*states, messages=messages)))


def test_who_asked_and_by_which_pull_request() -> None:
    promotion = Promotion("a", "1.1.0")
    asked = [Decision("ann", How.TICK, ("prod",), 5, issue=3), Decision("bob", How.NAME, ("prod",), 6)]
    withdrawn = Decision("eve", How.UNTICK, ("prod",), 7, issue=3)
    message = commit_message(promotion, ["prod"], False, [*asked, withdrawn])
    found = entry("Merge pull request #12 from octo/promote/a-1.1.0\n\nPromote", message)
    assert (found.asked, found.pull, found.direction) == (("ann", "bob"), 12, Direction.UP)
    assert entry("Promote a (#7)\n\n* more (#9)").pull == 7
    assert entry("Promote a, see #7").pull is None


def test_a_forged_trailer_names_nobody() -> None:
    assert entry("x", "y\n\nRequested-by: eve; name prod; 6\nRequested-by: mallory; junk").asked == ()


def test_whether_the_commit_is_of_the_promotion() -> None:
    message = commit_message(Promotion("a", "1.1.0"), ["prod"], False)
    assert [entry(said).promotes for said in (message, "x", message.replace("1.1.0", "1.2.0"))] == [
        True,
        False,
        False,
    ]


def test_each_change_of_a_merge_has_its_own_askers() -> None:
    messages = [
        commit_message(Promotion(name, "1.1.0"), ["prod"], False, [Decision(who, How.TICK, ("prod",), 5, 3)])
        for name, who in (("a", "ann"), ("b", "bob"))
    ]
    after = {name: {"prod": "1.1.0"} for name in "abc"}
    found = timeline(recorded({}, after, messages=("Merge branch 'both'", *messages)))
    asked = {each.artifact: each.asked for each in found if not each.promotes}
    assert asked == {"a": ("ann",), "b": ("bob",), "c": ()}


def test_a_rollback_is_told_from_another_downgrade() -> None:
    message = commit_message(Promotion("a", "1.0.0"), ["prod"], True)
    down = {"before": "1.1.0", "after": "1.0.0"}
    assert entry("Merge pull request #3 from x", message, **down).direction is Direction.ROLLBACK
    assert entry("edit", **down).direction is Direction.DOWN
    # What says so and goes up is none.
    assert entry(message).direction is Direction.UP


VERSIONS = st.sampled_from(["1.0.0", "1.1.0", "2.0.0-rc.1"])
STATES = st.dictionaries(
    st.sampled_from("ab"), st.dictionaries(st.sampled_from(["at", "prod"]), VERSIONS, max_size=2), max_size=2
)


@given(st.lists(STATES, max_size=6))
def test_the_entries_lead_from_nothing_to_the_last_state(states: list[State]) -> None:
    found: dict[tuple[str, str], str] = {}
    for each in reversed(list(timeline(recorded(*states)))):
        key = (each.artifact, each.environment)
        assert found.pop(key, None) == each.before
        if each.after:
            found[key] = each.after
    last = states[-1] if states else {}
    assert found == {(a, e): v for a, versions in last.items() for e, v in versions.items()}
