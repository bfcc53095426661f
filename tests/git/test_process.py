"""Git runs in the clone that is asked for, without what the environment could change."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flux.errors import GitError, RequestError
from flux.git.clone import Clone
from tests.commands.invoking import inv, monorepo
from tests.repo import Repo


def test_a_repository_that_is_not_ours_to_read(tmp_path: Path) -> None:
    with pytest.raises(RequestError):
        Clone(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_repository_of_someone_else(tmp_path: Path) -> None:
    """As in a job that runs in a container: git refuses, and says what to do about it."""
    repo = monorepo(tmp_path / "some one's", {"artifacts/app/base.yaml": "x"})
    subprocess.run(["chown", "-R", "12345:12345", str(repo.path)], check=True)
    ran = inv(repo.path / "artifacts", "changed")
    assert ran.code == 2
    assert "dubious ownership" in ran.err
    command = ran.err.split("`")[1]
    assert shlex.split(command) == ["git", "config", "--global", "--add", "safe.directory", str(repo.path)]


def test_a_repository_of_another_hash_function(tmp_path: Path) -> None:
    """GitHub and Flux know sha1 alone: that is said, not found out halfway."""
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", str(tmp_path)], check=True)
    repo = Repo(tmp_path)
    repo.commit(files={"artifacts/app/base.yaml": "x", "tasks.py": "from flux.tasks import ns\n"})
    for command in (("changed",), ("list",), ("build", "--dry-run")):
        ran = inv(repo, *command)
        assert ran.code == 0 or "sha256" in ran.err, ran.said


def test_a_terminal_of_another_encoding(tmp_path: Path) -> None:
    """Names are bytes to git and to the image, whatever LC_ALL says of the terminal."""
    localedef = shutil.which("localedef")
    if not localedef or not Path("/usr/share/i18n/charmaps/ISO-8859-1.gz").exists():
        pytest.skip("localedef and its charmaps are missing: apt-get install locales")
    command = [localedef, "-i", "en_US", "-f", "ISO-8859-1", str(tmp_path / "en_US.ISO-8859-1")]
    subprocess.run(command, check=False, capture_output=True)
    latin = {"LOCPATH": str(tmp_path), "LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"}
    found = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.getfilesystemencoding())"],
        env={**os.environ, **latin},
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == "iso8859-1"
    repo = monorepo(
        tmp_path / "repo",
        {"artifacts/app/é.yaml": "x", "artifacts/db/é.txt": "x", "artifacts/db/.gitattributes": "é* ident\n"},
    )
    expected = inv(repo, "build", "--json", "--dry-run")
    assert inv(repo, "build", "--json", "--dry-run", env=latin).out == expected.out


def test_what_a_hook_sets_is_not_handed_on(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    with Clone(repo.path) as git:
        assert git.head() == repo.head
        assert git.root == repo.path
    assert os.environ["GIT_SSH_COMMAND"] == "ssh -i key"


def test_a_git_that_cannot_read_its_configuration(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[core\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    with pytest.raises(
        GitError, match=f"git does not start: bad config line 1 in file {tmp_path / 'config'}"
    ):
        Clone(repo.path)
