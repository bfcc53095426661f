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
    """A text with a link, where the place that shows it has links."""

    text: str
    url: str


class Styled(NamedTuple):
    """A text in a style of rich, where styles are shown."""

    text: str
    style: str


def plain(part: str | Styled) -> str:
    """A part without its style."""
    return part.text if isinstance(part, Styled) else part


def shown(text: str, kept: str = "") -> str:
    """Text in which characters that disturb a terminal are spelled out, such as newlines in file names."""
    if text.isprintable():  # nearly every one of the cells of a long table
        return text
    return "".join(
        c if c.isprintable() or c in kept else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def as_typed(text: str, program: str | None = None) -> str:
    """A text whose commands are for the program that runs, which may be there where `inv` is not."""
    name = Path(program or sys.argv[0]).name
    return text.replace("`inv ", f"`{name} ") if name == "flux-artifacts" else text


def moment(seconds: float) -> str:
    """A time, given in seconds since the epoch, as RFC 3339 has it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(seconds: float | None) -> str | None:
    """The same, of a time that may not be known."""
    return None if seconds is None else moment(seconds)


def property_value(value: str) -> str:
    """A property of a workflow command, whose separators are escaped too."""
    for character in "%\r\n:,":
        value = value.replace(character, f"%{ord(character):02X}")
    return value


def text(value: object) -> str:
    """Nothing for None."""
    return "" if value is None else str(value)


def short(value: str | None) -> str:
    """A version, or the beginning of a digest."""
    return (value or "")[:_SHORT_DIGEST] if (value or "").startswith("sha256:") else value or ""


def place(url: str) -> str:
    """A URL as people follow it. A file is shown by its path from the current folder."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return url
    path, here = Path(unquote(parts.path)), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def markdown(cell: str | Link) -> str:
    """A cell that is text, or one link, and nothing else."""
    if isinstance(cell, Link):
        return link(escaped(shown(cell.text)), cell.url)
    return escaped(shown(cell))


def markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str | Link]]) -> list[str]:
    """The lines of a table."""
    cells = ([markdown(cell) for cell in row] for row in rows)
    return [markdown_row(row) for row in (header, ["---"] * len(header), *cells)]


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]], rule: str = "─") -> list[str]:
    """The lines of a table, as wide as its widest cells: a log does not wrap lines."""
    table = [[cell.split("\n") for cell in row] for row in (header, *rows)]
    widths = [max(len(line) for cell in column for line in cell) for column in zip(*table, strict=True)]

    def laid(row: Sequence[Sequence[str]]) -> list[str]:
        lines = zip_longest(*row, fillvalue="")
        return ["   ".join(map(str.ljust, line, widths)).rstrip() for line in lines]

    line = rule * (sum(widths) + 3 * (len(widths) - 1))
    return [*laid(table[0]), line, *(line for row in table[1:] for line in laid(row))]


def some_of(paths: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    listed = [shown(path) for path in paths[:MOST_NAMES]]
    return listed + ([f"and {len(paths) - MOST_NAMES} more"] if len(paths) > MOST_NAMES else [])


def some(paths: Sequence[str]) -> str:
    return ", ".join(some_of(paths))
