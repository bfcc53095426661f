"""What Python finds for a name is never a file of the monorepo if it is a library's name."""

import subprocess
import sys
from pathlib import Path

import pytest

import flux
from flux.tasks.search_path import search_last
from tests.commands.invoking import monorepo

_OURS = str(Path(flux.__file__).parents[1])


@pytest.mark.parametrize("root", ["/clone", ""])
def test_the_folder_of_the_tasks_and_those_above_it_come_last(root: str) -> None:
    path = [root, "/clone/sub", "/usr/lib/python3", "/clone/.venv/lib", _OURS]
    found = search_last(path, Path("/clone/sub"))
    assert found == ["/usr/lib/python3", "/clone/.venv/lib", _OURS, root, "/clone/sub"]


def test_the_folder_of_this_package_stays_where_it_is() -> None:
    assert search_last([_OURS, "/usr/lib"], Path(_OURS)) == [_OURS, "/usr/lib"]


def test_a_file_with_the_name_of_a_library_does_not_run(tmp_path: Path) -> None:
    files = {f"{name}.py": "raise SystemExit('mine')\n" for name in ("semver", "yaml", "shlex", "zlib_ng")}
    repo = monorepo(tmp_path / "repo", {**files, "artifacts/app/x.yaml": "app: 1\n"})
    # As the script `inv` runs it: the folder is not in the path before Invoke puts it there.
    command = [sys.executable, "-P", "-m", "invoke", "list"]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert "mine" not in done.stderr
    assert done.returncode == 0
