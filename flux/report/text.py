"""Text that is safe to show: on a terminal, in Markdown, in a workflow command."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from flux.release.markdown import escaped, link

_SHORT_DIGEST = len("sha256:") + 12
MOST_NAMES = 5


class Link(NamedTuple):
    """A text with a link. Outputs without links show only the text."""

    text: str
    url: str


class Styled(NamedTuple):
    """A text in a style of rich. Outputs without styles show only the text."""

    text: str
    style: str


def unstyled(part: str | Styled) -> str:
    """Return a part without its style."""
    return part.text if isinstance(part, Styled) else part


def printable(text: str, kept: str = "") -> str:
    """Escape characters that disturb a terminal, such as newlines in file names. Keep those in `kept`."""
    if text.isprintable():  # true for nearly all cells of a long table
        return text
    return "".join(
        c if c.isprintable() or c in kept else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def as_typed(text: str, program: str | None = None) -> str:
    """Replace `inv` in commands by `flux-artifacts` if that is the running program."""
    if "`inv " not in text:
        return text
    name = Path(program or sys.argv[0]).name
    return text.replace("`inv ", f"`{name} ") if name == "flux-artifacts" else text


def moment(seconds: float) -> str:
    """Format a time, in seconds since the epoch, according to RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(seconds: float | None) -> str | None:
    """Format a time like `moment`. Return None for an unknown time."""
    return None if seconds is None else moment(seconds)


def property_value(value: str) -> str:
    """Escape a property of a workflow command, including its separators."""
    for character in "%\r\n:,":
        value = value.replace(character, f"%{ord(character):02X}")
    return value


def or_empty(value: object) -> str:
    """Return the value as text, or an empty text for None."""
    return "" if value is None else str(value)


def short(value: str | None) -> str:
    """Return a version unchanged, or the beginning of a digest."""
    return (value or "")[:_SHORT_DIGEST] if (value or "").startswith("sha256:") else value or ""


def place(url: str) -> str:
    """Return a URL for users. A file in the current folder is shown by its relative path."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return url
    path, here = Path(unquote(parts.path)), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def markdown(cell: str | Link) -> str:
    """Return a cell in Markdown, as plain text or as one link. Other markup is escaped."""
    if isinstance(cell, Link):
        return link(escaped(printable(cell.text)), cell.url)
    return escaped(printable(cell))


def markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str | Link]]) -> list[str]:
    """Return the lines of a table in Markdown."""
    cells = ([markdown(cell) for cell in row] for row in rows)
    return [markdown_row(row) for row in (header, ["---"] * len(header), *cells)]


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]], rule: str = "─") -> list[str]:
    """Return the lines of a table. Columns are as wide as their widest cells: a log does not wrap lines."""
    above = _physical_lines(header)
    lines = [line for row in rows for line in _physical_lines(row)]
    widths = [max(map(len, column)) for column in zip(*above, *lines, strict=True)]
    lay = "   ".join(f"{{:<{width}}}" for width in widths).format
    line = rule * (sum(widths) + 3 * (len(widths) - 1))
    return [*(lay(*row).rstrip() for row in above), line, *(lay(*row).rstrip() for row in lines)]


def _physical_lines(row: Sequence[str]) -> Sequence[Sequence[str]]:
    """Return the lines that a row of cells takes."""
    if not any("\n" in cell for cell in row):
        return [row]
    return list(zip_longest(*(cell.split("\n") for cell in row), fillvalue=""))


def some_of(paths: Sequence[str]) -> list[str]:
    """Return the first paths and the number of the others."""
    listed = [printable(path) for path in paths[:MOST_NAMES]]
    return listed + ([f"and {len(paths) - MOST_NAMES} more"] if len(paths) > MOST_NAMES else [])


def some(paths: Sequence[str]) -> str:
    return ", ".join(some_of(paths))
