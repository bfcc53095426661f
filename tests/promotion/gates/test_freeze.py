"""The file of freezes: what it says, and what it may not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import DesiredStateError
from flux.promotion.gates.freeze import Freeze, freezes_path, parse_freezes, render_freezes

PHASES = ("at", "prod")
_TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300)


@given(
    st.lists(
        st.builds(
            Freeze, _TEXT, _TEXT, st.sampled_from(["", *PHASES]), st.none() | st.integers(0, 4_000_000_000)
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read(freezes: list[Freeze]) -> None:
    assert parse_freezes("f", render_freezes(freezes), PHASES) == tuple(freezes)


def test_it_stands_beside_the_desired_state() -> None:
    assert freezes_path("flux/releaseconfig.json") == "flux/freezes.json"
    assert freezes_path("state.json") == "freezes.json"


def test_when_and_where_it_holds() -> None:
    everything, prod = Freeze("x", "alice"), Freeze("x", "alice", "prod", until=100)
    assert everything.holds("at", 1e12)
    assert prod.holds("prod", 99.9)
    assert not prod.holds("prod", 100)
    assert not prod.holds("at", 0)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"freezes": {}},
        {"freezes": [], "more": 1},
        {"freezes": [7]},
        {"freezes": [{"reason": "x"}]},
        {"freezes": [{"reason": "", "by": "alice"}]},
        {"freezes": [{"reason": "a\nb", "by": "alice"}]},
        {"freezes": [{"reason": "x" * 301, "by": "alice"}]},
        {"freezes": [{"reason": "x", "by": "alice", "phase": "tt"}]},
        {"freezes": [{"reason": "x", "by": "alice", "until": "tomorrow"}]},
        {"freezes": [{"reason": "x", "by": "alice", "until": True}]},
        {"freezes": [{"reason": "x", "by": "alice", "until": -1}]},
        {"freezes": [{"reason": "x", "by": "alice", "until": 1e300}]},
        {"freezes": [{"reason": "x", "by": "alice", "until": float("nan")}]},
        {"freezes": [{"reason": "x", "by": "alice", "since": 1}]},
        {"freezes": [{"reason": "x", "by": "alice"}] * 101},
    ],
)
def test_what_is_none(document: object) -> None:
    with pytest.raises(DesiredStateError, match="cannot be read"):
        parse_freezes("f", json.dumps(document).encode(), PHASES)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json(content: bytes) -> None:
    with pytest.raises(DesiredStateError, match="not JSON"):
        parse_freezes("f", content, PHASES)
    assert parse_freezes("f", None, PHASES) == ()


@pytest.mark.parametrize(
    "content",
    [
        '{"freezes": [{"reason": "x", "by": "alice"}], "freezes": []}',
        '{"freezes": [{"reason": "x", "by": "alice", "phase": "prod", "phase": "at"}]}',
        '{"freezes": [{"reason": "x", "by": "alice", "until": 4000000000, "until": 1}]}',
    ],
)
def test_a_key_that_is_there_twice_lifts_no_freeze(content: str) -> None:
    """As after a merge that kept both sides."""
    with pytest.raises(DesiredStateError, match="twice"):
        parse_freezes("f", content.encode(), PHASES)
