"""Renders the table of docs/performance.md from the rows of a run."""

from collections.abc import Iterable

from bench.measure import Row

_BEGIN, _END = "<!-- begin: nox -s bench -- --page docs/performance.md -->", "<!-- end -->"
_HEADER = "| what | beside | ratio | goal |\n|---|---|---|---|\n"


def renewed(page: str, rows: Iterable[Row]) -> str:
    """Return the page with these rows as its table. Raises ValueError if the page has no marks."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError("the page has no place for the table")
    return f"{before}{_BEGIN}\n{_HEADER}{''.join(map(_line, rows))}{_END}{after}"


def _line(row: Row) -> str:
    ours, theirs = (_value(row, value) for value in (row.ours.minimum, row.peer.minimum))
    verdict = {True: "", False: ", missed", None: ""}[row.met]
    goal = f"{_said(row, row.goal.limit)}{verdict}" if row.goal else ""
    return f"| {row.title}: {ours} | {row.peer.name}: {theirs} | {_said(row, row.ratio, '')} | {goal} |\n"


def _value(row: Row, value: float) -> str:
    match row.unit:
        case "s":
            return f"{value:.2f} s"
        case "MiB":
            return f"{value:.0f} MiB"
        case _:
            return f"{value:.0f}"


def _said(row: Row, ratio: float, kind: str | None = None) -> str:
    if kind is None:
        kind = f"{row.goal.kind} " if row.goal else ""
    is_speed = row.goal is not None and row.goal.kind == "at least"
    return f"{kind}{ratio:.3g} x{' as fast' if is_speed else ''}"
