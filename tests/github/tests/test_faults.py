"""What goes wrong on request."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
import requests
from github import GithubException

from tests.github import faults
from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, call, refused
from tests.github.tests.test_complaints import complaints
from tests.github.tests.test_git import git as git


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_rate_limit(github: GitHub, status: int) -> None:
    repo = github.repo_as("alice")
    github.fail_next(faults.secondary_limit(status, retry_after=7))
    with pytest.raises(GithubException) as caught:
        repo.create_issue("hello")
    assert caught.value.status == status
    assert "exceeded a secondary rate limit" in caught.value.data["message"]
    assert caught.value.headers is not None
    assert caught.value.headers["retry-after"] == "7"
    assert repo.create_issue("hello").number == 1


def test_the_primary_rate_limit(github: GitHub) -> None:
    github.fail_next(faults.primary_limit(reset=1_800_000_000))
    answer = call(github, "GET", OCTO)
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (403, "0")


def test_errors(github: GitHub) -> None:
    repo = github.repo_as("alice")
    github.fail_next(faults.error(500))
    with refused(500, "Server Error"):
        repo.create_issue("one")
    github.fail_next(faults.error(502))
    with refused(502, "Unicorn"):
        repo.create_issue("two")
    github.fail_next(faults.error(502, done=True))
    with refused(502, "Unicorn"):
        repo.create_issue("three")
    assert [issue.title for issue in repo.get_issues()] == ["three"]


@pytest.mark.parametrize(("fault", "done"), [(faults.DROP, False), (faults.LOST, True)])
def test_the_connection_drops(github: GitHub, fault: faults.Fault, done: bool) -> None:
    repo = github.repo_as("alice")
    github.fail_next(fault, at=2)
    repo.create_issue("one")
    with pytest.raises(requests.ConnectionError):
        repo.create_issue("two")
    assert github.requests[-1].status is None
    assert repo.get_issues().totalCount == 1 + done


def test_faults_come_where_they_are_planned(github: GitHub) -> None:
    repo = github.repo_as("alice")
    github.fail_next(faults.error(500), at=2, times=2, only="POST */issues")
    statuses = []
    for title in ("one", "two", "three", "four"):
        repo.get_issues().totalCount  # noqa: B018
        try:
            repo.create_issue(title)
        except GithubException as error:
            statuses.append(error.status)
        else:
            statuses.append(201)
    assert statuses == [201, 500, 500, 201]


def test_git_can_be_disturbed_too(github: GitHub, git: Callable[..., str]) -> None:
    github.fail_next(faults.error(503), only="GET *.git/info/refs")
    with pytest.raises(ValueError, match="503"):
        git(None, "clone", f"{github.url}/octo/monorepo.git", "clone")
    git(None, "clone", f"{github.url}/octo/monorepo.git", "clone")


def test_a_hook_that_fails_is_said(github: GitHub) -> None:
    github.call_at(1, lambda: 1 / 0)
    assert call(github, "GET", OCTO).status == 500
    assert "ZeroDivisionError" in complaints(github)


def test_a_hook_can_call_the_server_itself(github: GitHub) -> None:
    """Such as somebody who is faster."""
    repo, other = github.repo_as("alice"), github.repo_as("bob")
    github.call_at(1, lambda: other.create_issue("first"), only="POST */issues")
    assert repo.create_issue("second").number == 2


def test_a_hook_can_say_what_is_answered(github: GitHub) -> None:
    github.call_at(2, lambda: faults.DROP)
    repo = github.repo_as("alice")
    repo.create_issue("one")
    with pytest.raises(requests.ConnectionError):
        repo.create_issue("two")


def test_a_caller_can_be_killed(github: GitHub) -> None:
    script = """
import sys, urllib.request
for number in range(5):
    urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"User-Agent": "test"})).read()
"""
    process: list[subprocess.Popen[bytes]] = []
    github.call_at(3, lambda: process[0].kill())
    process.append(subprocess.Popen([sys.executable, "-c", script, f"{github.url}{OCTO}"]))
    assert process[0].wait() == -9
    assert len(github.requests) == 3


def test_two_at_once(github: GitHub) -> None:
    repos = [github.repo_as(login) for login in ("alice", "bob") for _ in range(3)]
    threads = [threading.Thread(target=repo.create_issue, args=("hello",)) for repo in repos]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(issue.number for issue in repos[0].get_issues()) == [1, 2, 3, 4, 5, 6]
