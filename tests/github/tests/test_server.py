"""What the server remembers and tells."""

from datetime import timedelta

import pytest
from github import UnknownObjectException

from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, told
from tests.repo import Repo


def test_every_call_is_logged(github: GitHub) -> None:
    repo = github.repo_as("alice")
    repo.create_issue("hello", labels=["bug"])
    with pytest.raises(UnknownObjectException):
        repo.get_issue(2)
    assert [(str(request), request.login, request.status) for request in github.requests] == [
        (f"POST {OCTO}/issues", "alice", 201),
        (f"GET {OCTO}/issues/2", "alice", 404),
    ]
    assert github.requests[0].body == {"title": "hello", "labels": ["bug"]}


def test_the_clock_can_be_set(github: GitHub) -> None:
    repo = github.repo_as("alice")
    github.advance(timedelta(hours=-2))
    old = repo.create_issue("old")
    github.advance(timedelta(hours=2))
    new = repo.create_issue("new")
    assert timedelta(hours=1, minutes=59) < new.updated_at - old.updated_at < timedelta(hours=2, minutes=1)


def test_what_github_token_does_starts_nothing(github: GitHub) -> None:
    token = github.actions_token(issues="write")
    github.repo_with(token).create_issue("hello")
    github.repo_as("alice").create_issue("hello")
    token = github.app_token(issues="write")
    github.repo_with(token).create_issue("hello")
    assert [(event.sender, event.starts) for event in github.events] == [
        ("github-actions[bot]", False),
        ("alice", True),
        ("flux-promoter[bot]", True),
    ]


def test_a_push_past_the_server_is_told_when_it_is_said_whose_it_was(github: GitHub, monorepo: Repo) -> None:
    sha = monorepo.commit("by git", files={"a": "1\n"})
    monorepo.push()
    assert github.repo_as("carol").get_branch("main").commit.sha == sha
    assert told(github) == []
    github.pushed("bob")
    payload = github.events[0].payload
    assert (payload["sender"]["login"], payload["after"]) == ("bob", sha)
    assert [each["id"] for each in payload["commits"]] == [sha]
    # Actions leaves out which files a commit changes.
    assert not {"added", "removed", "modified"} & payload["head_commit"].keys()
    assert told(github) == ["push"]
    github.pushed("bob")
    assert told(github) == []


def test_of_many_tags_at_once_none_is_told(github: GitHub, monorepo: Repo) -> None:
    for number in range(3):
        monorepo.tag(f"v{number}")
    monorepo.push("origin", "--tags")
    github.pushed("alice")
    assert told(github) == ["create", "push"] * 3
    for number in range(3, 7):
        monorepo.tag(f"v{number}")
    monorepo.push("origin", "--tags")
    github.pushed("alice")
    assert told(github) == []


def test_a_status_is_told_with_the_branches_that_have_its_commit(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_with(github.app_token("flux-reporter", statuses="write"))
    repo.get_commit(monorepo.head).create_status("success", context="flux/eso", description="it runs")
    (event,) = github.events
    payload = event.payload
    assert (event.name, event.starts, event.sender) == ("status", True, "flux-reporter[bot]")
    assert (payload["context"], payload["state"], payload["sha"]) == ("flux/eso", "success", monorepo.head)
    assert [branch["name"] for branch in payload["branches"]] == ["main"]
    quiet = github.repo_with(github.actions_token(statuses="write"))
    quiet.get_commit(monorepo.head).create_status("failure", context="x")
    assert not github.events[-1].starts
