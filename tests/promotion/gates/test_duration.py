"""Durations, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.gates.duration import read_duration, write_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("30m", 1800),
        ("2h", 7200),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1d12h", 129_600),
        ("0s", 0),
    ],
)
def test_forms(text: str, seconds: int) -> None:
    assert read_duration(text) == read_duration(f" {text} ") == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "2", "h", "2 h", "-2h", "2H", "1h2d", "1.5h", "٢h", "9999999w", "53w"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as|a year"):
        read_duration(text)


@given(st.integers(0, 366 * 86_400))
def test_what_is_written_says_two_units(seconds: int) -> None:
    written = write_duration(seconds)
    assert 0 <= seconds - read_duration(written) <= seconds * 6 // 56 + 60
    assert write_duration(read_duration(written)) == written


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (0.2, "1s"), (5400, "1h30m"), (90_061, "1d1h")])
def test_written(seconds: float, text: str) -> None:
    assert write_duration(seconds) == text
