"""Issues, their comments, labels and assignees."""

from datetime import timedelta
from typing import Any

import pytest

from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, branch, call, refused, told


def test_an_issue_is_opened(github: GitHub) -> None:
    repo = github.repo_as("alice")
    made = repo.create_issue("Release eso", body="- [ ] prod\r\n", labels=["flux-release"], assignee="bob")
    assert (made.number, made.state, made.user.login) == (1, "open", "alice")
    assert made.body == "- [ ] prod\r\n"
    assert [label.name for label in made.labels] == ["flux-release"]
    assert [each.login for each in made.assignees] == ["bob"]
    assert github.events[0].payload["issue"]["title"] == "Release eso"
    assert github.events[1].payload["label"]["name"] == "flux-release"
    assert github.events[2].payload["assignee"]["login"] == "bob"
    assert told(github) == ["issues: opened", "issues: labeled", "issues: assigned"]
    assert repo.get_issue(1).body == "- [ ] prod\r\n"
    with refused(404, "Not Found"):
        repo.get_issue(2)


def test_anybody_may_open_an_issue_but_no_more(github: GitHub) -> None:
    made = github.repo_as("mallory").create_issue("look-alike", labels=["flux-release"], assignees=["alice"])
    assert (made.user.login, made.labels, made.assignees) == ("mallory", [], [])
    assert made.author_association == "NONE"
    made.edit(body="mine", labels=["flux-release"], assignees=["alice"])
    found = github.repo_as("alice").get_issue(1)
    assert (found.body, found.labels, found.assignees) == ("mine", [], [])


def test_who_may_edit_an_issue(github: GitHub) -> None:
    github.repo_as("carol").create_issue("hers", body="old")
    for login in ("carol", "trudy", "bob", "alice"):
        github.repo_as(login).get_issue(1).edit(body=f"by {login}")
    with refused(403, "Must have admin rights to Repository."):
        github.repo_as("mallory").get_issue(1).edit(body="by mallory")
    github.repo_with(github.actions_token(issues="write")).get_issue(1).edit(body="by actions")
    with refused(403, "Resource not accessible by integration"):
        github.repo_with(github.actions_token(issues="read")).get_issue(1).edit(body="x")
    assert github.repo_as("mallory").get_issue(1).body == "by actions"
    assert [event.sender for event in github.events][1:] == [
        "carol",
        "trudy",
        "bob",
        "alice",
        "github-actions[bot]",
    ]


def test_an_edit_tells_what_was_before(github: GitHub) -> None:
    issue = github.repo_as("alice").create_issue("Release", body="- [ ] prod")
    told(github)
    github.advance(timedelta(minutes=1))
    theirs = github.repo_as("trudy").get_issue(1)
    theirs.edit(body="- [x] prod")
    event = github.events[0]
    assert (event.name, event.action, event.sender) == ("issues", "edited", "trudy")
    assert event.payload["changes"] == {"body": {"from": "- [ ] prod"}}
    assert event.payload["issue"]["body"] == "- [x] prod"
    assert theirs.updated_at - issue.updated_at >= timedelta(minutes=1)
    theirs.edit(title="Release!", body="- [x] prod")
    assert github.events[1].payload["changes"] == {"title": {"from": "Release"}}
    theirs.edit(body="- [x] prod")
    assert told(github) == ["issues: edited", "issues: edited"]


def test_an_issue_is_closed_and_reopened(github: GitHub) -> None:
    issue = github.repo_as("alice").create_issue("hello")
    told(github)
    github.repo_as("bob").get_issue(1).edit(state="closed", state_reason="not_planned")
    found = github.repo_as("alice").get_issue(1)
    assert (found.state, found.state_reason) == ("closed", "not_planned")
    assert found.closed_by
    assert (found.closed_by.login, found.closed_at is None) == ("bob", False)
    issue.edit(state="closed")
    issue.edit(state="open")
    assert (issue.state, issue.state_reason) == ("open", "reopened")
    assert told(github) == ["issues: closed", "issues: reopened"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": " "}, '"code": "missing_field", "field": "title"'),
        ({"title": "x" * 257}, "title is too long (maximum is 256 characters)"),
        ({"title": "x", "body": "ü" * 65_537}, "body is too long (maximum is 65536 characters)"),
        ({"title": "x", "assignees": ["mallory"]}, '"field": "assignees"'),
        ({"title": "x", "assignees": ["nobody"]}, '"value": "nobody"'),
        ({"title": "x", "assignees": ["github-actions[bot]"]}, '"code": "invalid"'),
    ],
)
def test_issues_are_refused(github: GitHub, fields: dict[str, Any], reason: str) -> None:
    repo = github.repo_as("alice")
    with refused(422, reason):
        repo.create_issue(**fields)
    issue = repo.create_issue("fine", body="ü" * 65_536)
    with refused(422, reason):
        issue.edit(**fields)


def test_issues_are_listed(github: GitHub) -> None:
    repo = github.repo_as("alice")
    for number in range(1, 41):
        issue = repo.create_issue(f"issue {number}", labels=["even"] if number % 2 == 0 else [])
        if number % 10 == 0:
            issue.edit(state="closed")

    def numbers(**query: Any) -> list[int]:
        return [each.number for each in repo.get_issues(**query)]

    everything = list(range(40, 0, -1))
    assert numbers() == [number for number in everything if number % 10]
    assert numbers(state="all") == everything
    assert numbers(state="closed") == [40, 30, 20, 10]
    assert numbers(state="all", labels=["EVEN"]) == everything[::2]
    assert numbers(state="all", labels=["even", "odd"]) == []
    assert numbers(state="all", direction="asc") == everything[::-1]
    assert numbers(creator="bob") == []
    repo.get_issue(7).edit(assignees=["bob"])
    assert numbers(assignee="bob") == [7]
    assert len(numbers(assignee="none")) == 35
    github.advance(timedelta(hours=1))
    repo.get_issue(3).edit(body="new")
    assert numbers(sort="updated")[0] == 3
    assert numbers(since=repo.get_issue(3).updated_at) == [3]


def test_pull_requests_are_issues_too(github: GitHub) -> None:
    repo = github.repo_as("bob")
    repo.create_issue("an issue")
    branch(repo, "work", {"a": "1"})
    repo.create_pull("main", "work", title="a pull request")
    told(github)
    assert [(each.number, each.pull_request is not None) for each in repo.get_issues()] == [
        (2, True),
        (1, False),
    ]
    issue = repo.get_issue(2)
    issue.edit(title="better", labels=["x"])
    issue.create_comment("hello")
    assert repo.get_pull(2).title == "better"
    assert [label.name for label in repo.get_pull(2).labels] == ["x"]
    assert told(github) == ["pull_request: edited", "pull_request: labeled", "issue_comment: created"]


# Labels


def test_labels(github: GitHub) -> None:
    repo = github.repo_as("bob")
    made = repo.create_label("flux release", "0e8a16", "Of a release")
    assert (made.name, made.color, made.description) == ("flux release", "0e8a16", "Of a release")
    assert repo.get_label("Flux Release").name == "flux release"
    with refused(422, '"code": "already_exists", "field": "name"'):
        repo.create_label("FLUX release", "ffffff")
    with refused(422, '"field": "color"'):
        repo.create_label("other", "green!")
    with refused(404, "Not Found"):
        repo.get_label("other")
    with refused(403, "Must have admin rights"):
        github.repo_as("trudy").create_label("other", "ffffff")
    assert [each.name for each in repo.get_labels()] == ["flux release"]


def test_labels_of_an_issue(github: GitHub) -> None:
    repo = github.repo_as("trudy")
    issue = repo.create_issue("hello", labels=["one"])
    issue.add_to_labels("two", "One")
    assert [each.name for each in issue.get_labels()] == ["one", "two"]
    assert repo.get_label("two").color == "ededed"
    issue.set_labels("three", "two")
    assert [each.name for each in issue.get_labels()] == ["three", "two"]
    issue.remove_from_labels("three")
    with refused(404, "Label does not exist"):
        issue.remove_from_labels("three")
    with refused(403, "Must have admin rights"):
        github.repo_as("mallory").get_issue(1).add_to_labels("four")
    labels = [(event.action, event.payload["label"]["name"]) for event in github.events[1:]]
    assert labels == [
        ("labeled", "one"),
        ("labeled", "two"),
        ("labeled", "three"),
        ("unlabeled", "one"),
        ("unlabeled", "three"),
    ]


# Assignees


def test_assignees(github: GitHub) -> None:
    repo = github.repo_as("alice")
    assert repo.has_in_assignees("carol")
    assert not repo.has_in_assignees("mallory")
    assert not repo.has_in_assignees("github-actions[bot]")
    issue = repo.create_issue("hello", assignees=["bob"])
    issue.add_to_assignees("carol", "mallory", "nobody")
    assert [each.login for each in issue.assignees] == ["bob", "carol"]
    # Whoever has commented may be.
    github.repo_as("mallory").get_issue(1).create_comment("me")
    issue.add_to_assignees("mallory")
    issue.remove_from_assignees("bob")
    assert [each.login for each in issue.assignees] == ["carol", "mallory"]
    github.repo_as("carol").get_issue(1).add_to_assignees("alice")
    issue.update()
    assert [each.login for each in issue.assignees] == ["carol", "mallory"]
    issue.edit(assignees=[])
    assert issue.assignees == []


# Comments


def test_comments(github: GitHub) -> None:
    repo = github.repo_as("alice")
    issue = repo.create_issue("hello")
    told(github)
    made = github.repo_as("mallory").get_issue(1).create_comment("first!")
    assert (made.body, made.user.login) == ("first!", "mallory")
    for number in range(35):
        issue.create_comment(f"comment {number}")
    found = [each.body for each in issue.get_comments()]
    assert found == ["first!", *(f"comment {number}" for number in range(35))]
    issue.update()
    assert issue.comments == 36
    event = github.events[0]
    assert (str(event), event.sender) == ("issue_comment: created", "mallory")
    assert event.payload["comment"]["body"] == "first!"
    github.advance(timedelta(hours=1))
    late = issue.create_comment("late")
    assert [each.body for each in issue.get_comments(since=late.created_at)] == ["late"]


def test_who_may_edit_a_comment(github: GitHub) -> None:
    issue = github.repo_as("alice").create_issue("hello")
    comment = github.repo_as("carol").get_issue(1).create_comment("old")
    told(github)
    comment.edit("hers")
    comment.edit("hers")
    issue.get_comment(comment.id).edit("alice's")
    github.repo_with(github.actions_token(issues="write")).get_issue(1).get_comment(comment.id).edit("theirs")
    for login in ("trudy", "mallory"):
        with refused(403, "Must have admin rights"):
            github.repo_as(login).get_issue(1).get_comment(comment.id).edit("x")
    assert github.events[1].payload["changes"] == {"body": {"from": "hers"}}
    assert told(github) == ["issue_comment: edited"] * 3
    assert comment.update()
    assert comment.body == "theirs"
    comment.delete()
    with refused(404, "Not Found"):
        issue.get_comment(comment.id)
    assert told(github) == ["issue_comment: deleted"]


def test_comments_are_refused(github: GitHub) -> None:
    issue = github.repo_as("alice").create_issue("hello")
    with refused(422, '"message": "Body is too long (maximum is 65536 characters)"'):
        issue.create_comment("x" * 65_537)
    with refused(422, "Body cannot be blank"):
        issue.create_comment("")
    comment = issue.create_comment("x" * 65_536)
    with refused(422, '"code": "custom", "field": "body"'):
        comment.edit("x" * 65_537)
    assert call(github, "POST", f"{OCTO}/issues/1/comments", body={"body": "x"}).status == 401
    assert call(github, "GET", f"{OCTO}/issues/9/comments").status == 404
