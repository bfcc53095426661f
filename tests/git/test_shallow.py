"""A shallow clone is completed where its history decides, and once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.errors import HistoryMissingError
from flux.git.clone import Clone
from tests.commands.helpers import actions_checkout, break_origin
from tests.git.counted import CountedGit
from tests.repo import Repo


@pytest.fixture
def clone(repo: Repo, tmp_path: Path) -> Repo:
    for _ in range(3):
        repo.commit()
    return actions_checkout(repo.bare_origin(), tmp_path / "clone", repo.head)


def test_a_whole_clone_fetches_nothing(repo: Repo, git: Clone, counted: CountedGit) -> None:
    assert not git.shallow
    git.parts.shallow.complete((repo.head,))
    assert counted.of("fetch") == []


def test_a_shallow_clone_is_completed(clone: Repo) -> None:
    with Clone(clone.path) as git:
        assert git.shallow
        assert git.parts.shallow.edge() == {clone.head}
        git.parts.shallow.complete((clone.head,))
        assert not git.shallow
        assert len(git.first_parents(clone.head)) == 4


def test_an_origin_that_is_gone(clone: Repo) -> None:
    break_origin(clone)
    with Clone(clone.path) as git, pytest.raises(HistoryMissingError) as raised:
        git.parts.shallow.complete()
    assert "fetch-depth: 0" in raised.value.hint


def test_many_runs_complete_it_at_once(clone: Repo) -> None:
    def run(_: int) -> int:
        with Clone(clone.path) as git:
            return len(git.first_parents(clone.head, ["1" * 40]))

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(run, range(4))) == {4}
