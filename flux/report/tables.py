"""Tables that fit a terminal and do not break words. Pure.

Columns that do not fit are printed below their row.
"""

from __future__ import annotations

import textwrap
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING

from flux.report.text import Styled, unstyled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP = "   "
_INDENT = "  "
_LONG = 24
"""A column that is wider than this may be made narrower. Its cells are then wrapped."""

TableLine = list[str]
"""The cells of one line, each padded to the width of its column."""


def filled(rows: Sequence[Sequence[str | Styled]]) -> list[int]:
    """Return the indexes of the columns that are not empty. Without rows, there are none."""
    columns = zip(*(map(unstyled, row) for row in rows), strict=True)
    return [at for at, column in enumerate(columns) if any(column)]


def fitted(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> list[tuple[list[TableLine], TableLine]]:
    """Return the header and each row: its lines of cells, and the lines without columns below them."""
    widths = _widths(header, rows, width)
    below = range(len(widths), len(header))

    def laid(row: Sequence[str]) -> list[TableLine]:
        wrapped = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=False)]
        lines = zip_longest(*wrapped, fillvalue="")
        return [[text.ljust(size) for text, size in zip(line, widths, strict=True)] for line in lines]

    def rest(row: Sequence[str]) -> TableLine:
        told = (f"{header[at]}: {row[at]}" if header[at] else row[at] for at in below if row[at])
        return _wrapped(GAP.join(told), width - len(_INDENT), _INDENT)

    return [(laid(header), []), *((laid(row), rest(row)) for row in rows)]


def styled(
    header: Sequence[str], rows: Sequence[Sequence[str | Styled]], width: int, rule: str
) -> Iterator[str | Styled]:
    """Yield the parts of a table for a terminal, without its empty columns."""
    kept = filled(rows) or range(len(header))
    rows = [[row[at] for at in kept] for row in rows]
    (head, _), *laid = fitted([header[at] for at in kept], [list(map(unstyled, row)) for row in rows], width)
    yield from (Styled(GAP.join(line).rstrip() + "\n", "bold") for line in head)
    yield rule * max(len(GAP.join(line)) for line in head)
    for row, (lines, below) in zip(rows, laid, strict=True):
        for line in lines:
            yield "\n"
            yield from _cells(line, row)
        yield from ("\n" + line for line in below)


def _cells(line: TableLine, row: Sequence[str | Styled]) -> Iterator[str | Styled]:
    """Yield the cells of one line, each in the style of its cell in the row. No line ends with spaces."""
    last = max((at for at, text in enumerate(line) if text.strip()), default=0)
    for at, text in enumerate(line[: last + 1]):
        told = (GAP if at else "") + (text.rstrip() if at == last else text)
        cell = row[at]
        yield Styled(told, cell.style) if isinstance(cell, Styled) else told


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of the columns that fit, from the left. The first column is always included."""
    columns = list(zip(header, *rows, strict=True))
    natural = [max(len(line) for cell in column for line in cell.split("\n")) for column in columns]
    long = min(_LONG, width)
    least = [
        size if size <= long else min(size, max(long, *(_longest_word(cell) for cell in column)))
        for size, column in zip(natural, columns, strict=True)
    ]
    needed = accumulate(size + len(GAP) for size in least)
    fit = max(1, sum(total - len(GAP) <= width for total in needed))
    spare = width - sum(least[:fit]) - len(GAP) * (fit - 1)
    widths = least[:fit]
    for at in range(fit):
        more = max(0, min(spare, natural[at] - widths[at]))
        widths[at] += more
        spare -= more
    return widths


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)


def _wrapped(cell: str, width: int, indent: str = "") -> TableLine:
    """Return the lines of a cell. A word that is longer than a line gets its own line."""
    lines = (
        textwrap.wrap(line, max(1, width), break_long_words=False, break_on_hyphens=False) or [""]
        for line in cell.split("\n")
    )
    return [indent + line for wrapped in lines for line in wrapped] if cell else []
