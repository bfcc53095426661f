"""Commits: whether they are here, and what two of them have in common."""

from pathlib import Path

import pytest

from flux.git.clone import Clone
from tests.commands.invoking import actions_checkout, collect
from tests.git.counted import CountedGit
from tests.repo import Repo


def test_obtain_only_fetches_what_is_missing(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other")
    there = other.commit()
    other.push("origin", "HEAD:refs/heads/elsewhere")
    with Clone(repo.path) as git:
        assert git.obtain(repo.head)
        assert git.obtain(there)
        assert not git.obtain("1" * 40)
    assert "elsewhere" not in repo.git("for-each-ref")


def test_a_commit_that_origin_collected(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other")
    gone = other.commit()
    other.push("origin", "HEAD:refs/heads/short-lived")
    other.push("origin", ":refs/heads/short-lived")
    collect(origin)
    with Clone(repo.path) as git:
        assert not git.obtain(gone)


def test_a_merge_base_in_a_shallow_clone_is_the_best(repo: Repo, tmp_path: Path) -> None:
    """Half a history can name an older common ancestor than the best."""
    repo.commit()
    repo.checkout("side", create=True)
    side = [repo.commit() for _ in range(3)][-1]
    repo.checkout("main")
    best = repo.head
    repo.commit()
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "side~2")
    main = repo.commit()
    best = repo.git("rev-parse", "side~2")
    origin = repo.bare_origin()
    for depth in (1, 2, 3):
        clone = actions_checkout(origin, tmp_path / str(depth), main, depth=depth)
        clone.git("fetch", "--quiet", "--depth=1", "origin", side)
        with Clone(clone.path) as git:
            assert git.merge_base(main, side) == best


def test_many_commits_are_fetched_at_once(repo: Repo, tmp_path: Path, counted: CountedGit) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    first = repo.head
    there = [other.commit() for _ in range(3)]
    other.push("origin", "HEAD:refs/heads/elsewhere")
    with Clone(repo.path) as git:
        counted.forget()
        assert git.obtain_all([first, *there]) == {first, *there}
        assert len(counted.of("fetch")) == 1
        counted.forget()
        assert git.obtain_all([first, *there]) == {first, *there}
        assert counted.calls == []


@pytest.mark.parametrize("depth", [0, 1])
def test_one_that_nobody_has_does_not_keep_the_others(repo: Repo, tmp_path: Path, depth: int) -> None:
    first = repo.head
    origin = repo.bare_origin()
    clone = actions_checkout(origin, tmp_path / "clone", first, depth=depth)
    other = origin.clone(tmp_path / "other")
    there = [other.commit() for _ in range(2)]
    other.push("origin", "HEAD:refs/heads/elsewhere")
    with Clone(clone.path) as git:
        assert git.obtain_all([*there, "1" * 40, "--upload-pack=x"]) == set(there)


def test_what_two_commits_have_in_common_is_asked_once(repo: Repo, git: Clone, counted: CountedGit) -> None:
    first = repo.head
    last = repo.commit()
    repo.git("checkout", "--quiet", "--orphan", "other")
    other = repo.commit()
    counted.forget()
    for _ in range(2):
        assert git.merge_base(first, last) == first
        assert git.merge_base(first, other) is None
    assert [call[0] for call in counted.calls] == ["merge-base", "merge-base"]
