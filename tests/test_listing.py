"""The names that fit in one line, how many do not, and counts that agree with their words."""

import pytest

from flux.listing import FEW, counted, listed


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


@pytest.mark.parametrize(("count", "said"), [(0, "0 errors"), (1, "1 error"), (2, "2 errors")])
def test_numbers_and_words_agree(count: int, said: str) -> None:
    assert counted(count, "error") == said
