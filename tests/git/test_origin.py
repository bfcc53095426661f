"""Origin is what git fetches from."""

import re
from pathlib import Path
from threading import Timer

import pytest

from flux.errors import GitError
from flux.git.access import Access
from flux.git.clone import Clone
from tests.repo import Repo


def test_no_origin(repo: Repo, git: Clone) -> None:
    assert (git.origin_url, git.fetch_url) == (None, None)
    repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    with Clone(repo.path) as other:
        assert (other.origin_url, other.fetch_url) == (None, None)


def test_of_several_urls_the_first_is_asked(repo: Repo, tmp_path: Path) -> None:
    repo.bare_origin()
    repo.git("remote", "set-url", "--add", "origin", "file:///nonexistent")
    with Clone(repo.path) as git:
        assert git.origin_url == git.fetch_url == (tmp_path / "repo.git").as_uri()
        assert git.tip("main") == repo.head


def test_an_alias_of_this_machine_is_where_git_asks(repo: Repo) -> None:
    origin = repo.bare_origin()
    repo.git("remote", "set-url", "origin", "https://git.example.com/octo/repo.git")
    repo.git("config", f"url.{origin.path.parent.as_uri()}/.insteadOf", "https://git.example.com/octo/")
    repo.git("config", "remote.origin.pushurl", "file:///nonexistent")
    with Clone(repo.path) as git:
        assert git.origin_url == "https://git.example.com/octo/repo.git"
        assert git.fetch_url == origin.path.as_uri()
        assert git.tip("main") == repo.head


def test_a_token_is_looked_for_where_git_asks(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of another host would help nobody, and is none of its business."""
    repo.git("remote", "add", "origin", "https://git.example.com/octo/repo")
    repo.git("config", "url.https://mirror.example.com/.insteadOf", "https://git.example.com/")
    asked: list[str] = []

    def find(url: str) -> Access | None:
        asked.append(url)
        return None

    with Clone(repo.path, find_access=find) as git:
        assert not git.parts.process.gain_access()
    assert asked == ["https://mirror.example.com/octo/repo"]


def test_other_remotes(repo: Repo, git: Clone) -> None:
    repo.git("config", "remote.settings.prune", "true")
    repo.git("remote", "add", "upstream", "file:///nonexistent")
    repo.git("remote", "set-url", "--add", "upstream", "file:///other")
    assert git.parts.origin.other_remotes == ["upstream"]


@pytest.mark.stories
def test_a_fetch_waits_for_another_run_and_not_for_ever(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    other.commit()
    other.push()
    lock = repo.path / ".git/refs/remotes/origin/main.lock"
    what = ("origin", "+refs/heads/main:refs/remotes/origin/main")
    with Clone(repo.path) as git:
        lock.touch()
        with pytest.raises(GitError, match=re.escape(lock.name)):
            git.parts.origin.fetch(*what)
        Timer(0.1, lock.unlink).start()
        git.parts.origin.fetch(*what)
        assert git.last_known_tip("main") == other.head


def test_a_fetch_that_fails_otherwise_is_not_tried_again(
    repo: Repo, git: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("remote", "add", "origin", "file:///nonexistent")
    monkeypatch.setattr("flux.git.origin.sleep", lambda seconds: pytest.fail("waited"))
    with pytest.raises(GitError):
        git.parts.origin.fetch("origin", "main")
