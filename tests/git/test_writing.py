"""Commits are written without an index or a work tree."""

import pytest

from flux.errors import GitError
from flux.git.clone import Clone
from tests.commands.invoking import HOSTILE_NAMES
from tests.repo import Repo


def test_files_are_put_into_the_first_parents_tree(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.checkout("side", create=True)
    side = repo.commit(files={"side": "x"})
    repo.checkout("main")
    repo.write("artifacts/app/base.yaml", "in nobody's commit")
    written = git.write_commit(
        [first, side], {"artifacts/app/base.yaml": b"new", "a/b": b"\0"}, "say\n\nit\n"
    )
    assert repo.git("log", "-1", "--format=%P%n%B", written) == f"{first} {side}\nsay\n\nit"
    assert repo.git("diff", "--name-status", first, written) == "A\ta/b\nM\tartifacts/app/base.yaml"
    assert (git.file(written, "artifacts/app/base.yaml"), git.file(written, "a/b")) == (b"new", b"\0")
    assert repo.head == first
    assert repo.git("status", "--porcelain") == " M artifacts/app/base.yaml"


def test_names_of_any_kind_are_written(repo: Repo, git: Clone) -> None:
    files = {f"x/{name}": name.encode("utf-8", "surrogateescape") for name in HOSTILE_NAMES}
    written = git.write_commit([repo.head], files, "x")
    assert {path: git.file(written, path) for path in files} == files


def test_who_commits(repo: Repo, git: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git.identity() == "Test <test@example.com>"
    repo.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with Clone(repo.path) as other, pytest.raises(GitError) as raised:
        other.identity()
    assert "user.email" in raised.value.hint
