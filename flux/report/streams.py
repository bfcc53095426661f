"""Lines on standard output and standard error, plain or in the styles of a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TextIO

from flux.report.text import Styled

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 240
_LEAST_WIDTH, _MOST_DIGITS = 20, 4


class OutputError(OSError):
    """Standard output or standard error cannot be written to, for example on a full disk."""


@contextmanager
def writing_to(stream: TextIO) -> Iterator[None]:
    """Ignore a closed pipe (`inv list | head`): the command continues without output.

    Raises OutputError if the stream cannot be written to for another reason.
    """
    try:
        yield
    except BrokenPipeError:
        silence(stream)
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error


def write_line(stream: TextIO, *parts: str | Styled) -> None:
    """Write one line of any length. A terminal shows its styles."""
    if not is_styled(stream):
        line = "".join(part.text if isinstance(part, Styled) else part for part in parts)
        print_line(stream, line)
        return
    from rich.text import Text

    text = Text.assemble(*((part.text, part.style) if isinstance(part, Styled) else part for part in parts))
    with writing_to(stream):
        open_console(stream).print(text, soft_wrap=True)


def print_line(stream: TextIO, line: str) -> None:
    with writing_to(stream):
        print(line, file=stream, flush=True)


def write_raw(stream: TextIO, text: str) -> None:
    """Write text unchanged, for example escape sequences that move the cursor, and flush the stream."""
    with writing_to(stream):
        stream.write(text)
        stream.flush()


def silence(stream: TextIO) -> None:
    """Discard all further output to a stream, also that of the interpreter at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_styled(stream: TextIO) -> bool:
    """Whether output has styles: for a terminal or with FORCE_COLOR, if rich is installed."""
    return (stream.isatty() or bool(os.environ.get("FORCE_COLOR"))) and has_rich()


def width_of(stream: TextIO) -> int | None:
    """Return the width of a line: that of the terminal, or else COLUMNS. A log has no limit (None), except
    for a log with styles."""
    if stream.isatty() and has_rich():
        return open_console(stream).width
    said = os.environ.get("COLUMNS", "")
    is_number = said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS
    if is_number and int(said) >= _LEAST_WIDTH:
        return int(said)
    return _PLAIN_WIDTH if is_styled(stream) else None


@cache
def has_rich() -> bool:
    try:
        import rich  # noqa: F401
    except ImportError:
        return False
    return True


def open_console(stream: TextIO) -> Console:
    from rich.console import Console

    class Patient(Console):
        def on_broken_pipe(self) -> None:
            silence(stream)

    width = None if stream.isatty() else _PLAIN_WIDTH
    return Patient(file=stream, width=width, markup=False, emoji=False, highlight=False)
