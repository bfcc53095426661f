"""The tip is that of the branch at its home, and of no other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.errors import TipUnknownError
from flux.git.clone import Clone
from tests.commands.invoking import actions_checkout
from tests.git.conftest import SOURCES
from tests.git.counted import CountedGit
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


# One question for all


@pytest.mark.parametrize("has_origin", [True, False])
def test_one_question_answers_for_the_tip_and_all_tags(
    repo: Repo, counted: CountedGit, has_origin: bool
) -> None:
    repo.tag("v1", message="annotated")
    repo.tag("light")
    first = repo.head
    repo.commit()
    repo.branch("side", first)
    if has_origin:
        repo.bare_origin()
        repo.tag("mine")
    with Clone(repo.path) as git:
        counted.forget()
        refs = git.home_refs()
        assert git.tip("main", refs) == repo.head
        assert git.tip("side", refs) == first
        assert git.home_tags(refs) == {"v1": first, "light": first}
        with pytest.raises(TipUnknownError, match="'gone'"):
            git.tip("gone", refs)
        assert len(counted.of("ls-remote")) == has_origin
        counted.forget()
        assert git.home_tags(refs) == git.home_tags()
        assert git.tip("main", refs) == git.tip("main")


def test_what_is_held_is_of_one_moment(repo: Repo, tmp_path: Path) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    old = repo.head
    with Clone(repo.path) as git:
        refs = git.home_refs()
        new = other.commit()
        other.push()
        assert git.tip("main", refs) == old
        assert git.tip("main") == new


def test_names_are_matched_as_a_whole(repo: Repo, tmp_path: Path) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    decoy = other.commit()
    names = ("a/main", "refs/heads/main", "refs/tags/v1", "MAIN")
    for name in names:
        other.push("origin", f"HEAD:refs/heads/{name}", f"HEAD:refs/tags/{name}")
    with Clone(repo.path) as git:
        refs = git.home_refs()
        assert git.tip("main", refs) == repo.head
        assert refs.heads == {"main": repo.head, **dict.fromkeys(names, decoy)}
        assert refs.tags == dict.fromkeys(names, decoy)


def test_a_home_without_anything(tmp_path: Path) -> None:
    with Clone(Repo(tmp_path).path) as git:
        refs = git.home_refs()
        assert (refs.heads, refs.tags) == ({}, {})
        with pytest.raises(TipUnknownError, match="no branch"):
            git.tip("main", refs)


def test_nobody_is_asked_twice_where_origin_is_gone(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "file:///nonexistent")
    with Clone(repo.path) as git, pytest.raises(TipUnknownError) as raised:
        git.home_refs()
    assert raised.value.hint
    assert "\n" not in raised.value.message


def test_another_remote_is_named_instead_of_what_is_here(repo: Repo) -> None:
    repo.git("remote", "add", "upstream", "file:///nonexistent")
    with Clone(repo.path) as git:
        refs = git.home_refs()
        with pytest.raises(TipUnknownError, match="upstream"):
            git.tip("main", refs)


# Others at the same refs


@pytest.mark.stories
def test_a_tip_whose_ref_another_run_holds(repo: Repo, tmp_path: Path) -> None:
    """What was fetched is here, whoever moves the ref."""
    other = repo.bare_origin().clone(tmp_path / "other")
    tip = other.commit(files={"artifacts/app/base.yaml": "theirs"})
    other.push()
    (repo.path / ".git/refs/remotes/origin/main.lock").touch()
    with Clone(repo.path) as git:
        assert git.tip("main") == tip
        assert git.file(tip, "artifacts/app/base.yaml") == b"theirs"


def test_a_tip_that_was_taken_back_since_it_was_seen(repo: Repo, tmp_path: Path) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    seen = other.commit()
    other.push()
    with Clone(repo.path) as git:
        refs = git.home_refs()
        other.git("reset", "--quiet", "--hard", "HEAD~1")
        other.commit("another")
        other.push("--force", "origin", "HEAD")
        assert git.tip("main", refs) == seen
        assert git.commit(seen) == seen


@pytest.mark.parametrize("depth", [0, 1])
def test_many_runs_that_see_a_new_tip_at_once(repo: Repo, tmp_path: Path, depth: int) -> None:
    origin = repo.bare_origin()
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    other = origin.clone(tmp_path / "other")
    for _ in range(3):
        tip = other.commit(files={f"artifacts/app/{number}": "x" for number in range(20)})
        other.push()

        def run(_: int) -> str:
            with Clone(clone.path) as git:
                tip = git.tip("main")
                assert git.changes(None, tip, SOURCES)
                return tip

        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(run, range(6))) == {tip}
