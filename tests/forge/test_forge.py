"""What every forge promises, tried on local files and on GitHub."""

import time
from pathlib import Path

import pytest

from flux.errors import FluxError, ForgeError
from flux.forge.dry import DryForge
from flux.forge.forge import Forge, PullState
from tests.forge.conftest import Place
from tests.github.server import GitHub

ABSENT = 404
LABEL = "flux-release"
ODD = "# Title\n\n- [ ] `at` ☃\n---\ntitle: x\n\n```\n<!-- a: b -->\n```\n\n"


@pytest.fixture
def forge(place: Place) -> Forge:
    return place.forge


def open_issue(forge: Forge, title: str = "Title", body: str = "Body", label: str = LABEL) -> int:
    return forge.create_issue(title, body, label, None).number


# Who


def test_the_account_that_asks_is_known_and_may_all(place: Place) -> None:
    assert place.forge.login() == place.login
    assert place.forge.permission(place.login) in ("admin", "write")


def test_an_app_has_no_permission_of_its_own(forge: Forge) -> None:
    assert forge.permission("github-actions[bot]") == "none"


def test_who_asks_lacks_nothing_that_is_told(forge: Forge) -> None:
    assert not forge.lacks()


def test_an_account_is_there_or_not(place: Place) -> None:
    assert place.forge.has_account(place.login)
    assert not place.forge.has_account("nobody-of-this-name")


# Releases


def test_nothing_is_released_at_first(forge: Forge) -> None:
    assert forge.releases() == []
    assert forge.release("eso-v1.0.0") is None


def test_a_tag_is_no_release(place: Place) -> None:
    place.repo.tag("eso-v1.0.0", "main")
    assert place.forge.release("eso-v1.0.0") is None
    assert place.forge.releases() == []


@pytest.mark.parametrize("tag", ["eso-v1.0.0", "eso/1.0.0", "flux-oci-a-v1.0.0-rc.1"])
@pytest.mark.parametrize("prerelease", [True, False])
@pytest.mark.parametrize("body", ["Notes", ODD, ""])
def test_a_release_is_made_and_found(place: Place, tag: str, prerelease: bool, body: str) -> None:
    created = place.forge.create_release(tag, place.tip, "eso 1.0.0", body, prerelease)
    assert (created.tag, created.commit, created.title) == (tag, place.tip, "eso 1.0.0")
    assert (created.body, created.prerelease, created.author) == (body, prerelease, place.login)
    assert created.url.startswith(place.url)
    assert place.forge.release(tag) == created
    assert place.forge.releases() == [created]
    assert place.repo.git("rev-parse", f"refs/tags/{tag}^{{commit}}") == place.tip


def test_a_release_is_of_the_commit_asked_for(place: Place) -> None:
    first = place.tip
    place.start("topic")
    place.merge(place.forge.create_pull_request("Title", "", "topic", "main"))
    assert place.tip != first
    assert place.forge.create_release("eso-v1.0.0", first, "eso 1.0.0", "", False).commit == first


def test_releases_are_listed_the_newest_first(place: Place) -> None:
    tags = [f"eso-v1.{minor}.0" for minor in range(12)]
    for tag in tags:
        place.forge.create_release(tag, place.tip, tag, "", False)
    assert [release.tag for release in place.forge.releases()] == tags[::-1]


def test_there_is_one_release_of_a_tag(place: Place) -> None:
    first = place.forge.create_release("eso-v1.0.0", place.tip, "First", "", False)
    for commit in (place.tip, place.commit()):
        with pytest.raises(ForgeError, match=r"eso-v1\.0\.0"):
            place.forge.create_release("eso-v1.0.0", commit, "Second", "", False)
    assert place.forge.releases() == [first]


def test_a_tag_elsewhere_is_not_released(place: Place) -> None:
    place.repo.tag("eso-v1.0.0", "main")
    with pytest.raises(ForgeError, match=rf"tag eso-v1\.0\.0 is there already, at {place.tip[:12]}"):
        place.forge.create_release("eso-v1.0.0", place.commit(), "eso 1.0.0", "", False)
    assert place.forge.releases() == []
    assert place.repo.git("rev-parse", "refs/tags/eso-v1.0.0") == place.tip


def test_a_tag_at_the_commit_is_released(place: Place) -> None:
    """Someone pushed it, or a run was killed between the two."""
    place.repo.tag("eso-v1.0.0", "main")
    made = place.forge.create_release("eso-v1.0.0", place.tip, "eso 1.0.0", "Notes", True)
    assert (made.commit, made.body, made.prerelease) == (place.tip, "Notes", True)
    assert place.forge.release("eso-v1.0.0") == made
    assert place.forge.releases() == [made]
    assert place.repo.git("rev-parse", "eso-v1.0.0^{commit}") == place.tip


def test_a_release_of_an_annotated_tag_is_of_its_commit(place: Place) -> None:
    """On GitHub one can release a tag that someone pushed; locally that tag is the release."""
    first = place.tip
    place.repo.tag("eso-v1.0.0", first, message="eso 1.0.0")
    if place.forge.release("eso-v1.0.0") is None:
        place.forge.create_release("eso-v1.0.0", first, "eso 1.0.0", "", False)
    release = place.forge.release("eso-v1.0.0")
    assert release is not None
    assert release.commit == first
    assert place.forge.releases() == [release]


# Issues


def test_an_issue_is_opened_and_found(place: Place) -> None:
    before = int(time.time())
    created = place.forge.create_issue("Promote eso: 1.0.0", ODD, LABEL, None)
    assert (created.title, created.body) == ("Promote eso: 1.0.0", ODD)
    assert (created.author, created.open, created.labels) == (place.login, True, (LABEL,))
    assert created.url.startswith(place.url)
    assert before <= created.updated <= time.time()
    assert place.forge.issue(created.number) == created
    assert place.forge.issues(LABEL) == [created]


@pytest.mark.parametrize("title", ["1.0", "yes", "- a", "a: b", "'", '"', "#1", "é ☃", "null"])
def test_any_title_will_do(forge: Forge, title: str) -> None:
    number = open_issue(forge, title)
    assert [issue.title for issue in forge.issues(LABEL)] == [title]
    assert forge.issue(number) is not None


def test_an_absent_issue(forge: Forge) -> None:
    assert forge.issue(ABSENT) is None
    assert forge.issues(LABEL) == []
    for ask in (
        lambda: forge.edit_issue(ABSENT, body="x"),
        lambda: forge.comments(ABSENT),
        lambda: forge.create_comment(ABSENT, "x"),
    ):
        with pytest.raises(ForgeError, match=str(ABSENT)):
            ask()


def test_issues_are_listed_by_label_and_the_oldest_first(forge: Forge) -> None:
    ours = [open_issue(forge, f"Issue {number}") for number in range(3)]
    other = open_issue(forge, label="other")
    forge.edit_issue(ours[1], open=False)
    forge.edit_issue(ours[0], body="new")
    assert [issue.number for issue in forge.issues(LABEL)] == ours
    assert [issue.number for issue in forge.issues("other")] == [other]
    assert [issue.open for issue in forge.issues(LABEL)] == [True, False, True]


def test_every_issue_is_listed_however_many(forge: Forge) -> None:
    numbers = [open_issue(forge, f"Issue {number}") for number in range(201)]
    assert [issue.number for issue in forge.issues(LABEL)] == numbers


def test_pull_requests_are_no_issues(place: Place) -> None:
    issue = open_issue(place.forge)
    pull = place.propose().number
    assert issue != pull
    assert [issue.number for issue in place.forge.issues(LABEL)] == [issue]
    assert place.forge.issue(pull) is None
    assert place.forge.pull_request(issue) is None


def test_an_edit_changes_only_what_it_names(forge: Forge) -> None:
    number = open_issue(forge)
    for changed, body, is_open in (({"body": "New"}, "New", True), ({"open": False}, "New", False)):
        forge.edit_issue(number, **changed)
        issue = forge.issue(number)
        assert issue is not None
        assert (issue.title, issue.body, issue.open, issue.labels) == ("Title", body, is_open, (LABEL,))
    forge.edit_issue(number, body="", open=True)
    issue = forge.issue(number)
    assert issue is not None
    assert (issue.body, issue.open) == ("", True)


def test_line_ends_are_normal(forge: Forge) -> None:
    number = open_issue(forge, body="one\r\ntwo\r\n")
    comment = forge.create_comment(number, "one\r\ntwo")
    issue = forge.issue(number)
    assert issue is not None
    assert (issue.body, forge.issues(LABEL)) == ("one\ntwo\n", [issue])
    assert (comment.body, forge.comments(number)) == ("one\ntwo", [comment])


def test_an_assignee_who_cannot_be_one_does_no_harm(forge: Forge) -> None:
    assert forge.create_issue("Title", "Body", LABEL, "github-actions[bot]").open


def test_an_assignee_who_can(place: Place) -> None:
    assert place.forge.create_issue("Title", "Body", LABEL, place.login).open


# Comments


def test_comments_are_made_listed_and_edited(place: Place) -> None:
    forge = place.forge
    number, other = open_issue(forge), open_issue(forge)
    assert forge.comments(number) == []
    first, second = forge.create_comment(number, ODD), forge.create_comment(number, "Second")
    elsewhere = forge.create_comment(other, "Elsewhere")
    assert len({first.id, second.id, elsewhere.id}) == 3
    assert (first.body, first.author) == (ODD, place.login)
    forge.edit_comment(number, first.id, "New")
    assert [(comment.id, comment.body) for comment in forge.comments(number)] == [
        (first.id, "New"),
        (second.id, "Second"),
    ]
    assert forge.comments(other) == [elsewhere]


def test_every_comment_is_listed_however_many(forge: Forge) -> None:
    number = open_issue(forge)
    made = [forge.create_comment(number, f"Comment {count}") for count in range(101)]
    assert forge.comments(number) == made


def test_an_absent_comment_cannot_be_edited(forge: Forge) -> None:
    number = open_issue(forge)
    with pytest.raises(ForgeError, match=str(ABSENT)):
        forge.edit_comment(number, ABSENT, "x")


def test_pull_requests_have_comments_too(place: Place) -> None:
    number = place.propose().number
    comment = place.forge.create_comment(number, "Body")
    assert place.forge.comments(number) == [comment]


# Pull requests


def test_a_pull_request_is_opened_and_found(place: Place) -> None:
    commit = place.start("promote/eso-1.0.0")
    created = place.forge.create_pull_request("Promote eso", ODD, "promote/eso-1.0.0", "main")
    assert (created.title, created.body, created.author) == ("Promote eso", ODD, place.login)
    assert (created.branch, created.head, created.base) == ("promote/eso-1.0.0", commit, "main")
    assert created.state is PullState.OPEN
    assert created.url.startswith(place.url)
    assert place.forge.pull_request(created.number) == created
    assert place.forge.pull_requests() == [created]


def test_an_absent_pull_request(forge: Forge) -> None:
    assert forge.pull_request(ABSENT) is None
    assert forge.pull_requests() == []
    with pytest.raises(ForgeError, match=str(ABSENT)):
        forge.edit_pull_request(ABSENT, body="x")


def test_pull_requests_are_listed_by_state_and_branch(place: Place) -> None:
    forge = place.forge
    one, two, three = (place.propose(branch) for branch in ("promote/one", "promote/two", "three"))
    forge.edit_pull_request(two.number, open=False)
    place.merge(three)
    listed = {
        (state, branch): [pull.number for pull in forge.pull_requests(state, branch)]
        for state in (None, *PullState)
        for branch in (None, "promote/two", "promote", "absent")
    }
    all_of_them = [one.number, two.number, three.number]
    expected = {
        (None, None): all_of_them,
        (PullState.OPEN, None): all_of_them[:1],
        (PullState.CLOSED, None): all_of_them[1:2],
        (PullState.MERGED, None): all_of_them[2:],
        (None, "promote/two"): all_of_them[1:2],
        (PullState.CLOSED, "promote/two"): all_of_them[1:2],
    }
    assert {key: numbers for key, numbers in listed.items() if numbers} == expected


def test_a_pull_request_needs_a_commit_that_its_base_lacks(place: Place) -> None:
    place.forge.create_branch("topic", place.tip)
    with pytest.raises(ForgeError, match="topic"):
        place.forge.create_pull_request("Title", "", "topic", "main")


@pytest.mark.parametrize(("branch", "base"), [("absent", "main"), ("topic", "absent")])
def test_a_pull_request_needs_its_branches(place: Place, branch: str, base: str) -> None:
    place.start("topic")
    with pytest.raises(ForgeError):
        place.forge.create_pull_request("Title", "", branch, base)
    assert place.forge.pull_requests() == []


def test_a_branch_has_one_open_pull_request(place: Place) -> None:
    first = place.propose()
    with pytest.raises(ForgeError, match="topic"):
        place.forge.create_pull_request("Title", "", "topic", "main")
    place.forge.edit_pull_request(first.number, open=False)
    second = place.forge.create_pull_request("Title", "", "topic", "main")
    assert [pull.number for pull in place.forge.pull_requests(PullState.OPEN)] == [second.number]
    with pytest.raises(ForgeError, match="topic"):
        place.forge.edit_pull_request(first.number, open=True)
    assert [pull.state for pull in place.forge.pull_requests()] == [PullState.CLOSED, PullState.OPEN]


def test_a_pull_request_is_edited_closed_and_reopened(place: Place) -> None:
    created = place.propose()
    for changed, title, body, state in (
        ({"title": "New"}, "New", "Body", PullState.OPEN),
        ({"body": "New\r\n"}, "New", "New\n", PullState.OPEN),
        ({"open": False}, "New", "New\n", PullState.CLOSED),
        ({"open": False}, "New", "New\n", PullState.CLOSED),
        ({"open": True, "body": ""}, "New", "", PullState.OPEN),
    ):
        place.forge.edit_pull_request(created.number, **changed)
        pull = place.forge.pull_request(created.number)
        assert pull is not None
        assert (pull.title, pull.body, pull.state) == (title, body, state)
        assert (pull.branch, pull.head, pull.base) == ("topic", created.head, "main")


def test_a_pull_request_follows_its_branch(place: Place) -> None:
    created = place.propose()
    commit = place.commit("more", onto=created.head)
    assert place.forge.advance_branch("topic", commit)
    pull = place.forge.pull_request(created.number)
    assert pull is not None
    assert (pull.head, pull.state) == (commit, PullState.OPEN)
    place.merge(pull)
    pull = place.forge.pull_request(created.number)
    assert pull is not None
    assert (pull.head, pull.state) == (commit, PullState.MERGED)


def test_a_merged_pull_request_stays_so_when_its_branch_goes_and_comes_again(place: Place) -> None:
    first = place.propose()
    place.merge(first)
    with pytest.raises(ForgeError, match=str(first.number)):
        place.forge.edit_pull_request(first.number, open=True)
    assert place.forge.delete_branch("topic", first.head)
    assert place.forge.pull_requests(PullState.MERGED, "topic")[0].head == first.head
    place.start("topic", "again")
    assert [pull.state for pull in place.forge.pull_requests(branch="topic")] == [PullState.MERGED]
    second = place.forge.create_pull_request("Again", "", "topic", "main")
    assert [(pull.number, pull.state) for pull in place.forge.pull_requests(branch="topic")] == [
        (first.number, PullState.MERGED),
        (second.number, PullState.OPEN),
    ]


def test_a_merged_pull_request_stays_so_when_its_branch_moves_on(place: Place) -> None:
    first = place.propose()
    place.merge(first)
    commit = place.commit("more", onto=place.tip)
    assert place.forge.advance_branch("topic", commit)
    assert [pull.state for pull in place.forge.pull_requests(branch="topic")] == [PullState.MERGED]
    second = place.forge.create_pull_request("More", "", "topic", "main")
    assert second.head == commit


def test_a_pull_request_closes_with_its_branch(place: Place) -> None:
    first = place.propose()
    assert place.forge.delete_branch("topic", first.head)
    assert place.forge.pull_request(first.number) is not None
    assert place.forge.pull_requests(PullState.CLOSED, "topic")[0].head == first.head
    with pytest.raises(ForgeError):
        place.forge.edit_pull_request(first.number, open=True)
    place.start("topic", "again")
    assert [pull.state for pull in place.forge.pull_requests(branch="topic")] == [PullState.CLOSED]


# Branches


def test_branches_are_made_found_and_deleted(place: Place) -> None:
    forge = place.forge
    assert forge.branch("main") == place.tip
    assert forge.branch("promote/eso-1.0.0") is None
    commit = place.commit()
    assert forge.create_branch("promote/eso-1.0.0", commit)
    assert forge.branch("promote/eso-1.0.0") == commit
    assert forge.branch("promote") is None
    assert place.repo.git("rev-parse", "refs/heads/promote/eso-1.0.0") == commit
    assert forge.branches("promote/") == {"promote/eso-1.0.0": commit}
    assert forge.branches("promote/e") == {"promote/eso-1.0.0": commit}
    assert forge.branches("other/") == {}
    assert forge.delete_branch("promote/eso-1.0.0", commit)
    assert forge.branch("promote/eso-1.0.0") is None
    assert forge.delete_branch("promote/eso-1.0.0", commit)


def test_a_branch_that_moved_on_is_not_deleted(place: Place) -> None:
    first = place.propose()
    further = place.commit("more", onto=first.head)
    assert place.forge.advance_branch("topic", further)
    assert not place.forge.delete_branch("topic", first.head)
    assert place.forge.branch("topic") == further
    assert place.forge.pull_requests(PullState.OPEN, "topic")[0].head == further


def test_branches_are_listed_by_how_their_names_begin(place: Place) -> None:
    forge = place.forge
    made = {name: place.start(name, name) for name in ("promote/eso-1.0.0", "promote/b#a", "promoted", "a")}
    assert forge.branches("promote/") == {name: made[name] for name in made if name.startswith("promote/")}
    assert forge.branches("promote/b#") == {"promote/b#a": made["promote/b#a"]}
    assert forge.branches("") == {**made, "main": place.tip}
    assert forge.branches("absent") == {}


def test_a_branch_that_is_there_is_not_made(place: Place) -> None:
    place.start("topic", "one")
    before = place.forge.branch("topic")
    assert not place.forge.create_branch("topic", place.commit("two"))
    assert place.forge.branch("topic") == before


def test_a_branch_only_moves_forward(place: Place) -> None:
    forge = place.forge
    first = place.start("topic")
    second = place.commit("more", onto=first)
    assert forge.advance_branch("topic", second)
    assert forge.branch("topic") == second
    assert forge.advance_branch("topic", second)
    for elsewhere in (first, place.tip, place.commit("other")):
        assert not forge.advance_branch("topic", elsewhere)
    assert forge.branch("topic") == second
    assert not forge.advance_branch("absent", second)
    assert forge.branch("absent") is None


@pytest.mark.parametrize("name", ["main", "absent", "a/b"])
def test_a_branch_that_nothing_protects(forge: Forge, name: str) -> None:
    assert forge.protection(name) is None


def test_what_workflows_may_is_not_told_to_everybody(forge: Forge) -> None:
    assert forge.workflows_may_propose() is None
    assert forge.keepers("KEY") is None
    assert forge.owner_faults("main") == []


@pytest.mark.parametrize("name", ["topic..", "main/under", "a b"])
def test_a_branch_that_cannot_be(place: Place, name: str) -> None:
    with pytest.raises(FluxError):
        place.forge.create_branch(name, place.tip)
    assert place.forge.branch(name) is None


def test_a_branch_of_no_commit(place: Place) -> None:
    with pytest.raises(FluxError):
        place.forge.create_branch("topic", "a" * 40)
    assert place.forge.branch("topic") is None


def test_a_commit_has_the_bytes_given_and_leaves_the_rest(place: Place, tmp_path: Path) -> None:
    odd = b'{\r\n  "eso": "1.0.0"\r\n}\0\xff\xfe\n\n'
    commit = place.forge.commit([place.tip], {"new/deep/file.json": odd, "file": b""}, "Subject\n\n# Body\n")
    place.forge.create_branch("topic", commit)
    git = place.repo.git
    assert git("show", f"{commit}:folder/other") == "kept"
    (tmp_path / "odd").write_bytes(odd)
    written = git("hash-object", "--no-filters", str(tmp_path / "odd"))
    assert git("rev-parse", f"{commit}:new/deep/file.json") == written
    assert git("ls-tree", "-r", "--name-only", commit).split() == [
        "file",
        "folder/other",
        "new/deep/file.json",
    ]
    assert git("rev-parse", f"{commit}^@") == place.tip
    assert git("log", "-1", "--format=%B", commit).strip() == "Subject\n\n# Body"


def test_a_commit_joins_two_lines(place: Place) -> None:
    one, two = place.commit("one"), place.commit("two")
    merged = place.forge.commit([one, two], {"two": b"new\n"}, "Merge")
    place.forge.create_branch("topic", merged)
    assert place.repo.git("rev-parse", f"{merged}^@").split() == [one, two]
    assert place.repo.git("ls-tree", "--name-only", merged).split() == ["file", "folder", "one", "two"]


def test_a_commit_of_no_files_has_its_first_parents(place: Place) -> None:
    commit = place.forge.commit([place.tip], {}, "Nothing")
    place.forge.create_branch("topic", commit)
    assert place.repo.git("rev-parse", f"{commit}^{{tree}}") == place.repo.git("rev-parse", "main^{tree}")
    assert commit != place.tip


def test_starting_a_workflow_that_is_not_there(place: Place) -> None:
    """A forge without workflows has nothing to do; one that has them says so."""
    assert place.forge.dispatch("absent.yml", "main", {}) is place.url.startswith("file:")


def test_what_nobody_attested(place: Place) -> None:
    """A forge without attestations lacks none."""
    assert place.forge.is_attested(f"sha256:{'0' * 64}") is place.url.startswith("file:")


def test_the_title_that_an_issue_was_opened_with(place: Place) -> None:
    number = place.forge.create_issue("Old", "Body", "label", None).number
    assert place.forge.first_title(number) == "Old"
    assert DryForge(place.forge).first_title(number) == "Old"


def test_whoever_changes_a_title_it_was_another_first(hub: Place, server: GitHub) -> None:
    number = hub.forge.create_issue("Old", "Body", "label", None).number
    for title in ("New", "Newer"):
        server.repo_as("bob").get_issue(number).edit(title=title)
    assert hub.forge.first_title(number) == "Old"
