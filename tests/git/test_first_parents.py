"""First-parent lines: what is on one, what was, and what a merge says that it brought."""

from pathlib import Path

import pytest

from flux.errors import HistoryMissingError
from flux.git.clone import Clone
from tests.commands.invoking import break_origin
from tests.repo import Repo


def merged(repo: Repo, subject: str, committer: str = "me@example.org") -> tuple[str, str]:
    """A commit beside the line, and the merge that brought it."""
    repo.checkout("side", create=True)
    side = repo.commit("beside", files={"side": "x"})
    repo.checkout("main")
    repo.commit("on the line", files={"main": "x"})
    identity = ("-c", f"user.email={committer}")
    repo.git(*identity, "merge", "--quiet", "--no-ff", "-m", subject, "side")
    return side, repo.head


def test_what_is_off_the_line(repo: Repo, git: Clone) -> None:
    first = repo.head
    side, merge = merged(repo, "Merge branch 'side'")
    assert git.off_line([first, side, merge, "1" * 40], merge) == {side, "1" * 40}
    assert git.is_on_line(first, merge)
    assert not git.is_on_line(side, merge)
    assert git.merge_of(side, merge) == merge
    assert git.merge_of(merge, side) is None


def test_what_history_has_of_several(repo: Repo, git: Clone) -> None:
    side, merge = merged(repo, "Merge branch 'side'")
    repo.checkout("never", create=True)
    never = repo.commit("never merged")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    assert git.merged_into([side, merge, never, tree, "1" * 40], merge) == {side, merge}
    assert git.merged_into([tree], merge) == set()


@pytest.mark.parametrize(
    ("subject", "committer", "names"),
    [
        ("Merge branch 'side'", "me@example.org", True),
        ("Merge branches 'side' and 'other'", "me@example.org", True),
        ("Merge remote-tracking branch 'origin/side'", "me@example.org", True),
        ("Merge commit '123'", "me@example.org", True),
        ("Merge pull request #1 from o/side", "me@example.org", True),
        ("Bring it together", "noreply@github.com", True),
        ("Bring it together", "me@example.org", False),
        ("Merge branch 'main' of example.org:o/r", "me@example.org", False),
        ("Merge branch 'main' into side", "noreply@github.com", False),
        ("Merge branch 'mainly'", "me@example.org", True),
    ],
)
def test_merges_that_name_another_branch(
    repo: Repo, git: Clone, subject: str, committer: str, names: bool
) -> None:
    _, merge = merged(repo, subject, committer)
    assert git.names_a_branch(merge, "main") is names


def test_a_shallow_clone_that_cannot_tell(repo: Repo, tmp_path: Path) -> None:
    first = repo.head
    repo.commit()
    clone = repo.bare_origin().clone(tmp_path / "clone", "--depth=1")
    with Clone(clone.path) as git:
        assert git.off_line([repo.head], repo.head) == set()
        assert git.shallow
        assert git.off_line([first], repo.head) == set()
        assert not git.shallow
    other = Repo(repo.path.with_name("repo.git"), bare=True).clone(tmp_path / "other", "--depth=1")
    break_origin(other)
    with Clone(other.path) as git, pytest.raises(HistoryMissingError):
        git.off_line([first], repo.head)
