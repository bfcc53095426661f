"""What `inv board` tells."""

from pathlib import Path

from flux.report.board.show import show_board
from tests.report.board.boards import artifact, board
from tests.report.showing import Stage


def test_where_it_is(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "board"
    shown = stage.log(lambda report: show_board(report, board(artifact()), folder))
    assert shown.lines == [f"Wrote the board of 1 artifact: {folder / 'index.html'}"]
    assert shown.err == "slow\n"
    assert (folder / "index.html").is_file()
