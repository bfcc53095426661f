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
    """Standard output or standard error takes no more, as on a disk that is full."""


@contextmanager
def writing_to(stream: TextIO) -> Iterator[None]:
    """A command goes on when nobody reads any more, as in `inv list | head`: what it does is not undone.

    Raises OutputError where a stream cannot be written to.
    """
    try:
        yield
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error


def write_line(stream: TextIO, *parts: str | Styled) -> None:
    """One line, however long; in a terminal in its styles."""
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
    """What moves the cursor of a terminal."""
    with writing_to(stream):
        stream.write(text)
        stream.flush()


def _silence(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_styled(stream: TextIO) -> bool:
    """As rich has it, where it can be imported."""
    return (stream.isatty() or bool(os.environ.get("FORCE_COLOR"))) and has_rich()


def width_of(stream: TextIO) -> int | None:
    """How many characters a line has: those of the terminal, else what COLUMNS says. A log has no limit, but
    for one with styles."""
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
            _silence(stream)

    width = None if stream.isatty() else _PLAIN_WIDTH
    return Patient(file=stream, width=width, markup=False, emoji=False, highlight=False)
