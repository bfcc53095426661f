"""Writes the site of a board to a folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flux.errors import RequestError
from flux.report.board.pages import render_site

_MARK = "board.json"
_FOLDERS = ("artifacts", "environments")


def require_site_folder(folder: Path) -> None:
    """Raises RequestError if the path is a file, or a folder with files that are not of a board."""
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} is a file", "name a folder with --output")
    if folder.is_dir() and not (folder / _MARK).is_file() and any(folder.iterdir()):
        raise RequestError(
            f"{folder} has files that are no board's", "name a new or an empty folder with --output"
        )


def write(board: Mapping[str, Any], folder: Path, hidden: bool = False) -> None:
    """Write every page, and remove the pages of removed artifacts and environments. Git ignores a `hidden`
    folder.

    `board.json`, which marks the folder as a board, is written first: a killed run can be run again. Raises
    RequestError like `require_site_folder`, and OSError.
    """
    require_site_folder(folder)
    written = set()
    for name, content in render_site(board):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        written.add(path)
    if hidden:
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    for old in (path for name in _FOLDERS for path in (folder / name).glob("*.html")):
        if old not in written:
            old.unlink()
