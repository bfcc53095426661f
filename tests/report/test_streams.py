"""Lines that a closed pipe does not stop, and styles only where they are shown."""

import io
import os
from pathlib import Path

import pytest

from flux.report.streams import has_rich, is_styled, open_console, print_line, width_of, write_line
from flux.report.text import Styled


def test_styles_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stream = io.StringIO()
    assert has_rich()
    assert not is_styled(stream)
    write_line(stream, Styled("error", "bold red"), " app")
    assert stream.getvalue() == "error app\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    coloured = io.StringIO()
    write_line(coloured, Styled("error", "bold red"), " app")
    assert coloured.getvalue() == "\x1b[1;31merror\x1b[0m app\n"
    assert open_console(coloured).width == 240


@pytest.mark.parametrize(
    ("columns", "width"), [("80", 80), ("", None), ("0", None), ("9", None), ("x", None), ("99999", None)]
)
def test_a_pipe_is_as_wide_as_columns_says(
    columns: str, width: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", columns)
    assert width_of(io.StringIO()) == width


def test_nobody_reads_any_more(tmp_path: Path) -> None:
    """What is printed after that goes nowhere, and nothing is raised."""
    theirs, ours = os.pipe()
    os.close(theirs)
    with os.fdopen(ours, "w") as stream:
        print_line(stream, "one")
        print_line(stream, "two")
