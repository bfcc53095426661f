"""The names that fit in one line, and how many do not."""

import pytest

from flux.listing import FEW, listed


@pytest.mark.parametrize(
    ("names", "most", "line"),
    [
        ("", 2, ""),
        ("a", 2, "a"),
        ("ab", 2, "a, b"),
        ("abc", 2, "a, b and 1 more"),
        ("abcdefgh", 2, "a, b and 6 more"),
    ],
)
def test_the_first_names_and_how_many_more(names: str, most: int, line: str) -> None:
    assert listed([*names], most) == line


def test_how_many_are_named_by_default() -> None:
    assert listed(["x"] * FEW) == ", ".join(["x"] * FEW)
    assert listed(["x"] * (FEW + 1)).endswith(" and 1 more")
