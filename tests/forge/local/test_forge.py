"""The forge of local files, in the hands of people with an editor and git."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.errors import ForgeError, GitError
from flux.forge.forge import PullState, Release
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.forge.conftest import Place
from tests.repo import Repo

ISSUE = """\
---
title: Promote eso
state: open
author: Test <test@example.com>
labels:
- flux-release
---

- [ ] at
- [ ] prod
"""


@pytest.fixture
def root(local: Place) -> Path:
    return local.repo.path / ".forge"


@pytest.fixture
def issue(local: Place, root: Path) -> Path:
    """The file of issue 1."""
    local.forge.create_issue("Promote eso", "- [ ] at\n- [ ] prod", "flux-release", None)
    return root / "issues" / "1.md"


@pytest.fixture
def pull(local: Place, root: Path) -> Path:
    """The file of pull request 1."""
    local.propose()
    return root / "pulls" / "1.md"


def state(local: Place, number: int = 1) -> PullState:
    found = local.forge.pull_request(number)
    assert found is not None
    return found.state


# Files


def test_an_issue_is_a_file_that_people_can_read(local: Place, issue: Path) -> None:
    assert issue.read_text() == ISSUE
    found = local.forge.issue(1)
    assert found is not None
    assert found.url == issue.as_uri()


def test_so_are_a_pull_request_and_comments(local: Place, pull: Path) -> None:
    local.forge.create_comment(1, "Deployed.")
    assert pull.read_text() == (
        "---\ntitle: Title\nstate: open\nauthor: Test <test@example.com>\n"
        "branch: topic\nbase: main\n---\n\nBody\n"
    )
    comment = pull.with_name("1.comment-1.md")
    assert comment.read_text() == "---\nauthor: Test <test@example.com>\n---\n\nDeployed.\n"


def test_numbers_are_of_one_sequence(local: Place, issue: Path, root: Path) -> None:
    assert local.propose().number == 2
    assert local.forge.create_issue("Third", "", "label", None).number == 3
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*.md")) == [
        "issues/1.md",
        "issues/3.md",
        "pulls/2.md",
    ]


def test_git_does_not_see_the_files(local: Place, issue: Path) -> None:
    assert local.repo.git("status", "--porcelain", "--untracked-files=all") == ""


def test_reading_writes_nothing(local: Place, root: Path) -> None:
    local.forge.issues("label")
    local.forge.pull_requests()
    local.forge.releases()
    local.forge.branch("main")
    assert not root.exists()


def test_no_number_is_given_twice(local: Place) -> None:
    def make(count: int) -> int:
        forge = LocalForge(local.repo.path, Clone(local.repo.path))
        number = forge.create_issue(f"Issue {count}", "", "label", None).number
        return forge.create_comment(number, "").id

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(make, range(24))) == list(range(1, 25))
    assert [issue.number for issue in local.forge.issues("label")] == list(range(1, 25))


def test_the_assignee_is_noted_where_it_can_be_one(local: Place, root: Path) -> None:
    for assignee in (local.login, "someone else"):
        local.forge.create_issue("Title", "", "label", assignee)
    assert f"assignee: {local.login}\n" in (root / "issues" / "1.md").read_text()
    assert "assignee" not in (root / "issues" / "2.md").read_text()


# Releases of a clone that has an origin

TAG = "eso-v1.0.0"


def create(clone: Repo, title: str = "eso 1.0.0") -> Release:
    forge = LocalForge(clone.path, Clone(clone.path))
    return forge.create_release(TAG, clone.head, title, "Notes", False)


def find(clone: Repo) -> Release | None:
    return LocalForge(clone.path, Clone(clone.path)).release(TAG)


def with_origin(local: Place, tmp_path: Path) -> tuple[Repo, Repo, Repo]:
    """An origin, and two clones of it without its tags."""
    origin = local.repo.bare_origin()
    return origin, local.repo, origin.clone(tmp_path / "other", "--no-tags")


def refuse_pushes(origin: Repo) -> Path:
    return origin.write("hooks/update", "#!/bin/sh\nexit 1\n", executable=True)


@pytest.mark.parametrize("lightweight", [False, True])
def test_a_release_that_only_origin_has_is_found(local: Place, tmp_path: Path, lightweight: bool) -> None:
    origin, one, other = with_origin(local, tmp_path)
    made = create(one)
    if lightweight:
        other.tag(TAG)
    found = find(other)
    assert found
    assert (found.commit, found.title, found.body) == (made.commit, made.title, made.body)
    assert other.git("rev-parse", TAG) == origin.git("rev-parse", TAG)
    with pytest.raises(ForgeError, match="is there already"):
        create(other, "Another")


def test_a_tag_at_origin_becomes_a_release(local: Place, tmp_path: Path) -> None:
    origin, one, other = with_origin(local, tmp_path)
    origin.tag(TAG, "main")
    assert find(other) is None
    create(other)
    assert origin.git("cat-file", "-t", TAG) == "tag"
    found = find(one)
    assert found
    assert found.title == "eso 1.0.0"


@pytest.mark.parametrize("lightweight", [False, True])
def test_a_release_that_could_not_be_pushed_is_none(local: Place, tmp_path: Path, lightweight: bool) -> None:
    origin, one, other = with_origin(local, tmp_path)
    if lightweight:
        one.tag(TAG)
    before = one.git("show-ref")
    hook = refuse_pushes(origin)
    with pytest.raises(GitError):
        create(one)
    assert (find(one), one.git("show-ref")) == (None, before)
    hook.unlink()
    create(other, "Of the other")
    found = find(one)
    assert found
    assert found.title == "Of the other"


def test_a_release_whose_run_was_killed_before_it_was_pushed(local: Place, tmp_path: Path) -> None:
    origin, one, _ = with_origin(local, tmp_path)
    one.tag(TAG, message="eso 1.0.0\n\nBy then\n")
    assert find(one) is None
    assert create(one).body == "By then"
    assert origin.git("rev-parse", TAG) == one.git("rev-parse", TAG)


def test_a_tag_that_is_elsewhere_at_origin(local: Place, tmp_path: Path) -> None:
    origin, one, other = with_origin(local, tmp_path)
    create(one)
    other.commit("later")
    other.push()
    other.tag(TAG, message="another")
    assert find(other) is None
    with pytest.raises(ForgeError, match=f"is there already, at {one.head[:12]}"):
        create(other)
    assert origin.git("rev-parse", f"{TAG}^{{commit}}") == one.head


# Hand edits


def test_a_box_is_ticked_by_editing_the_file(local: Place, issue: Path) -> None:
    issue.write_text(ISSUE.replace("[ ] at", "[x] at"))
    found = local.forge.issue(1)
    assert found is not None
    assert found.body == "- [x] at\n- [ ] prod"
    assert found.updated == issue.stat().st_mtime


@pytest.mark.parametrize(
    "edited",
    [
        ISSUE.replace("\n", "\r\n"),
        "\ufeff" + ISSUE,
        ISSUE.rstrip("\n"),
        ISSUE.replace("---\n\n", "---\n"),
        ISSUE.replace("---\n", "---  \n"),
        ISSUE.replace("Promote eso", "'Promote eso'").replace("- flux-release", "  - flux-release  # ours"),
    ],
    ids=["crlf", "bom", "no last newline", "no blank line", "blanks", "yaml"],
)
def test_what_editors_do_to_a_file_is_understood(local: Place, issue: Path, edited: str) -> None:
    before = local.forge.issue(1)
    issue.write_text(edited, newline="")
    after = local.forge.issue(1)
    assert before is not None
    assert after is not None
    assert (after.title, after.body, after.labels) == (before.title, before.body, before.labels)


def test_fields_of_ones_own_are_kept(local: Place, issue: Path) -> None:
    issue.write_text(ISSUE.replace("labels:", "due: 2026-12-01\nlabels:").replace("open", "closed"))
    found = local.forge.issue(1)
    assert found is not None
    assert not found.open
    local.forge.edit_issue(1, body="New", open=True)
    text = issue.read_text()
    assert "due: 2026-12-01\n" in text
    assert "state: open\n" in text
    assert text.endswith("---\n\nNew\n")


def test_an_issue_is_deleted_with_its_file(local: Place, issue: Path) -> None:
    issue.unlink()
    assert local.forge.issue(1) is None
    assert local.forge.issues("flux-release") == []


def test_other_files_are_none_of_ours(local: Place, issue: Path) -> None:
    for name in ("1.md~", ".1.md.swp", "notes.md", "x1.md", "1.orig.md"):
        issue.with_name(name).write_text("nothing")
    assert [found.number for found in local.forge.issues("flux-release")] == [1]


BROKEN = {
    "": "the first line is not `---`",
    "Hello\n": "the first line is not `---`",
    "---\ntitle: x\n": "there is no second line `---`",
    "---\n---\n": "there are no fields between the two lines `---`",
    "---\n- a\n---\n": "there are no fields between the two lines `---`",
    "---\ntitle: a: b\n---\n": "line 2: mapping values are not allowed here",
    ISSUE.replace("title: Promote eso\n", ""): "`title` is missing",
    ISSUE.replace("Promote eso", "1.0"): "`title` is 1.0, which is no text without quotes",
    ISSUE.replace("open", "opne"): "`state` is 'opne'; allowed is open or closed",
    ISSUE.replace("open", "merged"): "`state` is 'merged'; allowed is open or closed",
    ISSUE.replace("- flux-release", "  flux-release: 1"): "`labels` is {'flux-release': 1}, no list of texts",
}


@pytest.mark.parametrize(("content", "fault"), BROKEN.items())
def test_a_file_that_was_broken_is_named(local: Place, issue: Path, content: str, fault: str) -> None:
    issue.write_text(content)
    with pytest.raises(ForgeError) as raised:
        local.forge.issues("flux-release")
    assert raised.value.message == f"{issue} cannot be read: {fault}"
    assert raised.value.hint == "correct the lines between the two `---` at its top"


def test_a_file_that_is_no_text_is_named(local: Place, issue: Path) -> None:
    issue.write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(ForgeError, match=r"1\.md cannot be read: not UTF-8"):
        local.forge.issue(1)


def test_an_edit_leaves_a_broken_file_alone(local: Place, issue: Path) -> None:
    issue.write_text("broken")
    with pytest.raises(ForgeError, match=r"1\.md"):
        local.forge.edit_issue(1, body="New")
    assert issue.read_text() == "broken"


# Pull requests and git


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only"])
def test_a_merge_with_git_merges_the_pull_request(local: Place, pull: Path, how: str) -> None:
    local.repo.git("merge", "--quiet", how, "--no-edit", "topic")
    assert state(local) is PullState.MERGED
    local.repo.git("branch", "--quiet", "-d", "topic")
    assert state(local) is PullState.MERGED


def test_commits_of_ones_own_ride_along(local: Place, pull: Path) -> None:
    local.repo.checkout("topic")
    commit = local.repo.commit(files={"mine": "x"})
    found = local.forge.pull_request(1)
    assert found is not None
    assert (found.head, found.state) == (commit, PullState.OPEN)
    local.repo.checkout("main")
    local.repo.merge("topic")
    assert state(local) is PullState.MERGED


@pytest.mark.parametrize("word", list(PullState))
def test_the_file_can_say_the_state(local: Place, pull: Path, word: PullState) -> None:
    pull.write_text(pull.read_text().replace("state: open", f"state: {word.value}"))
    assert state(local) is word


def test_deleting_the_branch_with_git_closes_the_pull_request(local: Place, pull: Path) -> None:
    before = local.forge.pull_requests()[0]
    local.repo.git("branch", "--quiet", "-D", "topic")
    local.repo.git("gc", "--quiet", "--prune=now")
    found = local.forge.pull_request(1)
    assert found is not None
    assert (found.state, found.head) == (PullState.CLOSED, before.head)
    local.start("topic", "again")
    assert state(local) is PullState.CLOSED


def test_a_rebased_branch_is_merged_too(local: Place, pull: Path) -> None:
    local.repo.commit(files={"file": "main moved\n"})
    local.repo.git("rebase", "--quiet", "main", "topic")
    local.repo.checkout("main")
    assert state(local) is PullState.OPEN
    local.repo.merge("topic")
    assert state(local) is PullState.MERGED


@pytest.mark.parametrize("move", ["advance", "delete"])
def test_a_branch_that_is_checked_out_is_left_alone(local: Place, pull: Path, move: str) -> None:
    head = local.forge.pull_requests()[0].head
    local.repo.checkout("topic")
    acts: dict[str, Callable[[], object]] = {
        "advance": lambda: local.forge.advance_branch("topic", local.commit("more", onto=head)),
        "delete": lambda: local.forge.delete_branch("topic", head),
    }
    with pytest.raises(ForgeError) as raised:
        acts[move]()
    folder = local.repo.path
    assert raised.value.message == (
        f"branch topic is checked out in {folder}, whose files would not follow it"
    )
    assert raised.value.hint == "check out another branch there: `git switch main`"
    assert local.forge.branch("topic") == head


def test_a_commit_touches_neither_files_nor_index(local: Place) -> None:
    local.repo.write("staged", "x")
    local.repo.git("add", "staged")
    local.repo.write("file", "changed")
    before = local.repo.git("status", "--porcelain")
    commit = local.forge.commit([local.tip], {"file": b"committed"}, "Message")
    assert local.repo.git("status", "--porcelain") == before
    assert (local.repo.path / "file").read_text() == "changed"
    assert local.repo.git("show", "--format=%an <%ae>", "--name-only", commit).split("\n\n") == [
        local.login,
        "file",
    ]


def test_filters_of_git_leave_a_commit_alone(local: Place) -> None:
    local.repo.commit(files={".gitattributes": "* text eol=crlf\n"})
    local.repo.git("config", "core.autocrlf", "true")
    commit = local.forge.commit([local.tip], {"file": b"a\r\nb\n"}, "Message")
    assert local.repo.git("cat-file", "-s", f"{commit}:file") == "5"


# Releases


def test_a_release_is_an_annotated_tag(local: Place) -> None:
    local.forge.create_release("eso-v1.0.0", local.tip, "eso 1.0.0", "# Changes\n\n- one", False)
    local.forge.create_release("eso-v1.1.0-rc.1", local.tip, "eso 1.1.0-rc.1", "- two", True)
    message = local.repo.git("for-each-ref", "--format=%(contents)", "refs/tags/eso-v1.0.0")
    assert message == "eso 1.0.0\n\n# Changes\n\n- one\n".rstrip("\n")
    message = local.repo.git("for-each-ref", "--format=%(contents)", "refs/tags/eso-v1.1.0-rc.1")
    assert message == "eso 1.1.0-rc.1\n\n- two\n\nPrerelease: true"


def test_a_tag_made_by_hand_is_a_release(local: Place) -> None:
    local.repo.tag("eso-v1.0.0", message="eso 1.0.0\n\n- one\n- two")
    release = local.forge.release("eso-v1.0.0")
    assert release is not None
    assert (release.title, release.body, release.prerelease) == ("eso 1.0.0", "- one\n- two", False)
    local.repo.tag("other", message="Just a title")
    release = local.forge.release("other")
    assert release is not None
    assert (release.title, release.body) == ("Just a title", "")


def test_a_tag_of_no_commit_is_no_release(local: Place) -> None:
    local.repo.git("tag", "-a", "-m", "message", "blob", "HEAD:file")
    assert local.forge.releases() == []


def test_a_second_tag_is_refused(local: Place) -> None:
    local.forge.create_release("eso-v1.0.0", local.tip, "eso 1.0.0", "", False)
    with pytest.raises(ForgeError) as raised:
        local.forge.create_release("eso-v1.0.0", local.tip, "eso 1.0.0", "", False)
    assert raised.value.message == f"tag eso-v1.0.0 is there already, at {local.tip[:12]}"
    assert (
        raised.value.hint == "release the next version, or run `git tag -d eso-v1.0.0` if nobody has it yet"
    )


# Who


def test_git_must_know_who_one_is(local: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    local.repo.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with pytest.raises(GitError, match="git does not know who you are"):
        local.forge.login()


def test_starting_a_workflow_does_nothing(local: Place) -> None:
    local.forge.dispatch("release.yml", "main", {"tag": "x"})
