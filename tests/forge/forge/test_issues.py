"""What every forge promises of issues and comments, tried on local files and on GitHub."""

import time

import pytest

from flux.errors import ForgeError
from flux.forge.dry import DryForge
from flux.forge.forge import Forge
from tests.forge.conftest import Place
from tests.forge.forge.asking import ABSENT, LABEL, ODD, open_issue
from tests.forge.forge.asking import forge as forge
from tests.github.server import GitHub


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


def test_the_title_that_an_issue_was_opened_with(place: Place) -> None:
    number = place.forge.create_issue("Old", "Body", "label", None).number
    assert place.forge.first_title(number) == "Old"
    assert DryForge(place.forge).first_title(number) == "Old"


def test_whoever_changes_a_title_it_was_another_first(hub: Place, server: GitHub) -> None:
    number = hub.forge.create_issue("Old", "Body", "label", None).number
    for title in ("New", "Newer"):
        server.repo_as("bob").get_issue(number).edit(title=title)
    assert hub.forge.first_title(number) == "Old"
