"""Which artifacts changed: each way that a run can start, and all that could make git say otherwise."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flux.errors import GitError, HistoryMissingError, RequestError, TipUnknownError
from flux.git.clone import Clone
from flux.monorepo.changed import Changed
from flux.report.changed import document, matrix
from tests.commands.helpers import (
    HOSTILE_NAMES,
    TERMINAL,
    ZEROS,
    actions,
    actions_checkout,
    break_origin,
    changed,
    collect,
    commands,
    environment,
    in_actions,
    inv,
    monorepo,
    one_table,
    pull_request,
    pull_request_payload,
    push,
    push_payload,
)
from tests.repo import Repo

FILES = {f"artifacts/{name}/base.yaml": f"{name}\n" for name in ("app", "db", "web")}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Three artifacts, one commit, and an origin that has it."""
    repo = Repo(tmp_path / "repo")
    repo.commit(files={**FILES, "README.md": "all of it\n", "artifacts/README.md": "how to add one\n"})
    repo.bare_origin()
    return repo


@pytest.fixture
def origin(repo: Repo) -> Repo:
    return Repo(repo.path.with_name("repo.git"), bare=True)


def edit(repo: Repo, *names: str) -> str:
    """A commit that changes these artifacts."""
    for name in names:
        path = repo.path / f"artifacts/{name}/base.yaml"
        path.write_text(path.read_text() + "more\n")
    return repo.commit(f"edit {names}")


def says(found: Changed) -> tuple[set[str], set[str]]:
    return set(found.artifacts), set(found.removed)


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


# What counts


def compared(repo: Repo, **settings: Any) -> Changed:
    """The last commit against the one before."""
    return changed(repo, push(repo.git("rev-parse", "HEAD~1"), repo.head), **settings)


def test_a_file_moved_to_another_artifact_counts_on_both_sides(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/shared.yaml": "a long and similar content\n" * 20})
    repo.move("artifacts/app/shared.yaml", "artifacts/db/shared.yaml")
    repo.commit()
    assert compared(repo).reasons == {
        "app": ["artifacts/app/shared.yaml"],
        "db": ["artifacts/db/shared.yaml"],
    }


def test_a_renamed_artifact_is_a_new_one_and_a_removed_one(repo: Repo) -> None:
    repo.move("artifacts/app", "artifacts/application")
    repo.commit()
    assert says(compared(repo)) == ({"application"}, {"app"})


def test_a_file_moved_out_and_into_artifacts(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/doc.md": "doc\n" * 30, "docs/other.md": "other\n" * 30})
    repo.move("artifacts/app/doc.md", "docs/doc.md")
    repo.move("docs/other.md", "artifacts/db/other.md")
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/doc.md"], "db": ["artifacts/db/other.md"]}


def test_a_deleted_artifact_is_removed(repo: Repo) -> None:
    repo.remove("artifacts/app")
    repo.commit()
    found = compared(repo)
    assert says(found) == (set(), {"app"})
    assert document(found) == {"artifacts": [], "removed": ["app"], "reasons": {}}


def test_all_artifacts_deleted(repo: Repo) -> None:
    repo.remove("artifacts")
    repo.commit()
    assert says(compared(repo)) == (set(), {"app", "db", "web"})


def test_an_artifact_replaced_by_a_file_and_back(repo: Repo) -> None:
    repo.remove("artifacts/app")
    repo.commit(files={"artifacts/app": "now a file\n"})
    assert says(compared(repo)) == (set(), {"app"})
    repo.remove("artifacts/app")
    repo.commit(files=FILES)
    assert says(compared(repo)) == ({"app"}, set())


@pytest.mark.parametrize("file", ["base.yaml", "logo.png"])
def test_an_artifact_replaced_by_a_submodule(repo: Repo, file: str) -> None:
    repo.commit(files={f"artifacts/new/{file}": "x"})
    repo.git("rm", "--quiet", "--cached", f"artifacts/new/{file}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/new")
    repo.git("commit", "--quiet", "-m", "submodule")
    assert says(compared(repo)) == (set(), {"new"})


def test_a_file_becomes_a_folder_and_back(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/x": "file"})
    repo.remove("artifacts/app/x")
    repo.commit(files={"artifacts/app/x/y.yaml": "in a folder"})
    assert compared(repo).reasons == {"app": ["artifacts/app/x", "artifacts/app/x/y.yaml"]}
    repo.remove("artifacts/app/x")
    repo.commit(files={"artifacts/app/x": "file"})
    assert compared(repo).reasons == {"app": ["artifacts/app/x", "artifacts/app/x/y.yaml"]}


def test_files_beside_the_artifacts_are_none(repo: Repo) -> None:
    repo.write("artifacts/releaseconfig.json", "{}")
    repo.write("artifacts/README.md", "other")
    repo.symlink("artifacts/link", "app")
    repo.commit(files={"README.md": "other", "artifacts2/app/base.yaml": "x", "other/artifacts/app/y": "y"})
    settings: dict[str, Any] = {"releaseconfig": "artifacts/releaseconfig.json"}
    assert says(compared(repo, **settings)) == (set(), set())
    assert document(changed(repo, **settings)) == {"artifacts": [], "removed": [], "reasons": {}}


def test_files_of_any_name(repo: Repo) -> None:
    paths = {f"artifacts/app/{name}" for name in HOSTILE_NAMES}

    def reason() -> set[str]:
        found = compared(repo).reasons
        assert set(found) == {"app"}
        return set(found["app"])

    repo.commit(files=dict.fromkeys(paths, "one"))
    assert reason() == paths
    for path in paths:
        repo.write(path, "one", executable=True)
    assert set(changed(repo).uncommitted["app"]) == paths
    repo.commit()
    assert reason() == paths
    for path in paths:
        repo.remove(path)
    repo.commit()
    assert reason() == paths


@pytest.mark.parametrize("sources", ["artifacts", "."])
def test_artifacts_of_any_name(repo: Repo, sources: str) -> None:
    prefix = "" if sources == "." else f"{sources}/"
    files = {name: f"{prefix}{name}/base.yaml" for name in HOSTILE_NAMES}
    repo.commit(files=dict.fromkeys(files.values(), "one"))
    found = compared(repo, sources=sources)
    assert found.reasons == {name: [path] for name, path in files.items()}
    assert json.loads(json.dumps(document(found))) == document(found)
    for name in files:
        repo.remove(f"{prefix}{name}")
    repo.commit()
    assert says(compared(repo, sources=sources)) == (set(), set(files))


def test_a_sources_folder_of_any_name(repo: Repo) -> None:
    for sources in ("with space", "é/日本", "*", ":x", "-x", "[a]/b"):
        repo.commit(files={f"{sources}/app/base.yaml": "one"})
        assert compared(repo, sources=sources).reasons == {"app": [f"{sources}/app/base.yaml"]}


def test_a_mode_is_content(repo: Repo) -> None:
    (repo.path / "artifacts/app/base.yaml").chmod(0o755)
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/base.yaml"]}


def test_a_symlink_is_content(repo: Repo) -> None:
    repo.remove("artifacts/app/base.yaml")
    repo.symlink("artifacts/app/base.yaml", "elsewhere")
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/base.yaml"]}


@pytest.mark.parametrize(
    ("ignore", "path", "counts"),
    [
        ((), "logo.png", False),
        ((), "deep/er/logo.JPG", True),
        ((), "deep/er/logo.jpg", False),
        ((), ".gitignore", False),
        ((), ".gitattributes", False),
        ((), "chart.tar.gz", False),
        ((), "chart.tgz", True),
        ((), "CHANGELOG.md", True),
        (("CHANGELOG.md",), "CHANGELOG.md", False),
        (("CHANGELOG.md",), "deep/CHANGELOG.md", False),
        (("/CHANGELOG.md",), "deep/CHANGELOG.md", True),
        (("/CHANGELOG.md",), "CHANGELOG.md", False),
        (("*.md", "!README.md"), "README.md", True),
        (("*.md", "!README.md"), "NEWS.md", False),
        (("!*.png",), "logo.png", True),
        (("docs/",), "docs/a.md", False),
        (("docs/",), "deep/docs/a.md", False),
        (("docs/",), "docs", True),
        (("/docs/",), "deep/docs/a.md", True),
        (("docs/**",), "docs/a/b.md", False),
        (("**/tmp",), "a/tmp/x", False),
        (("a/b",), "a/b", False),
        (("a/b",), "x/a/b", True),
        (("*.md",), "new\nline.md", False),
        (("# comment",), "# comment", True),
        (("\\#hash",), "#hash", False),
        (("app",), "base.txt", True),
        (("artifacts/",), "base.txt", True),
    ],
)
def test_what_is_left_out_is_no_change(repo: Repo, ignore: tuple[str, ...], path: str, counts: bool) -> None:
    place = f"artifacts/app/{path}"
    # Whatever folders it needs are there already.
    repo.commit(files={f"{Path(place).parent}/keep.yaml": "x"})
    expected = {"app": [place]} if counts else {}
    for content in ("one", "other"):
        repo.commit(files={place: content})
        assert compared(repo, ignore=ignore).reasons == expected
    repo.write(place, "other", executable=True)
    repo.commit()
    assert compared(repo, ignore=ignore).reasons == expected
    repo.write(place, "uncommitted")
    assert changed(repo, ignore=ignore).uncommitted == expected
    repo.remove(place)
    repo.commit()
    assert compared(repo, ignore=ignore).reasons == expected


def test_a_file_that_is_left_out_still_makes_its_folder(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/pictures/logo.png": "x"})
    assert compared(repo).reasons == {"app": ["artifacts/app/pictures/logo.png"]}
    repo.commit(files={"artifacts/app/pictures/other.png": "x"})
    assert compared(repo).reasons == {}
    repo.remove("artifacts/app/pictures/logo.png")
    repo.commit()
    assert compared(repo).reasons == {}
    repo.remove("artifacts/app/pictures/other.png")
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/pictures/other.png"]}


def test_a_folder_that_is_left_out_is_no_change(repo: Repo) -> None:
    ignore = ("docs/", "*.md")
    repo.commit(files={"artifacts/app/docs/a.yaml": "x", "artifacts/app/docs/deep/b.md": "x"})
    assert compared(repo, ignore=ignore).reasons == {}
    repo.commit(files={"artifacts/app/new/docs/a.yaml": "x"})
    assert compared(repo, ignore=ignore).reasons == {"app": ["artifacts/app/new/docs/a.yaml"]}
    repo.remove("artifacts/app/docs")
    repo.commit()
    assert compared(repo, ignore=ignore).reasons == {}


def test_an_artifact_of_nothing_published(repo: Repo) -> None:
    repo.commit(files={"artifacts/new/logo.png": "x"})
    assert says(compared(repo)) == ({"new"}, set())
    repo.commit(files={"artifacts/new/logo.png": "y"})
    assert says(compared(repo)) == (set(), set())
    repo.remove("artifacts/new")
    repo.commit()
    assert says(compared(repo)) == (set(), {"new"})


@pytest.mark.parametrize(
    ("sources", "path", "artifact"),
    [
        ("components", "components/app/x.yaml", "app"),
        ("components", "artifacts/app/x.yaml", None),
        ("components", "deep/components/app/x.yaml", None),
        ("a/b", "a/b/app/x.yaml", "app"),
        ("a/b", "a/b2/app/x.yaml", None),
        ("a/b", "a/app/x.yaml", None),
        (".", "app/x.yaml", "app"),
        (".", "artifacts/app/x.yaml", "artifacts"),
        (".", "x.yaml", None),
    ],
)
def test_where_the_sources_are(repo: Repo, sources: str, path: str, artifact: str | None) -> None:
    repo.commit(files={path: "x"})
    expected = {artifact: [path]} if artifact else {}
    assert compared(repo, sources=sources).reasons == expected
    repo.write(path, "uncommitted")
    assert changed(repo, sources=sources).uncommitted == expected


def test_more_names_than_a_command_line_takes(repo: Repo) -> None:
    names = [f"artifact-{number:04}" for number in range(1200)]
    repo.commit(files={f"artifacts/{name}/base.yaml": name for name in names})
    assert compared(repo).artifacts == names


# Shallow clones


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


def test_the_command_in_a_shallow_clone(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    before = repo.head
    repo.write("tasks.py", "from flux.tasks import ns\n")
    edit(repo, "app")
    after = edit(repo, "db")
    repo.push()
    clone = actions_checkout(origin, tmp_path / "clone", after)
    job = in_actions(tmp_path / "job", "push", push_payload(before, after))
    good = inv(clone, "changed", "--json", env=job.env)
    assert good.code == 0
    assert good.document["artifacts"] == ["app", "db"]
    clone = actions_checkout(origin, tmp_path / "other", after)
    break_origin(clone)
    bad = inv(clone, "changed", "--json", env=job.env)
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith("::error::")
    assert "fetch-depth: 0" in bad.err


# Whatever the user's git is told

HOSTILE_CONFIG = [
    "[diff]\nnoprefix = true\nmnemonicPrefix = true",
    "[diff]\nrenames = copies\nrenameLimit = 1000",
    "[status]\nrenames = copies",
    "[diff]\nexternal = false",
    "[diff]\norderFile = ORDER",
    "[diff]\nrelative = true",
    "[diff]\nignoreSubmodules = all",
    "[diff]\nsubmodule = log\ncolorMoved = true\nwsErrorHighlight = all",
    "[diff]\nalgorithm = histogram\ncontext = 0\ninterHunkContext = 9\nstatGraphWidth = 1",
    "[log]\nfollow = true",
    "[log]\nshowSignature = true",
    "[log]\nshowRoot = true\ndiffMerges = separate\ndecorate = full\nabbrevCommit = true\ndate = relative",
    "[log]\ndiffMerges = off\nmailmap = true",
    "[format]\npretty = fuller",
    "[color]\nui = always\ndiff = always\nstatus = always",
    "[core]\nquotePath = false",
    "[core]\nquotePath = true\nabbrev = 4",
    "[core]\nignoreCase = true",
    "[core]\npager = false\n[pager]\nlog = true\ndiff = true\nstatus = true",
    "[status]\nshowUntrackedFiles = no\nrelativePaths = true\nshort = true\nbranch = true\nshowStash = true",
    "[fetch]\nprune = true\npruneTags = true\nrecurseSubmodules = true\noutput = compact\nparallel = 4",
    "[push]\ndefault = nothing\n[pull]\nrebase = true\n[rebase]\nautoStash = true",
    "[alias]\ndiff = status\nlog = status\nls-tree = status\nstatus = log",
    "[protocol]\nversion = 2\n[gc]\nauto = 1\n[maintenance]\nauto = true",
    "[core]\nautocrlf = true\neol = crlf\nsafecrlf = true",
    "[core]\nattributesFile = ATTRIBUTES\nexcludesFile = EXCLUDES",
    "[core]\nfsmonitor = false\nuntrackedCache = true\nsplitIndex = true\n[index]\nversion = 4",
    "[core]\ncommitGraph = true\n[advice]\ndetachedHead = false\n[i18n]\nlogOutputEncoding = UTF-16",
    "[submodule]\nrecurse = true\n[blame]\nignoreRevsFile = x\n[notes]\ndisplayRef = *",
    "[extensions]\npreciousObjects = true\n[receive]\ndenyNonFastForwards = true",
]


def story(repo: Repo) -> tuple[str, str]:
    """A little of everything that settings of git could blur."""
    similar = "a long and similar content\n" * 20
    repo.commit(files={"artifacts/app/shared.yaml": similar, "artifacts/web/naïve.yaml": "1"})
    before = repo.head
    repo.checkout("side", create=True)
    repo.move("artifacts/app/shared.yaml", "artifacts/db/shared.yaml")
    repo.commit()
    repo.checkout("main")
    repo.write("artifacts/web/naïve.yaml", "1", executable=True)
    repo.commit(files={"artifacts/web/base.yaml": "2"})
    repo.merge("side")
    sub = f"160000,{before},artifacts/extra/sub"
    repo.git("update-index", "--add", "--cacheinfo", sub)
    repo.git("commit", "--quiet", "-m", "submodule")
    repo.push()
    return before, repo.head


STORY = {
    "app": ["artifacts/app/shared.yaml"],
    "db": ["artifacts/db/shared.yaml"],
    "extra": ["artifacts/extra/sub"],
    "web": ["artifacts/web/base.yaml", "artifacts/web/naïve.yaml"],
}


def lines(repo: Repo) -> dict[str, list[tuple[str, list[str]]]]:
    """The first-parent line as each artifact's is walked, and what its commits changed."""
    with Clone(repo.path) as repository:
        return {
            name: [
                (commit.revision.commit, [change.path for change in commit.changes or []])
                for commit in repository.line(repo.head, "artifacts/", [name])
            ]
            for name in STORY
        }


@pytest.mark.parametrize("config", [*HOSTILE_CONFIG, "LOCAL"])
def test_no_setting_of_git_matters(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    event = push(*story(repo))
    expected = lines(repo)
    everywhere = config != "LOCAL"
    if not everywhere:
        config = "\n".join(HOSTILE_CONFIG)
    for name, text in {"ORDER": "*b*\n", "ATTRIBUTES": "* -diff\n", "EXCLUDES": "*\n"}.items():
        (tmp_path / name).write_text(text)
        config = config.replace(name, str(tmp_path / name))
    if everywhere:
        base = Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()
        (tmp_path / "gitconfig").write_text(f"{base}\n{config}\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    else:
        with (repo.path / ".git/config").open("a") as file:
            file.write(f"\n{config}\n")
    found = changed(repo, event)
    assert found.reasons == STORY
    assert found.notices == []
    assert lines(repo) == expected
    repo.write("artifacts/app/uncommitted.yaml", "x")
    in_terminal = changed(repo.path / "artifacts/db")
    assert in_terminal.reasons == {}
    if "EXCLUDES" not in config:
        assert in_terminal.uncommitted["app"] == ["artifacts/app/uncommitted.yaml"]


HOSTILE_ENVIRONMENT = [
    {"GIT_DIR": "OTHER/.git", "GIT_WORK_TREE": "OTHER"},
    {"GIT_DIR": "OTHER/.git", "GIT_INDEX_FILE": "OTHER/.git/index", "GIT_PREFIX": "artifacts/"},
    {"GIT_INDEX_FILE": "/nonexistent/index"},
    {"GIT_OBJECT_DIRECTORY": "OTHER/.git/objects"},
    {"GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nonexistent"},
    {"GIT_COMMON_DIR": "OTHER/.git"},
    {"GIT_NAMESPACE": "x"},
    {"GIT_EXTERNAL_DIFF": "false"},
    {"GIT_DIFF_OPTS": "--unified=0"},
    {"GIT_LITERAL_PATHSPECS": "0", "GIT_GLOB_PATHSPECS": "1"},
    {"GIT_NOGLOB_PATHSPECS": "1"},
    {"GIT_ICASE_PATHSPECS": "1"},
    {"GIT_SHALLOW_FILE": "SHALLOW"},
    {"GIT_GRAFT_FILE": "SHALLOW"},
    {"GIT_REPLACE_REF_BASE": "refs/heads/"},
    {"GIT_CONFIG_PARAMETERS": "'diff.renames'='copies' 'core.quotepath'='false'"},
    {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.renames", "GIT_CONFIG_VALUE_0": "copies"},
    {"GIT_PAGER": "false", "PAGER": "false", "GIT_EDITOR": "false", "LESS": "-F"},
    {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_TRACE_SETUP": "1"},
    {"GIT_CEILING_DIRECTORIES": "/"},
    {"GIT_DEFAULT_HASH": "sha256"},
    {"GIT_FLUSH": "0", "GIT_MERGE_VERBOSITY": "5", "GIT_REDIRECT_STDERR": "off"},
    {"LC_ALL": "C", "LANG": "de_DE.UTF-8", "LANGUAGE": "de", "TZ": "Asia/Kathmandu"},
    {"COLUMNS": "10", "TERM": "dumb", "FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"},
]


def test_no_variable_of_git_matters(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    before, after = story(repo)
    other = Repo(tmp_path / "other")
    other.commit(files={"artifacts/other/base.yaml": "x"})
    (tmp_path / "shallow").write_text(f"{after}\n")

    def real(value: str) -> str:
        return value.replace("OTHER", str(other.path)).replace("SHALLOW", str(tmp_path / "shallow"))

    everything: dict[str, str] = {}
    for variables in HOSTILE_ENVIRONMENT:
        variables = {name: real(value) for name, value in variables.items()}
        everything |= variables
        with environment(**variables):
            assert changed(repo, push(before, after)).reasons == STORY, variables
    job = in_actions(tmp_path / "job", "push", push_payload(before, after))
    ran = inv(repo, "changed", "--json", env={**job.env, **everything})
    assert ran.code == 0, ran.said
    assert ran.document == {"artifacts": sorted(STORY), "removed": [], "reasons": STORY}
    assert job.outputs["artifacts"] == sorted(STORY)


def test_in_a_hook(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m invoke changed --json >'{tmp_path}/said'\n")
    hook.chmod(0o755)
    repo.write("artifacts/app/base.yaml", "staged")
    repo.git("commit", "--quiet", "-a", "-m", "through a hook")
    assert json.loads((tmp_path / "said").read_text())["artifacts"] == []
    assert repo.git("status", "--porcelain") == ""


def grafted(repo: Repo) -> None:
    """A graft that hides the commit before the last."""
    grafts = repo.path / ".git/info/grafts"
    grafts.parent.mkdir(exist_ok=True)
    first = repo.git("rev-list", "--max-parents=0", "HEAD")
    grafts.write_text(f"{repo.head} {first}\n")


def replaced(repo: Repo) -> None:
    """A replacement whose only parent is the first commit, and which lacks an artifact."""
    first = repo.git("rev-list", "--max-parents=0", "HEAD")
    tree = repo.git("rev-parse", f"{first}^{{tree}}")
    repo.git("replace", repo.head, repo.git("commit-tree", tree, "-p", first, "-m", "replaced"))


@pytest.mark.parametrize("lie", [grafted, replaced])
@pytest.mark.filterwarnings("default")
def test_grafts_and_replacements_of_this_clone_do_not_matter(repo: Repo, lie: Callable[[Repo], None]) -> None:
    repo.checkout("feature", create=True)
    edit(repo, "app")
    repo.checkout("main")
    edit(repo, "db")
    repo.push()
    repo.checkout("feature")
    repo.merge("main")
    edit(repo, "web")
    assert says(changed(repo)) == ({"app", "web"}, set())
    lie(repo)
    assert says(changed(repo)) == ({"app", "web"}, set())


@pytest.mark.parametrize("place", ["artifacts", "artifacts/app", "deep/er"])
def test_from_a_folder_below(repo: Repo, place: str) -> None:
    before = repo.head
    repo.commit(files={"deep/er/x": "x"})
    after = edit(repo, "app")
    repo.write("artifacts/db/new.yaml", "x")
    assert changed(repo.path / place, push(before, after)).reasons == {"app": ["artifacts/app/base.yaml"]}
    assert changed(repo.path / place).uncommitted == {"db": ["artifacts/db/new.yaml"]}


@pytest.mark.parametrize("flags", [(), ("--depth=1",)])
def test_in_a_linked_worktree(repo: Repo, origin: Repo, tmp_path: Path, flags: tuple[str, ...]) -> None:
    before = repo.head
    edit(repo, "app")
    after = edit(repo, "db")
    repo.push()
    clone = origin.clone(tmp_path / "clone", *flags)
    clone.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    (tmp_path / "linked/artifacts/web/new.yaml").write_text("x")
    for place in ("linked", "linked/artifacts/app"):
        assert says(changed(tmp_path / place, push(before, after))) == ({"app", "db"}, set())
        assert changed(tmp_path / place).uncommitted == {"web": ["artifacts/web/new.yaml"]}


def test_in_a_clone_that_borrows_its_objects(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    before = repo.head
    after = edit(repo, "app")
    repo.push()
    clone = origin.clone(tmp_path / "clone", "--shared", "--reference", str(repo.path))
    assert says(changed(clone, push(before, after))) == ({"app"}, set())


def test_in_a_sparse_checkout(repo: Repo) -> None:
    before = repo.head
    after = edit(repo, "app")
    repo.git("sparse-checkout", "set", "artifacts/db")
    assert not (repo.path / "artifacts/app").exists()
    assert says(changed(repo, push(before, after))) == ({"app"}, set())
    assert changed(repo).uncommitted == {}


@pytest.mark.parametrize("name", ["with space", "new\nline", "\N{LINE SEPARATOR}", "é", "-x", "a:b"])
def test_a_repository_at_any_path(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / name)
    before = repo.commit(files=FILES)
    after = edit(repo, "app")
    repo.write("artifacts/db/new.yaml", "x")
    assert says(changed(repo, push(before, after))) == ({"app"}, set())
    assert changed(repo.path / "artifacts").uncommitted == {"db": ["artifacts/db/new.yaml"]}


def test_only_what_is_needed_is_fetched_and_nothing_of_the_users_is_lost(repo: Repo, tmp_path: Path) -> None:
    """The user has tags and branches that origin lacks, and settings that prune."""
    repo.git("config", "fetch.prune", "true")
    repo.git("config", "fetch.pruneTags", "true")
    repo.tag("mine")
    repo.branch("mine")
    repo.git("update-ref", "refs/remotes/origin/old", "HEAD")
    origin = Repo(repo.path.with_name("repo.git"), bare=True)
    other = origin.clone(tmp_path / "other")
    edit(other, "db")
    other.push()
    before = repo.git("for-each-ref")
    edit(repo, "app")
    assert says(changed(repo)) == ({"app"}, set())
    refs = dict(line.split("\t")[::-1] for line in repo.git("for-each-ref").splitlines())
    for line in before.splitlines():
        object_, ref = line.split("\t")
        if ref not in ("refs/heads/main", "refs/remotes/origin/main"):
            assert refs[ref] == object_
    assert not (repo.path / ".git/FETCH_HEAD").exists() or "db" not in repo.git("status", "--porcelain")


# In Actions


def job_of(repo: Repo, folder: Path, *arguments: str) -> tuple[int, str, str, dict[str, object], str]:
    before = repo.git("rev-list", "--max-parents=0", "HEAD")
    job = in_actions(folder, "push", push_payload(before, repo.head))
    ran = inv(repo, "changed", *arguments, env=job.env)
    return ran.code, ran.out, ran.err, job.outputs, job.summary.read_text()


def test_outputs_summary_and_the_document(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    edit(repo, "app")
    repo.remove("artifacts/web")
    repo.commit(files={"artifacts/db/é \n\"'.yaml": "x"})
    code, out, err, outputs, summary = job_of(repo, tmp_path / "job", "--json")
    assert code == 0, err
    document = {
        "artifacts": ["app", "db"],
        "removed": ["web"],
        "reasons": {"app": ["artifacts/app/base.yaml"], "db": ["artifacts/db/é \n\"'.yaml"]},
    }
    assert json.loads(out) == document
    assert list(json.loads(out)) == list(document)
    assert outputs == {
        "artifacts": ["app", "db"],
        "matrix": {"include": [{"artifact": "app"}, {"artifact": "db"}]},
    }
    assert "web" in summary
    plain = job_of(repo, tmp_path / "plain")
    assert plain[0] == 0
    assert plain[3:] == (outputs, summary)


def test_nothing_changed_in_actions(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    code, out, _, outputs, summary = job_of(repo, tmp_path / "job", "--json")
    assert code == 0
    assert json.loads(out) == {"artifacts": [], "removed": [], "reasons": {}}
    assert outputs == {"artifacts": [], "matrix": {"include": []}}
    assert "None" in summary


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 511, 512, 513, 10_000])
def test_a_matrix_has_at_most_256_entries_and_every_artifact_once(count: int) -> None:
    names = [f"artifact-{number:05}" for number in range(count)]
    entries = matrix(names)["include"]
    assert len(entries) <= 256
    assert [name for entry in entries for name in entry["artifact"].split(",")] == names
    assert all(list(entry) == ["artifact"] for entry in entries)


def test_the_summary_stays_one_table(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    names = [name for name in HOSTILE_NAMES if "/" not in name]
    markdown = ["**bold**", "<b>", "[x](http://y)", "~~x~~", "![i](j)", "| --- |", "@all", "#1", "\\|", "`|`"]
    for name in [*names, *markdown]:
        repo.write(f"artifacts/{name}/f", "x")
    for name in markdown:
        repo.write(f"artifacts/app/{name.replace('/', '')}", "x")
    repo.remove("artifacts/web")
    repo.commit()
    code, out, err, outputs, summary = job_of(repo, tmp_path / "job")
    assert code == 0, err
    changed_names = outputs["artifacts"]
    assert isinstance(changed_names, list)
    one_table(summary, rows=len(changed_names) + 1)
    assert commands(out + err) == [], "nothing that a name says is obeyed"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("push", ""),
        ("push", "[]"),
        ("push", '{"ref": "refs/heads/main", "before": "--output=x", "after": "HEAD"}'),
        ("pull_request", "{}"),
        ("pull_request_target", '{"pull_request": {"base": {"sha": "HEAD"}, "head": []}}'),
    ],
)
def test_an_event_that_is_none(tmp_path: Path, name: str, payload: str) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    job = in_actions(tmp_path / "job", name, payload)
    ran = inv(repo, "changed", "--json", env=job.env)
    assert (ran.code, ran.out) == (2, "")
    assert job.outputs == {}
    assert ran.err.startswith("::error::"), "errors in Actions are annotations"


def test_a_pull_request_event(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    repo.checkout("feature", create=True)
    head = edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    job = in_actions(tmp_path / "job", "pull_request", pull_request_payload(base, head))
    assert inv(repo, "changed", "--json", env=job.env).document["artifacts"] == ["db"]


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule", "release", "issues", "merge_group"])
def test_an_event_that_says_nothing_of_commits_is_as_a_terminal(tmp_path: Path, name: str) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    edit(repo, "app")
    job = in_actions(tmp_path / "job", name, {})
    assert inv(repo, "changed", "--json", env=job.env).document["artifacts"] == ["app"]


# In a terminal, as a command


def test_one_document_and_all_else_on_the_other_stream(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    edit(repo, "app")
    repo.write("artifacts/db/base.yaml", "uncommitted")
    break_origin(repo)
    ran = inv(repo, "changed", "--json")
    assert ran.code == 0
    assert list(ran.document) == ["artifacts", "removed", "reasons"]
    assert ran.document["artifacts"] == ["app"]
    assert "last fetched" in ran.err
    assert "artifacts/db/base.yaml" in ran.err


def test_since_on_the_command_line(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.tag("v1")
    edit(repo, "app")
    assert inv(repo, "changed", "--json", "--since", "v1").document["artifacts"] == ["app"]
    for garbage in ("--since=--output=x", "--since=", "--since=nonesuch"):
        ran = inv(repo, "changed", "--json", garbage)
        assert (ran.code, ran.out) == (2, ""), ran.said
        assert len(ran.err.splitlines()) == 2, "what happened, and what to do"
    assert repo.git("status", "--porcelain") == ""


def test_names_that_a_terminal_would_obey_are_spelled_out(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.checkout("feature", create=True)
    repo.commit(files={"artifacts/app/\x1b]0;owned\x07\x1b[2J": "x", "artifacts/app/[red]x[/red]": "x"})
    ran = inv(repo, "changed")
    assert ran.code == 0
    assert "\x1b" not in ran.said
    assert "\\x1b]0;owned" in ran.out
    assert "[red]x[/red]" in ran.out


def test_outside_a_repository(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text("from flux.tasks import ns\n")
    ran = inv(tmp_path, "changed", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 2


def test_without_git(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    (tmp_path / "bin").mkdir()
    ran = inv(repo, "changed", env={"PATH": str(tmp_path / "bin")})
    assert ran.code == 1
    assert "git was not found" in ran.err
    assert len(ran.err.splitlines()) == 2


def test_chained_tasks(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    ran = inv(repo, "list", "changed", "build", "--dry-run")
    assert ran.code == 0
    assert "No artifact changed." in ran.out


def test_the_same_for_every_event_says_the_same_as_git(repo: Repo) -> None:
    """What `git diff` of people's own says, for one plain case."""
    start = repo.head
    edit(repo, "app", "web")
    listed = subprocess.run(
        ["git", "diff", "--name-only", start, "HEAD"], cwd=repo.path, capture_output=True, text=True
    ).stdout.splitlines()
    expected = {path.split("/")[1]: [path] for path in listed}
    for found in (changed(repo, push(start, repo.head)), changed(repo, TERMINAL), changed(repo, since=start)):
        assert found.reasons == expected


def test_the_difference_of_what_changed(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {}, {"ignore": ["NEWS.md"]})
    since = repo.commit(
        files={
            "artifacts/app/x.yaml": "x: 1\n",
            "artifacts/app/NEWS.md": "old\n",
            "artifacts/gone/x.yaml": "x: 1\n",
            "artifacts/still/x.yaml": "x: 1\n",
        }
    )
    repo.remove("artifacts/gone")
    repo.symlink("artifacts/app/link", "x.yaml")
    text = "x: 2\n```\n</details>\n::error::no\n"
    head = repo.commit(files={"artifacts/app/x.yaml": text, "artifacts/app/NEWS.md": "new\n"})
    job = in_actions(tmp_path / "job", "push", push_payload(since, head))
    shown = inv(repo, "changed", "--diff", env=job.env)
    assert shown.code == 0, shown.said
    assert "+x: 2" in shown.out
    assert commands(shown.out) == []
    summary = job.summary.read_text()
    assert summary.count("<details><summary>app</summary>\n\n````diff\n") == 1
    assert "````\n\n\n</details>\n\n<details><summary>gone</summary>" in summary
    assert "NEWS" not in summary
    assert "still" not in summary

    document = inv(repo, "changed", "--diff", "--json", env=job.env).document
    assert document["artifacts"] == ["app"]
    patch = tmp_path / "patch"
    patch.write_text(document["diffs"]["app"])
    repo.checkout(since)
    repo.git("apply", "--directory=artifacts/app", str(patch))
    assert (repo.path / "artifacts/app/x.yaml").read_text() == text
    assert "deleted file" in document["diffs"]["gone"]
    assert "diffs" not in inv(repo, "changed", "--json", env=job.env).document
