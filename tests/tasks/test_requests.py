"""The tasks for promotions' pull requests: what is not a number is refused."""

from pathlib import Path

import pytest

from tests.commands.invoking import inv, monorepo


@pytest.mark.parametrize("number", ["0", "x"])
def test_what_is_no_number(number: str, tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})
    done = inv(repo, "request.check", f"--number={number}")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {number!r} is not the number of a pull request")
