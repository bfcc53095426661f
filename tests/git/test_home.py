"""The tip is that of the branch at its home, and of no other."""

from pathlib import Path

import pytest

from flux.errors import TipUnknownError
from flux.git.clone import Clone
from tests.repo import Repo


def test_the_tip_is_fetched_into_its_remote_tracking_branch(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other")
    tip = other.commit(files={"artifacts/app/base.yaml": "theirs"})
    other.push()
    with Clone(repo.path) as git:
        assert git.tip("main") == tip
        assert git.last_known_tip("main") == tip
        assert git.commit(tip) == tip
    assert repo.head != tip
    assert repo.git("status", "--porcelain") == ""
    assert (
        not (repo.path / ".git/FETCH_HEAD").exists() or tip not in (repo.path / ".git/FETCH_HEAD").read_text()
    )


@pytest.mark.parametrize(
    ("branch", "decoy"),
    [
        ("main", "a/refs/heads/main"),
        ("main", "refs/heads/main"),
        ("trunk", "refs/heads/trunk"),
        ("main", "MAIN"),
        ("release/1", "a/refs/heads/release/1"),
    ],
)
def test_the_tip_is_that_of_the_branch_and_of_no_other(
    repo: Repo, tmp_path: Path, branch: str, decoy: str
) -> None:
    origin = repo.bare_origin()
    if branch != "main":
        repo.push("origin", f"HEAD:refs/heads/{branch}")
    other = origin.clone(tmp_path / "other")
    other.commit()
    other.push("origin", f"HEAD:refs/heads/{decoy}")
    other.push("origin", f"HEAD:refs/tags/{branch}")
    other.push("origin", f"HEAD:refs/tags/refs/heads/{branch}")
    with Clone(repo.path) as git:
        assert git.tip(branch) == repo.head


@pytest.mark.parametrize(
    "url", ["file:///nonexistent", "http://127.0.0.1:1/x.git", "nonexistent-host:x", "/dev/null"]
)
def test_an_origin_that_does_not_answer(repo: Repo, url: str) -> None:
    repo.git("remote", "add", "origin", url)
    with Clone(repo.path) as git, pytest.raises(TipUnknownError) as raised:
        git.tip("main")
    assert raised.value.hint
    assert "\n" not in raised.value.message


def test_git_never_asks_for_a_password(tmp_path: Path) -> None:
    """A terminal that waits for input would hang in CI; askpass programs of the user's are the user's."""
    repo = Repo(tmp_path)
    repo.commit()
    repo.git("remote", "add", "origin", "http://user@127.0.0.1:1/x.git")
    with Clone(repo.path) as git, pytest.raises(TipUnknownError):
        git.tip("main")
