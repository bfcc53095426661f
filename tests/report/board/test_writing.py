"""Writing a board to a folder."""

from pathlib import Path

import pytest

from flux.errors import RequestError
from flux.report.board.document import document
from flux.report.board.writing import write
from tests.report.board.boards import artifact, board


def test_pages_of_what_is_gone_go(tmp_path: Path) -> None:
    folder = tmp_path / "board"
    write(document(board(artifact(), artifact("old"))), folder)
    assert (folder / "artifacts" / "old.html").exists()
    (folder / "CNAME").write_text("board.example.com")
    write(document(board(artifact())), folder)
    assert not (folder / "artifacts" / "old.html").exists()
    assert (folder / "artifacts" / "app.html").exists()
    assert (folder / "CNAME").exists()


def test_other_files_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(RequestError, match="no board's"):
        write(document(board()), tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"
    with pytest.raises(RequestError, match="is a file"):
        write(document(board()), tmp_path / "index.html")
    (tmp_path / "empty").mkdir()
    write(document(board()), tmp_path / "empty")
