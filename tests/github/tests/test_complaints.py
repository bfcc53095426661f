"""What the server complains of: calls, answers and events that GitHub's description does not have."""

from typing import Any

import pytest

from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, call, refused
from tests.repo import Repo


def complaints(github: GitHub) -> str:
    """What there is to complain of, which is then forgotten."""
    text = "\n".join(github.failures)
    github.failures.clear()
    return text


def test_what_is_not_modelled_fails_the_test(run_github: RunGitHub, monorepo: Repo) -> None:
    with (
        pytest.raises(AssertionError, match=r"GET /repos/\{owner\}/\{repo\}/stargazers is not modelled"),
        run_github(monorepo.path.with_name("monorepo.git")) as github,
        refused(501, "not modelled"),
    ):
        list(github.repo_as("alice").get_stargazers())


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("POST", "/graphql", {"query": "{viewer{login}}"}, "POST /graphql: the path is not modelled"),
        ("GET", f"{OCTO}/issues?mentioned=bob", None, "the parameter mentioned is not modelled"),
        ("POST", f"{OCTO}/issues", {"title": "x", "milestone": 3}, "the field milestone is not modelled"),
        ("PUT", f"{OCTO}/issues/1/reactions", None, "the path is not modelled"),
        ("GET", f"{OCTO}/issues/one", None, "the path is not modelled"),
        # Somebody who takes us for their way to the world.
        ("CONNECT", "github.com:443", None, "the path is not modelled"),
    ],
)
def test_what_is_not_modelled(github: GitHub, method: str, path: str, body: Any, reason: str) -> None:
    assert call(github, method, path, github.token("alice"), body).status == 501
    assert reason in complaints(github)


def test_other_media_types_are_not_modelled(github: GitHub) -> None:
    headers = {"Accept": "application/vnd.github.raw+json"}
    assert call(github, "GET", f"{OCTO}/contents/README.md", headers=headers).status == 501
    assert "media type" in complaints(github)
    assert (
        call(github, "GET", OCTO, headers={"Accept": "text/html, application/vnd.github+json"}).status == 200
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("POST", f"{OCTO}/issues", {"body": "x"}, "'title' is a required property"),
        ("POST", f"{OCTO}/issues", {"title": "x", "labels": "bug"}, "$.labels: 'bug' is not of type 'array'"),
        ("POST", f"{OCTO}/issues", None, "the body is missing"),
        ("GET", OCTO, {"x": 1}, "a body is not described"),
        ("GET", f"{OCTO}/pulls?state=merged", None, "state is none of ['open', 'closed', 'all']: merged"),
        ("GET", f"{OCTO}/pulls?page=one", None, "page is not a number: one"),
        ("GET", f"{OCTO}/pulls?head_branch=b", None, "head_branch is not described"),
    ],
)
def test_calls_are_held_against_the_description(
    github: GitHub, method: str, path: str, body: Any, reason: str
) -> None:
    assert call(github, method, path, github.token("alice"), body).status == 422
    assert reason in complaints(github)


def test_a_body_that_is_no_json(github: GitHub) -> None:
    assert call(github, "POST", f"{OCTO}/issues", github.token("alice"), b"{").status == 400
    assert "not JSON" in complaints(github)


def test_answers_are_held_against_the_description(github: GitHub) -> None:
    github.repository("octo/monorepo").name = None  # type: ignore[assignment]
    assert call(github, "GET", OCTO).status == 500
    assert "not as GitHub describes it: $.name: None" in complaints(github)


def test_events_are_held_against_the_schemas(github: GitHub) -> None:
    issue = github.repo_as("alice").create_issue("hello")
    github.repository("octo/monorepo").issues[1].title = 3  # type: ignore[assignment]
    call(github, "POST", f"{OCTO}/issues/{issue.number}/comments", github.token("bob"), {"body": "x"})
    assert "the event issue_comment is not as GitHub describes it: $.issue.title: 3" in complaints(github)


def test_an_error_of_the_server_is_said(github: GitHub) -> None:
    github.repository("octo/monorepo").labels = None  # type: ignore[assignment]
    assert call(github, "GET", f"{OCTO}/labels").status == 500
    assert "AttributeError" in complaints(github)
