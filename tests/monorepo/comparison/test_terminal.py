"""Which commits are compared in a terminal."""

from pathlib import Path

import pytest

from flux.errors import RequestError, TipUnknownError
from tests.commands.invoking import (
    actions,
    break_origin,
    changed,
)
from tests.monorepo.changing import FILES, edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


def test_ahead_of_the_tip(repo: Repo) -> None:
    edit(repo, "app")
    edit(repo, "db")
    assert says(changed(repo)) == ({"app", "db"}, set())


def test_at_the_tip_and_behind_it(repo: Repo) -> None:
    start = repo.head
    edit(repo, "app")
    repo.push()
    assert says(changed(repo)) == (set(), set())
    repo.checkout(start)
    assert says(changed(repo)) == (set(), set())


def test_diverged_from_the_tip(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    edit(repo, "app")
    other = origin.clone(tmp_path / "other")
    edit(other, "db")
    other.push()
    found = changed(repo)
    assert says(found) == ({"app"}, set()), "the others' work is not ours, though it was never fetched"
    assert found.notices == []


def test_the_tip_is_that_of_origin_and_not_of_the_local_branch(repo: Repo) -> None:
    edit(repo, "app")
    repo.checkout("feature", create=True)
    edit(repo, "db")
    assert says(changed(repo)) == ({"app", "db"}, set())


def test_a_tag_named_as_the_branch_is_not_the_tip(repo: Repo) -> None:
    edit(repo, "app")
    repo.tag("main")
    repo.push("origin", "refs/tags/main")
    repo.push("origin", "HEAD:refs/heads/other")
    assert says(changed(repo)) == ({"app"}, set())


@pytest.mark.parametrize("branch", ["a/refs/heads/main", "refs/heads/main"])
def test_a_branch_whose_name_ends_as_the_tips_is_not_the_tip(repo: Repo, branch: str) -> None:
    edit(repo, "app")
    repo.push("origin", f"HEAD:refs/heads/{branch}")
    assert says(changed(repo)) == ({"app"}, set())


def test_uncommitted_work_is_named_apart(repo: Repo) -> None:
    edit(repo, "app")
    repo.write("artifacts/db/base.yaml", "edited")
    repo.write("artifacts/db/staged.yaml", "staged")
    repo.git("add", "artifacts/db/staged.yaml")
    repo.write("artifacts/new/tab\tbed é.yaml", "untracked")
    repo.write("artifacts/db/logo.png", "not published")
    repo.write("artifacts/db/CHANGELOG.md", "not published")
    repo.write("artifacts/notes.txt", "beside")
    repo.write("README.md", "elsewhere")
    repo.remove("artifacts/web/base.yaml")
    found = changed(repo, ignore=("CHANGELOG.md",))
    assert says(found) == ({"app"}, set())
    assert found.uncommitted == {
        "db": ["artifacts/db/base.yaml", "artifacts/db/staged.yaml"],
        "web": ["artifacts/web/base.yaml"],
        "new": ["artifacts/new/tab\tbed é.yaml"],
    }
    assert changed(repo, actions(None)).uncommitted == {}


def test_a_repository_inside_an_artifact_is_uncommitted_work(repo: Repo) -> None:
    Repo(repo.path / "artifacts/nested").commit(files={"base.yaml": "x"})
    Repo(repo.path / "artifacts/app/inner").commit(files={"base.yaml": "x"})
    assert changed(repo).uncommitted == {"app": ["artifacts/app/inner/"], "nested": ["artifacts/nested/"]}


def test_without_origin_the_local_branch_is_the_tip(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit(files=FILES)
    assert says(changed(repo)) == (set(), set())
    repo.checkout("feature", create=True)
    edit(repo, "app")
    assert says(changed(repo)) == ({"app"}, set())


def test_without_origin_and_without_the_branch(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit(files=FILES)
    with pytest.raises(TipUnknownError, match="trunk") as raised:
        changed(repo, branch="trunk")
    assert "flux.branch" in raised.value.hint


def test_an_origin_without_the_branch(repo: Repo) -> None:
    with pytest.raises(TipUnknownError, match="no branch 'trunk'"):
        changed(repo, branch="trunk")


def test_an_origin_that_does_not_answer_leaves_the_tip_as_last_fetched(repo: Repo) -> None:
    last = repo.head
    edit(repo, "app")
    break_origin(repo)
    found = changed(repo)
    assert says(found) == ({"app"}, set())
    assert len(found.notices) == 1
    assert last[:12] in str(found.notices[0])


def test_an_origin_that_never_answered(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit(files=FILES)
    repo.git("remote", "add", "origin", "file:///nonexistent/origin.git")
    with pytest.raises(TipUnknownError):
        changed(repo)


def test_a_credential_of_origin_is_never_shown(repo: Repo) -> None:
    repo.git("remote", "set-url", "origin", "http://user:s3cret@127.0.0.1:1/x.git")
    assert "s3cret" not in str(changed(repo).notices)


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no commit"):
        changed(Repo(tmp_path))


def test_no_repository_at_all(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="not in a git work tree") as raised:
        changed(tmp_path)
    assert raised.value.exit_code == 2
    bare = Repo(tmp_path / "bare", bare=True)
    with pytest.raises(RequestError, match="work tree"):
        changed(bare)
