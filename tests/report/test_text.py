"""Text from anywhere, as it may be shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.report.text import (
    Link,
    aligned,
    as_typed,
    markdown,
    markdown_row,
    or_empty,
    place,
    printable,
    property_value,
    short,
    some,
    some_of,
)


@given(st.text())
def test_whatever_is_shown_is_printable(value: str) -> None:
    assert printable(value).isprintable()
    assert printable(printable(value)) == printable(value)


@pytest.mark.parametrize(
    ("value", "kept", "expected"),
    [
        ("plain é ✅", "", "plain é ✅"),
        ("a\nb\tc", "", "a\\nb\\tc"),
        ("a\nb\tc", "\n", "a\nb\\tc"),
        ("\x1b[31m", "", "\\x1b[31m"),
        ("\u202e", "", "\\u202e"),
        ("\udcff", "", "\\udcff"),
    ],
)
def test_what_would_disturb_a_terminal_is_spelled_out(value: str, kept: str, expected: str) -> None:
    assert printable(value, kept) == expected


@given(st.text())
def test_a_property_of_a_workflow_command_ends_nothing(value: str) -> None:
    escaped = property_value(value)
    assert not set("\r\n:,") & set(escaped)
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        escaped = escaped.replace(code, character)
    assert escaped == value


def test_values() -> None:
    assert [or_empty(None), or_empty(0), or_empty("a")] == ["", "0", "a"]
    assert short("sha256:" + "ab" * 32) == "sha256:abababababab"
    assert [short("1.0.0"), short(None)] == ["1.0.0", ""]


def test_a_file_is_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inside, outside = tmp_path / "a b" / "x.md", tmp_path.parent / "x.md"
    assert place(inside.as_uri()) == "a b/x.md"
    assert place(outside.as_uri()) == str(outside)
    assert place("https://example.com/a%20b") == "https://example.com/a%20b"


def test_a_cell_is_text_or_one_link() -> None:
    assert markdown("a|b\n*c*") == "a\\|b\\\\n\\*c\\*"
    assert markdown(Link("[a](b)", "https://example.com/x y")) == ("[\\[a\\](b)](https://example.com/x%20y)")
    assert markdown_row(["a", "b"]) == "| a | b |"


def test_a_table_is_as_wide_as_its_cells() -> None:
    assert aligned(("A", "Long"), [("one\ntwo", "x"), ("", "")]) == [
        "A     Long",
        "──────────",
        "one   x",
        "two",
        "",
    ]


@pytest.mark.parametrize(("count", "more"), [(0, []), (5, []), (6, ["and 1 more"]), (9, ["and 4 more"])])
def test_the_first_few(count: int, more: list[str]) -> None:
    paths = [f"{n}\n" for n in range(count)]
    assert some_of(paths) == [f"{n}\\n" for n in range(min(count, 5))] + more
    assert some(paths) == ", ".join(some_of(paths))


def test_commands_are_for_the_program_that_runs() -> None:
    hint = "`inv status` shows where, then `inv tag`"
    assert as_typed(hint, "/usr/bin/inv") == hint
    assert as_typed(hint, "/x/flux-artifacts") == (
        "`flux-artifacts status` shows where, then `flux-artifacts tag`"
    )
