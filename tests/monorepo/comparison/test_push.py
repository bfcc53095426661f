"""Which commits are compared when somebody pushes."""

from pathlib import Path

import pytest

from flux.errors import GitError, RequestError
from tests.commands.invoking import (
    actions_checkout,
    break_origin,
    build,
    changed,
    collect,
    push,
)
from tests.monorepo.changing import FILES, edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


def test_a_push_of_many_commits_with_a_merge(repo: Repo) -> None:
    before = repo.head
    repo.checkout("side", create=True)
    edit(repo, "db")
    repo.checkout("main")
    edit(repo, "app")
    repo.commit(files={"README.md": "news\n"})
    after = repo.merge("side")
    found = changed(repo, push(before, after))
    assert says(found) == ({"app", "db"}, set())
    assert found.reasons == {"app": ["artifacts/app/base.yaml"], "db": ["artifacts/db/base.yaml"]}
    assert found.notices == []


def test_a_change_in_the_first_of_several_commits(repo: Repo) -> None:
    before = repo.head
    edit(repo, "app")
    edit(repo, "db")
    assert says(changed(repo, push(before, repo.commit()))) == ({"app", "db"}, set())


def test_a_merge_that_is_the_only_commit_of_a_push(repo: Repo) -> None:
    repo.checkout("side", create=True)
    edit(repo, "db")
    repo.checkout("main")
    before = repo.head
    assert says(changed(repo, push(before, repo.merge("side")))) == ({"db"}, set())


def test_what_a_merge_itself_changed(repo: Repo) -> None:
    repo.checkout("side", create=True)
    edit(repo, "db")
    repo.checkout("main")
    before = repo.head
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    after = repo.commit(files={"artifacts/web/base.yaml": "evil\n"})
    assert len(repo.git("log", "-1", "--format=%P").split()) == 2
    assert says(changed(repo, push(before, after))) == ({"db", "web"}, set())


def test_a_revert_inside_a_push_is_no_change(repo: Repo) -> None:
    before = repo.head
    edit(repo, "app")
    edit(repo, "db")
    repo.commit(files=FILES)
    assert says(changed(repo, push(before, repo.head))) == (set(), set())


def test_a_push_says_what_it_pushed_whatever_is_checked_out(repo: Repo) -> None:
    before = repo.head
    after = edit(repo, "app")
    edit(repo, "db")
    repo.checkout(before)
    assert says(changed(repo, push(before, after))) == ({"app"}, set())


def test_an_empty_push(repo: Repo) -> None:
    assert says(changed(repo, push(repo.head, repo.head))) == (set(), set())


def test_a_new_branch_is_compared_with_where_it_left_the_tip(repo: Repo) -> None:
    repo.checkout("feature", create=True)
    edit(repo, "db")
    after = edit(repo, "web")
    repo.checkout("main")
    edit(repo, "app")
    repo.push()
    found = changed(repo, push(None, after, "refs/heads/feature"))
    assert says(found) == ({"db", "web"}, set())
    assert found.notices == []


def test_a_new_branch_while_origin_does_not_answer(repo: Repo) -> None:
    repo.checkout("feature", create=True)
    after = edit(repo, "db")
    break_origin(repo)
    found = changed(repo, push(None, after, "refs/heads/feature"))
    assert says(found) == ({"db"}, set()), "the tip as last fetched can tell"
    assert found.notices


def test_a_new_branch_without_history_in_common(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "other")
    after = repo.commit("other root")
    found = changed(repo, push(None, after, "refs/heads/other"))
    assert says(found) == ({"app", "db", "web"}, set())
    assert len(found.notices) == 1


def test_a_new_main_is_all_new(repo: Repo) -> None:
    after = edit(repo, "app")
    assert says(changed(repo, push(None, after))) == ({"app", "db", "web"}, set())


@pytest.mark.parametrize("message", [None, "annotated"])
def test_a_new_tag_on_main_changes_nothing(repo: Repo, message: str | None) -> None:
    edit(repo, "app")
    repo.push()
    repo.tag("v1", message=message)
    after = repo.git("rev-parse", "v1")
    assert says(changed(repo, push(None, after, "refs/tags/v1"))) == (set(), set())


def test_a_pushed_annotated_tag_is_one_of_its_commit(repo: Repo) -> None:
    """The event names the tag's own object."""
    repo.checkout("side", create=True)
    edit(repo, "app")
    repo.tag("inner", message="x")
    repo.git("-c", "advice.nestedTag=false", "tag", "-a", "-m", "x", "outer", "inner")
    for name in ("inner", "outer"):
        event = push(None, repo.git("rev-parse", name), f"refs/tags/{name}")
        found = changed(repo, event)
        assert (found.head, found.artifacts) == (repo.head, ["app"])
        assert build(repo, event=event, named=frozenset({"registry"})).commit == repo.head
    moved = push(repo.git("rev-parse", "inner"), repo.head, "refs/tags/outer")
    assert changed(repo, moved).base == repo.head


def test_a_deleted_branch_builds_nothing(repo: Repo) -> None:
    found = changed(repo, push(repo.head, None, "refs/heads/feature"))
    assert says(found) == (set(), set())
    assert "deleted" in str(found.notices[0])


def forced(repo: Repo) -> tuple[str, str]:
    """Main is forced from a commit that changed app to one that changed db."""
    start = repo.head
    before = edit(repo, "app")
    repo.push()
    repo.git("reset", "--quiet", "--hard", start)
    after = edit(repo, "db")
    repo.push("--force", "origin", "main")
    return before, after


def test_a_force_push_in_a_clone_that_has_before(repo: Repo) -> None:
    before, after = forced(repo)
    assert says(changed(repo, push(before, after))) == ({"app", "db"}, set())


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_force_push_whose_before_only_origin_has(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    before, after = forced(repo)
    clone = actions_checkout(origin, tmp_path / "clone", after, depth=depth)
    found = changed(clone, push(before, after))
    assert says(found) == ({"app", "db"}, set())
    assert found.notices == []


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_force_push_whose_before_is_gone_for_good(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    before, after = forced(repo)
    collect(origin)
    clone = actions_checkout(origin, tmp_path / "clone", after, depth=depth)
    found = changed(clone, push(before, after))
    assert says(found) == ({"app", "db", "web"}, set()), "none can be ruled out"
    assert before[:12] in str(found.notices[0])
    assert "force push" in str(found.notices[0])


def test_a_force_push_while_origin_does_not_answer(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    before, after = forced(repo)
    clone = actions_checkout(origin, tmp_path / "clone", after, depth=0)
    break_origin(clone)
    with pytest.raises(GitError):
        changed(clone, push(before, after))


def test_a_commit_that_is_nowhere(repo: Repo) -> None:
    with pytest.raises(RequestError, match="1111111") as raised:
        changed(repo, push(repo.head, "1" * 40))
    assert raised.value.hint
