"""Objects are read as they are stored, and a partial clone fetches what it lacks."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.errors import GitError
from flux.git.clone import Clone
from tests.commands.helpers import break_origin
from tests.git.conftest import SOURCES, partial
from tests.repo import Repo


def test_blobs_are_read_by_many_threads(repo: Repo, git: Clone) -> None:
    contents = {f"artifacts/app/{number}": os.urandom(number * 1000) for number in range(60)}
    commit = repo.commit(files=contents)
    files = [f for f in git.files(commit, SOURCES, ["app"])["app"] if f.path != "base.yaml"] * 3
    with ThreadPoolExecutor(16) as pool:
        for file, content in zip(files, pool.map(lambda file: git.read(file.oid), files), strict=True):
            assert content == contents[f"artifacts/app/{file.path}"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n", b"x\r\n", b"\0" * 100, b"a" * 100_000])
def test_blobs_are_read_byte_for_byte(repo: Repo, git: Clone, content: bytes) -> None:
    commit = repo.commit(files={"artifacts/app/base.yaml": content})
    (file,) = git.files(commit, SOURCES, ["app"])["app"]
    assert git.read(file.oid) == content


def test_a_blob_that_is_missing_is_said(repo: Repo, git: Clone) -> None:
    oid = repo.git("rev-parse", "HEAD:artifacts/app/base.yaml")
    other = repo.git("rev-parse", "HEAD:artifacts/db/base.yaml")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(GitError) as raised:
        git.read(oid)
    assert oid[:12] in raised.value.message
    assert git.read(other) == b"db", "and the next is read all the same"


def test_blobs_that_only_origin_has_are_fetched(repo: Repo, tmp_path: Path) -> None:
    clone = partial(repo, tmp_path)
    with Clone(clone.path) as git:
        (file,) = git.files(clone.head, SOURCES, ["app"])["app"]
        assert git.read(file.oid) == b"app"


def test_blobs_that_origin_does_not_give_are_said(repo: Repo, tmp_path: Path) -> None:
    clone = partial(repo, tmp_path)
    break_origin(clone)
    with Clone(clone.path) as git:
        for name in ("app", "db"):
            (file,) = git.files(clone.head, SOURCES, [name])[name]
            with pytest.raises(GitError):
                git.read(file.oid)
