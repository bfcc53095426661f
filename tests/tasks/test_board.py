"""`inv board`, as people type it."""

import json
from pathlib import Path

from tests.commands.invoking import inv, monorepo


def test_a_board(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"}, {"phases": {"at": ["at"]}})
    done = inv(repo, "board")
    assert done.code == 0, done.said
    assert "Wrote the board of 1 artifact: .board/index.html" in done.out
    assert repo.git("status", "--porcelain") == ""
    written = json.loads((repo.path / ".board" / "board.json").read_text())
    again = inv(repo, "board", "--json", "--output", str(tmp_path / "elsewhere"))
    assert again.document["artifacts"] == written["artifacts"]
    assert not (tmp_path / "elsewhere" / ".gitignore").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    refused = inv(repo, "board", "--output", str(tmp_path / "full"))
    assert (refused.code, refused.out) == (2, "")
