"""Moments as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import RequestError
from flux.promotion.since import parse_since

_NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h", _NOW - 3600),
        ("30d", _NOW - 30 * 86400),
        ("8w", _NOW - 56 * 86400),
        ("2026-11-01", 1793491200.0),
        ("2026-11-01T10:00Z", 1793527200.0),
        ("2026-11-01T10:00", 1793527200.0),
        ("2026-11-01T10:00+02:00", 1793520000.0),
    ],
)
def test_a_moment(text: str, expected: float) -> None:
    assert parse_since(text, _NOW) == expected


@pytest.mark.parametrize("text", ["", "0d", "d", "-1d", "30", "1y", "yesterday", "2026-13-01", "99999999d"])
def test_no_moment(text: str) -> None:
    with pytest.raises(RequestError, match="is not a time"):
        parse_since(text, _NOW)


@given(st.text())
def test_any_text_is_a_moment_or_is_refused(text: str) -> None:
    with suppress(RequestError):
        assert parse_since(text, _NOW) < 1e12
