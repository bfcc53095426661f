"""No linter has anything against the workflows that `init` writes, nor against how they call ours."""

import subprocess
from pathlib import Path

import pytest

from tests import parts
from tests.actions.forms import FORMS, write_form, write_own
from tests.conftest import need


def lint(folder: Path) -> None:
    actionlint = need(parts.actionlint)
    done = subprocess.run([actionlint, *parts.ACTIONLINT_ALONE], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", FORMS)
def test_as_an_adopter_has_them(name: str, tmp_path: Path) -> None:
    for path in write_form(name, tmp_path):
        assert len(Path(path).read_text().splitlines()) < 25
    (tmp_path / ".git").mkdir()
    lint(tmp_path)


@pytest.mark.parametrize("name", [None, *FORMS])
def test_what_they_call_takes_what_they_give(name: str | None, tmp_path: Path) -> None:
    write_own(tmp_path / "repo", name)
    lint(tmp_path / "repo")
