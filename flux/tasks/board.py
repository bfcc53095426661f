"""The task that writes the board."""

from invoke.context import Context

from flux.running import running
from flux.tasks.command import command
from flux.tasks.options import JSON


@command(
    example="board --output public",
    help={"output": "the folder to write the site to; .board by default", "json": JSON},
)
def board(context: Context, output: str | None = None, json: bool = False) -> None:
    """Write a site that shows where every artifact is, and how it got there."""
    with running(context, json) as run:
        import time
        from pathlib import Path

        from flux.commands.board import read_board
        from flux.report.board.show import show_board
        from flux.report.board.writing import require_site_folder

        folder = Path(output or ".board")
        require_site_folder(folder)
        found = read_board(run.monorepo, time.time(), run.report.working)
        show_board(run.report, found, folder, hidden=output is None)
