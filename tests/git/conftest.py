"""What every test of git begins with."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux.artifact.changes import Commit
from flux.git.clone import Clone
from tests.git.counted import CountedGit
from tests.repo import Repo

SOURCES = "artifacts/"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/app/base.yaml": "app", "artifacts/db/base.yaml": "db"})
    return repo


@pytest.fixture
def git(repo: Repo) -> Iterator[Clone]:
    with Clone(repo.path) as clone:
        yield clone


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CountedGit:
    """Every git of this process, and of those that it starts, is written down."""
    git = CountedGit.make(tmp_path / "counted-git")
    monkeypatch.setenv("PATH", git.environment()["PATH"])
    return git


def commits(walk: Iterator[Commit]) -> list[str]:
    return [commit.revision.commit for commit in walk]


def write_object(repo: Repo, kind: str, content: bytes) -> str:
    """Any object at all, right or wrong."""
    command = ["git", "-C", str(repo.path), "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    written = subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True)
    return written.stdout.decode().strip()


def partial(repo: Repo, tmp_path: Path) -> Repo:
    """A clone that has no blobs, and nothing checked out."""
    origin = repo.bare_origin()
    origin.git("config", "uploadpack.allowFilter", "true")
    return origin.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")
