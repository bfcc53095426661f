"""The tasks for promotion issues: a wrong number is refused."""

from pathlib import Path

import pytest

from tests.commands.invoking import inv, monorepo


@pytest.mark.parametrize("number", ["0", "-1", "one", "#", "1.0", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_no_number(number: str, tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})
    done = inv(repo, "issue.apply", f"--number={number}")
    assert (done.code, done.out) == (2, "")
    said, hint = done.err.splitlines()
    assert said == f"error: {number!r} is not the number of an issue"
    assert hint == "hint: say it as `inv issue.apply 3`"
