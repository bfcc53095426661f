"""Commits: whether they are here, and what two of them have in common."""

from pathlib import Path

from flux.git.clone import Clone
from tests.commands.helpers import actions_checkout, collect
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
