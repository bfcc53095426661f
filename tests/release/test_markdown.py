"""Anybody's text in Markdown is shown as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flux.release.markdown import code, escaped, link, plain

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


def rendered(text: str) -> list[str]:
    """The kinds of tokens in one paragraph, and its text."""
    tokens = MarkdownIt("commonmark").enable("strikethrough").parse(text)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], text
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}, text
    return ["".join(child.content for child in children)]


@given(PRINTABLE)
def test_text_inside_of_a_line_is_text(text: str) -> None:
    assert rendered(f"x{escaped(text)}x") == [f"x{text}x"]


@given(PRINTABLE)
def test_text_that_begins_a_line_begins_nothing_else(text: str) -> None:
    if text.strip():
        (shown,) = rendered(plain(text))
        assert shown.replace("\u2060", "") == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. one", "1\\. one"),
        ("12) one", "12\\) one"),
        ("1.0.0 is out", "1.0.0 is out"),
        ("- a", "\\- a"),
        ("+", "\\+"),
        ("-5 degrees", "-5 degrees"),
        ("# a", "\\# a"),
        ("thanks @alice", "thanks \\@\u2060alice"),
        ("a\x1b\u202eb", "ab"),
        ("closes #12", "closes \\#\u206012"),
        ("Fixes octo/repo#1.", "Fixes octo/repo\\#\u20601."),
        ("resolves GH-7 and gh-8", "resolves GH-\u20607 and gh-\u20608"),
        ("fix https://github.com/o/r/issues/1", "fix https:\u2060//github.com/o/r/issues/1"),
        ("HIGH-1 and C#", "HIGH-1 and C\\#"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("a", "`a`"), ("a`b\n", "`ab`"), ("", "` `"), ("`", "` `"), ("*a*", "`*a*`")]
)
def test_code(text: str, expected: str) -> None:
    assert code(text) == expected


@given(st.text(max_size=30))
def test_a_link_is_one_link_whatever_its_address(address: str) -> None:
    tokens = MarkdownIt("commonmark").parseInline(link("text", f"https://example.com/{address}"))
    children = tokens[0].children or []
    assert [child.type for child in children] == ["link_open", "text", "link_close"]
