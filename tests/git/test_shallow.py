"""A shallow clone is completed where its history decides, and once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.errors import HistoryMissingError
from flux.git.clone import Clone
from tests.commands.invoking import actions_checkout, break_origin
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


@pytest.fixture
def overtaken(clone: Repo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clone]:
    """A shallow clone that another run completes right after git has read its history for the first time."""
    with Clone(clone.path) as git:
        run = git.parts.process.run

        def run_and_be_overtaken(*arguments: str, network: bool = False) -> str:
            printed = run(*arguments, network=network)
            if git.shallow and arguments[0] in ("rev-list", "log"):
                with Clone(clone.path) as other:
                    other.parts.shallow.complete()
            return printed

        monkeypatch.setattr(git.parts.process, "run", run_and_be_overtaken)
        yield git
        assert not git.shallow


def test_a_line_that_another_run_completes_meanwhile(overtaken: Clone, clone: Repo) -> None:
    assert len(overtaken.first_parents(clone.head, ["1" * 40])) == 4
    assert len(overtaken.first_parents(clone.head)) == 4


def test_what_is_on_a_line_that_another_run_completes_meanwhile(overtaken: Clone, clone: Repo) -> None:
    assert overtaken.off_line([clone.head, "1" * 40], clone.head) == {"1" * 40}
    assert len(overtaken.first_parents(clone.head)) == 4


def test_what_was_read_of_a_part_of_history_is_not_kept(overtaken: Clone, clone: Repo) -> None:
    unrelated = clone.git("commit-tree", "HEAD^{tree}", "-m", "unrelated")
    assert len(overtaken.messages(clone.head, unrelated)) == 1
    assert len(overtaken.messages(clone.head, unrelated)) == 4


def test_a_log_that_was_read_of_a_part_of_history_is_not_kept(overtaken: Clone, clone: Repo) -> None:
    assert len(overtaken.log(clone.head, None, ".")) == 1
    whole = overtaken.log(clone.head, None, ".")
    assert whole[-1].commit == clone.git("rev-list", "--max-parents=0", clone.head)
