"""What an artifact's charts and images go to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flux.release.upgrades import is_major, marked_upgrades, upgrades

BEFORE = {"chart eso": {"0.10.0"}, "chart cert-manager": {"v1.9.1"}, "image same": {"1"}, "image a": {"3"}}
AFTER = {"chart eso": {"0.11.0"}, "chart cert-manager": {"v2.0.0"}, "image same": {"1"}, "image b": {"4"}}


def test_major_jumps_come_first_and_are_marked() -> None:
    assert marked_upgrades(BEFORE, AFTER) == [
        "- chart cert-manager: `v1.9.1` → `v2.0.0` ⚠️ **major**",
        "- chart eso: `0.10.0` → `0.11.0`",
        "- image a: `3` → none",
        "- image b: none → `4`",
    ]
    assert upgrades(BEFORE, AFTER)[0] == "- chart cert-manager: `v1.9.1` → `v2.0.0`"
    assert marked_upgrades(AFTER, AFTER) == []


@pytest.mark.parametrize(
    ("before", "after", "major"),
    [
        ({"1.2.3"}, {"2.0.0"}, True),
        ({"2.0.0"}, {"1.9.0"}, True),
        ({"v1"}, {"v1.5"}, False),
        ({"1.36-alpine"}, {"2.0-alpine"}, True),
        ({"7"}, {"8"}, True),
        ({"1.x"}, {"~2.1"}, True),
        ({"1.0.0", "2.0.0"}, {"2.1.0"}, False),
        ({"latest"}, {"2.0.0"}, False),
        ({"sha256:1234"}, {"sha256:2345"}, False),
        ({"0.9.0"}, {"0.10.0"}, False),
        (None, {"2.0.0"}, False),
        ({"20240101"}, {"20250101"}, False),
    ],
)
def test_a_major_jump(before: set[str] | None, after: set[str], major: bool) -> None:
    assert is_major(before, after) is major


def test_there_are_not_very_many() -> None:
    many = {f"image {n:03}": {"1"} for n in range(60)}
    lines = marked_upgrades({}, many)
    assert len(lines) == 51
    assert lines[-1] == "- … and 10 more"


names = st.dictionaries(st.text(max_size=300), st.sets(st.text(max_size=300), min_size=1, max_size=9))


@given(names, names)
def test_no_name_is_markup(before: dict[str, set[str]], after: dict[str, set[str]]) -> None:
    lines = marked_upgrades(before, after)
    assert all(len(line) < 5000 for line in lines)
    tokens = MarkdownIt("commonmark").parse("\n".join(lines))
    assert {token.type for token in tokens} <= {
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
    }
