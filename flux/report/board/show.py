"""The output of `inv board`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flux.listing import counted
from flux.report.board.document import document
from flux.report.board.writing import write

if TYPE_CHECKING:
    from flux.commands.board import Board
    from flux.report.report import Report


def show_board(report: Report, board: Board, folder: Path, hidden: bool = False) -> None:
    """Write the site, and print where it is. With --json, print its document too. Git ignores a `hidden`
    folder."""
    report.notices(board.notices)
    made = document(board)
    write(made, folder, hidden)
    if not report.document(made):
        page = folder / "index.html"
        report.print(f"Wrote the board of {counted(len(board.artifacts), 'artifact')}: {page}")
