"""Git starts, answers and ends; what it has started keeps nobody waiting."""

import os
import time
from pathlib import Path

import pytest

from flux.errors import GitError
from flux.git import program


def git(folder: Path, body: str) -> Path:
    """A program of that name."""
    path = folder / "git"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose git is the only one that is found."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    return tmp_path / "bin"


def test_the_version_of_the_git_on_path() -> None:
    assert program.git_version() >= program.OLDEST_GIT


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("git version 2.47.1", (2, 47, 1)),
        ("git version 2.39.5 (Apple Git-154)", (2, 39, 5)),
        ("git version 2.50.0.rc1.g12", (2, 50, 0)),
    ],
)
def test_versions(alone: Path, said: str, version: tuple[int, ...]) -> None:
    git(alone, f"echo '{said}'")
    assert program.git_version() == version


def test_no_git(alone: Path) -> None:
    with pytest.raises(GitError, match="git was not found"):
        program.git_version()


@pytest.mark.parametrize("body", ["exit 1", "echo 'fatal: bad config line 1' >&2; exit 128", "echo hello"])
def test_a_git_that_does_not_start(alone: Path, body: str) -> None:
    git(alone, body)
    with pytest.raises(GitError, match="git does not start"):
        program.git_version()


def test_a_git_that_is_no_program(alone: Path) -> None:
    (alone / "git").write_bytes(b"\x7fELF nonsense")
    (alone / "git").chmod(0o755)
    with pytest.raises(GitError, match="git does not start"):
        program.git_version()


def test_it_is_asked_in_english(tmp_path: Path) -> None:
    path = git(tmp_path, 'echo "$LC_ALL $LANGUAGE $OWN $HOME"')
    process = program.start([str(path)], environment={"OWN": "given"})
    assert program.answer(process) == f"C C given {os.environ['HOME']}\n"


def test_its_exit_code_is_kept(tmp_path: Path) -> None:
    process = program.start([str(git(tmp_path, "echo 'fatal: no' >&2; exit 3"))])
    with pytest.raises(GitError, match="no") as caught:
        program.answer(process)
    assert caught.value.status == 3


def test_one_that_waits_too_long_is_asked_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it ends what asks the other machine; and where it does not, nobody waits for its pipes."""
    monkeypatch.setattr(program, "_NETWORK_SECONDS", 0.2)
    asked = tmp_path / "asked"
    path = git(tmp_path, f"trap 'touch {asked}; exit 1' TERM\nsleep 30 &\nwait")
    start = time.monotonic()
    process = program.start([str(path)])
    with pytest.raises(GitError, match="did not end within"):
        program.answer(process, network=True)
    program.end(process)
    assert asked.exists()
    assert time.monotonic() - start < 10
    assert process.returncode is not None
