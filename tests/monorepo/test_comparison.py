"""Which commits are compared: each way that a run can start."""

from pathlib import Path

import pytest

from flux.errors import GitError, RequestError, TipUnknownError
from tests.commands.helpers import (
    ZEROS,
    actions,
    actions_checkout,
    break_origin,
    build,
    changed,
    collect,
    pull_request,
    push,
)
from tests.monorepo.changing import FILES, edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo

# A push


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
    assert "deleted" in found.notices[0]


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
    assert before[:12] in found.notices[0]
    assert "force push" in found.notices[0]


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


# A pull request


def test_a_pull_request_whose_base_moved_on(repo: Repo) -> None:
    repo.checkout("feature", create=True)
    head = edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    repo.git("checkout", "--quiet", "--detach")
    repo.merge("feature")  # as refs/pull/1/merge
    assert says(changed(repo, pull_request(base, head))) == ({"db"}, set())


def test_a_pull_request_that_merged_its_base(repo: Repo) -> None:
    repo.checkout("feature", create=True)
    edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    repo.checkout("feature")
    repo.merge("main")
    head = edit(repo, "web")
    assert says(changed(repo, pull_request(base, head))) == ({"db", "web"}, set())


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_pull_request_in_the_clone_that_actions_makes(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    base_at_start = repo.head
    repo.checkout("feature", create=True)
    edit(repo, "db")
    head = edit(repo, "db")
    repo.push("origin", "feature:refs/pull/1/head")
    repo.checkout("main")
    edit(repo, "app")
    base = edit(repo, "app")
    repo.push()
    repo.git("checkout", "--quiet", "--detach")
    merge = repo.merge("feature")
    repo.push("origin", "HEAD:refs/pull/1/merge")
    clone = actions_checkout(origin, tmp_path / "clone", merge, "1/merge", depth)
    for event in (pull_request(base, head), pull_request(base_at_start, head)):
        assert says(changed(clone, event)) == ({"db"}, set())


def test_a_pull_request_of_unrelated_history(repo: Repo) -> None:
    base = repo.head
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.remove("artifacts/web")
    head = repo.commit("other root")
    found = changed(repo, pull_request(base, head))
    assert says(found) == ({"app", "db"}, set())
    assert "no history in common" in found.notices[0]


# A terminal


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
    assert last[:12] in found.notices[0]


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


# --since


@pytest.mark.parametrize("kind", ["tag", "annotated", "short", "full", "relative", "branch"])
def test_since_any_name_of_a_commit(repo: Repo, kind: str) -> None:
    edit(repo, "app")
    start = repo.head
    repo.tag("v1")
    repo.tag("v1a", message="annotated")
    repo.branch("then")
    edit(repo, "db")
    edit(repo, "web")
    names = {
        "tag": "v1",
        "annotated": "v1a",
        "short": start[:7],
        "full": start,
        "relative": "HEAD~2",
        "branch": "then",
    }
    assert says(changed(repo, since=names[kind])) == ({"db", "web"}, set())
    assert says(changed(repo, push(ZEROS, ZEROS), since=names[kind])) == ({"db", "web"}, set())


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "nonesuch",
        "-",
        "--output=x",
        "--all",
        "-n1",
        "artifacts/app",
        "artifacts/app/base.yaml",
        "HEAD:artifacts",
        "HEAD:artifacts/app/base.yaml",
        "^HEAD",
        "HEAD~1..HEAD",
        "HEAD HEAD~1",
        "HEAD~1\nHEAD",
        "HEAD~100",
        "deadbeef",
        "1" * 40,
        "blob",
        "; touch x",
        "é",
    ],
)
def test_since_what_names_no_commit(repo: Repo, garbage: str) -> None:
    edit(repo, "app")
    repo.tag("blob", "HEAD:artifacts/app/base.yaml")
    with pytest.raises(RequestError) as raised:
        changed(repo, since=garbage)
    assert raised.value.exit_code == 2
    assert raised.value.hint
    assert not (repo.path / "x").exists()


def test_since_a_commit_that_is_ahead(repo: Repo) -> None:
    start = repo.head
    later = edit(repo, "app")
    repo.checkout(start)
    assert says(changed(repo, since=later)) == ({"app"}, set())


def test_since_what_only_origin_has(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    start = repo.head
    edit(repo, "app")
    after = edit(repo, "db")
    repo.push()
    clone = actions_checkout(origin, tmp_path / "clone", after)
    assert says(changed(clone, since="HEAD~2")) == ({"app", "db"}, set())
    clone = actions_checkout(origin, tmp_path / "other", after)
    assert says(changed(clone, since=start)) == ({"app", "db"}, set())
