"""The tasks for this machine: a wrong request leaves nothing."""

from pathlib import Path

import pytest

from tests.commands.invoking import inv, monorepo


@pytest.mark.parametrize(
    ("arguments", "env", "error"),
    [
        (("--folder", "."), {}, "is not empty"),
        (("--folder", "tasks.py"), {}, "tasks.py cannot be the folder: File exists"),
        (("--folder", "tasks.py/x"), {}, "cannot be the folder: Not a directory"),
        (("-a", "ap"), {}, "there is no artifact 'ap' at"),
        ((), {"INVOKE_FLUX_SOURCES": "elsewhere"}, "there is no artifact at"),
        ((), {"INVOKE_FLUX_PHASES": ","}, "there is no environment to promote to"),
    ],
)
def test_a_wrong_request_leaves_nothing(
    arguments: tuple[str, ...], env: dict[str, str], error: str, tmp_path: Path
) -> None:
    repo = monorepo(tmp_path / "monorepo", {"artifacts/app/x.yaml": "x: 1\n"})
    (tmp_path / "temporary").mkdir()
    done = inv(repo, "demo", *arguments, env={**env, "TMPDIR": str(tmp_path / "temporary")})
    assert (done.code, done.out) == (2, "")
    first, second = done.err.splitlines()
    assert error in first
    assert second.startswith("hint: ")
    assert list((tmp_path / "temporary").iterdir()) == []
    assert repo.git("status", "--porcelain") == ""
