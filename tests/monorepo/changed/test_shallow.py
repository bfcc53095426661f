"""Which artifacts changed, in clones that lack commits or blobs."""

from pathlib import Path

import pytest

from flux.errors import HistoryMissingError
from tests.commands.invoking import actions_checkout, break_origin, changed, pull_request, push
from tests.monorepo.changing import edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


@pytest.fixture
def pushed(repo: Repo) -> tuple[str, str]:
    """A push of three commits, the first of which changed app and the last db; origin has it."""
    before = repo.head
    edit(repo, "app")
    repo.commit()
    after = edit(repo, "db")
    repo.push()
    return before, after


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_shallow_clone_completes_itself(
    origin: Repo, tmp_path: Path, pushed: tuple[str, str], depth: int
) -> None:
    clone = actions_checkout(origin, tmp_path / "clone", pushed[1], depth=depth)
    assert says(changed(clone, push(*pushed))) == ({"app", "db"}, set())


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_shallow_clone_that_cannot_complete_itself_never_guesses(
    origin: Repo, tmp_path: Path, pushed: tuple[str, str], depth: int
) -> None:
    clone = actions_checkout(origin, tmp_path / "clone", pushed[1], depth=depth)
    break_origin(clone)
    with pytest.raises(HistoryMissingError) as raised:
        changed(clone, push(*pushed))
    assert "fetch-depth: 0" in raised.value.hint
    assert raised.value.exit_code == 1


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_in_a_terminal(repo: Repo, origin: Repo, tmp_path: Path, depth: int) -> None:
    for name in ("app", "db", "web"):
        edit(repo, name)
    repo.push()
    clone = origin.clone(tmp_path / "clone", f"--depth={depth}")
    assert says(changed(clone)) == (set(), set())
    clone.write("artifacts/app/new.yaml", "x")
    clone.commit()
    edit(repo, "db")
    repo.push()
    assert says(changed(clone)) == ({"app"}, set())


def test_a_shallow_clone_in_a_terminal_without_its_origin(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    edit(repo, "app")
    repo.push()
    clone = origin.clone(tmp_path / "clone", "--depth=1")
    clone.write("artifacts/app/new.yaml", "x")
    clone.commit()
    break_origin(clone)
    with pytest.raises(HistoryMissingError, match="shallow"):
        changed(clone)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_pull_request_in_a_shallow_clone_without_its_origin(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    repo.checkout("feature", create=True)
    head = edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    repo.git("checkout", "--quiet", "--detach")
    merge = repo.merge("feature")
    repo.push("origin", "HEAD:refs/pull/1/merge")
    clone = actions_checkout(origin, tmp_path / "clone", merge, "1/merge", depth)
    break_origin(clone)
    with pytest.raises(HistoryMissingError) as raised:
        changed(clone, pull_request(base, head))
    assert "fetch-depth: 0" in raised.value.hint


def test_an_origin_that_is_shallow_itself(origin: Repo, tmp_path: Path, pushed: tuple[str, str]) -> None:
    halfway = origin.clone(tmp_path / "halfway.git", "--bare", "--depth=1")
    clone = halfway.clone(tmp_path / "clone")
    with pytest.raises(HistoryMissingError):
        changed(clone, push(*pushed))


def test_a_clone_without_blobs(repo: Repo, origin: Repo, tmp_path: Path, pushed: tuple[str, str]) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    for flag in ("--filter=blob:none", "--filter=tree:0"):
        clone = origin.clone(tmp_path / flag, flag, "--no-checkout")
        assert says(changed(clone, push(*pushed))) == ({"app", "db"}, set())
