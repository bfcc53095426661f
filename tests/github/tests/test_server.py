"""Who may call, how calls are found and checked, and what goes wrong on request."""

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from github import GithubException, UnknownObjectException

from tests import parts
from tests.conftest import need
from tests.github import faults
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.github.state import Role
from tests.github.tests.calls import OCTO, branch, call, refused, told
from tests.repo import Repo

# Who calls


def test_a_person_is_known_by_their_token(github: GitHub) -> None:
    assert github.client(github.token("bob")).get_user().login == "bob"
    assert github.requests[-1].login == "bob"


@pytest.mark.parametrize("kind", ["actions", "app"])
def test_a_token_of_an_app_is_nobodys(github: GitHub, kind: str) -> None:
    token = github.actions_token() if kind == "actions" else github.app_token()
    with refused(403, "Resource not accessible by integration"):
        _ = github.client(token).get_user().login


def test_a_wrong_token_and_none(github: GitHub) -> None:
    assert call(github, "GET", OCTO, "ghp_wrong").body["message"] == "Bad credentials"
    assert call(github, "GET", OCTO, "ghp_wrong").status == 401
    assert call(github, "GET", OCTO).status == 200
    assert call(github, "POST", f"{OCTO}/issues", body={"title": "x"}).status == 401
    assert call(github, "GET", "/user").status == 401
    assert call(github, "GET", OCTO, headers={"User-Agent": ""}).status == 403


def test_a_private_repository_is_not_there_for_others(github: GitHub) -> None:
    github.repository("octo/monorepo").private = True
    with refused(404, "Not Found"):
        github.client(github.token("mallory")).get_repo("octo/monorepo")
    assert call(github, "GET", OCTO).status == 404
    assert github.client(github.token("carol")).get_repo("octo/monorepo").private
    assert call(github, "GET", OCTO, github.token("carol", scopes=["public_repo"])).status == 404
    # With the scope that it lacks the answer would be the same.
    assert call(github, "GET", "/repos/octo/other", github.token("alice")).status == 404


def test_a_token_needs_the_permission(github: GitHub) -> None:
    ref = {"ref": "refs/heads/new", "sha": github.repository("octo/monorepo").git.branch("main")}

    def create(token: str) -> tuple[int, str, str | None]:
        answer = call(github, "POST", f"{OCTO}/git/refs", token, ref)
        return answer.status, answer.body.get("message"), answer.headers.get("X-Accepted-GitHub-Permissions")

    integration = (403, "Resource not accessible by integration", "contents=write")
    assert create(github.actions_token()) == integration
    assert create(github.actions_token(contents="read")) == integration
    assert create(github.app_token(issues="write")) == integration
    person = (403, "Resource not accessible by personal access token", "contents=write")
    assert create(github.fine_grained_token("alice", contents="read")) == person
    # Of people's it is not said that there is something.
    hidden = (404, "Not Found", None)
    assert create(github.token("carol")) == hidden
    assert create(github.token("alice", scopes=[])) == hidden
    assert create(github.fine_grained_token("carol", contents="write")) == hidden
    assert create(github.actions_token(contents="write"))[0] == 201


def test_reading_needs_a_permission_where_not_all_may_read(github: GitHub) -> None:
    token = github.actions_token(contents="read")
    assert call(github, "GET", f"{OCTO}/issues", token).status == 200
    github.repository("octo/monorepo").private = True
    assert call(github, "GET", f"{OCTO}/issues", token).status == 403
    assert call(github, "GET", f"{OCTO}/releases", token).status == 200
    assert call(github, "GET", OCTO, token).status == 200


def test_a_permission_for_pull_requests_is_none_for_issues(github: GitHub) -> None:
    repo = github.repo_as("alice")
    issue = repo.create_issue("hello")
    branch(repo, "b", {"a": "1"})
    pull = repo.create_pull("main", "b", title="b")
    token = github.actions_token(pull_requests="write")
    limited = github.repo_with(token)
    limited.get_issue(pull.number).create_comment("hi")
    with refused(403, "Resource not accessible by integration"):
        limited.get_issue(issue.number).create_comment("hi")


def test_the_scopes_of_a_classic_token_are_said(github: GitHub) -> None:
    answer = call(github, "GET", OCTO, github.token("alice", scopes=["repo", "workflow"]))
    assert answer.headers["X-OAuth-Scopes"] == "repo, workflow"


@pytest.mark.parametrize(
    ("login", "permission", "role"),
    [
        ("alice", "admin", "admin"),
        ("dave", "write", "maintain"),
        ("bob", "write", "write"),
        ("trudy", "read", "triage"),
        ("carol", "read", "read"),
        ("mallory", "none", "none"),
        ("github-actions[bot]", "none", "none"),
    ],
)
def test_permissions(github: GitHub, login: str, permission: str, role: str) -> None:
    octo = github.repository("octo/monorepo")
    octo.private = True
    octo.collaborators[github.add_person("dave").login] = Role.MAINTAIN
    for token in (github.token("bob"), github.actions_token()):
        repo = github.repo_with(token)
        assert repo.get_collaborator_permission(login) == permission
        assert repo.get_collaborator_role_name(login) == role


def test_everybody_may_read_what_is_public(github: GitHub) -> None:
    assert github.repo_as("alice").get_collaborator_permission("mallory") == "read"
    assert not github.repo_as("alice").has_in_collaborators("mallory")
    assert github.repo_as("alice").has_in_collaborators("carol")


def test_permissions_are_for_those_who_may_push(github: GitHub) -> None:
    with refused(403, "Must have push access to view collaborator permission."):
        github.repo_as("trudy").get_collaborator_permission("alice")
    with refused(404, "Not Found"):
        github.repo_as("bob").get_collaborator_permission("nobody")


def test_what_one_may_oneself(github: GitHub) -> None:
    permissions = github.client(github.token("trudy")).get_repo("octo/monorepo").permissions
    assert (permissions.triage, permissions.push, permissions.admin) == (True, False, False)


# How it is reached


def test_urls_are_those_by_which_one_came(github: GitHub) -> None:
    plain = call(github, "GET", OCTO).body
    assert plain["url"] == f"{github.url}{OCTO}"
    assert plain["html_url"] == f"{github.url}/octo/monorepo"
    enterprise = call(github, "GET", f"/api/v3{OCTO}").body
    assert enterprise["url"] == f"{github.url}/api/v3{OCTO}"
    assert str(github.requests[-1]) == f"GET {OCTO}"


def test_enterprise_server_with_pygithub(github: GitHub) -> None:
    import github as pygithub

    auth = pygithub.Auth.Token(github.token("alice"))
    with pygithub.Github(
        auth=auth, base_url=f"{github.url}/api/v3", retry=None, seconds_between_writes=0
    ) as client:
        repo = client.get_repo("octo/monorepo")
        for number in range(1, 4):
            repo.create_issue(f"issue {number}")
        client.per_page = 2
        assert [issue.number for issue in repo.get_issues()] == [3, 2, 1]


def test_gh(github: GitHub, run_gh: Callable[..., str]) -> None:
    assert run_gh("api", "user", "--jq", ".login") == "alice"
    for number in range(1, 4):
        run_gh("api", f"{OCTO[1:]}/issues", "-f", f"title=issue {number}")
    pages = run_gh("api", "--paginate", f"{OCTO[1:]}/issues?per_page=2", "--jq", ".[].title")
    assert pages.split("\n") == ["issue 3", "issue 2", "issue 1"]


def test_gh_makes_releases(github: GitHub, monorepo: Repo, run_gh: Callable[..., str]) -> None:
    command = ["release", "create", "eso-v1.0.0", "--repo", "octo/monorepo", "--target", monorepo.head]
    url = run_gh(*command, "--title", "eso 1.0.0", "--notes", "New.", "--prerelease")
    assert url == "http://github.localhost/octo/monorepo/releases/tag/eso-v1.0.0"
    release = github.repo_as("bob").get_release("eso-v1.0.0")
    assert (release.name, release.body, release.prerelease) == ("eso 1.0.0", "New.", True)
    monorepo.git("fetch", "--tags", "--quiet", "origin")
    assert monorepo.git("rev-parse", "eso-v1.0.0") == monorepo.head
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_gh(*command, "--notes", "Again.")
    assert "Release.tag_name already exists" in caught.value.stderr


@pytest.fixture
def run_gh(github: GitHub, tmp_path: Path) -> Callable[..., str]:
    program = need(parts.gh)
    environment = {**os.environ, **github.gh(github.token("alice"))}

    def run(*args: str) -> str:
        done = subprocess.run(
            [program, *args], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    return run


# Git over HTTP


@pytest.fixture
def git(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Git with somebody's token, as actions/checkout gives it to git; its complaints are what it raises."""
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")

    def run(token: str | None, *args: str) -> str:
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        flags = ["-c", f"http.extraheader=AUTHORIZATION: basic {basic}"] if token else []
        done = subprocess.run(["git", *flags, *args], cwd=tmp_path, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(done.stderr)
        return done.stdout

    return run


def test_git_clones_and_pushes_over_http(
    github: GitHub, git: Callable[..., str], tmp_path: Path, monorepo: Repo
) -> None:
    url = f"{github.url}/octo/monorepo.git"
    git(None, "clone", url, "clone")
    clone = Repo(tmp_path / "clone")
    sha = clone.commit("from afar", files={"far": "away\n"})
    git(github.token("bob"), "-C", "clone", "push")
    assert github.repo_as("carol").get_branch("main").commit.sha == sha
    assert ("POST /octo/monorepo.git/git-receive-pack", "bob", 200) in [
        (str(request), request.login, request.status) for request in github.requests
    ]
    event = github.events[-1]
    assert (str(event), event.sender, event.payload["after"]) == ("push", "bob", sha)
    monorepo.git("fetch", "--quiet", "origin")
    assert monorepo.git("rev-parse", "origin/main") == sha


def test_git_needs_a_token_that_may(github: GitHub, git: Callable[..., str], tmp_path: Path) -> None:
    url = f"{github.url}/octo/monorepo"
    github.repository("octo/monorepo").private = True
    for token, reason in [
        (None, "could not read Username"),
        ("ghp_wrong", "Authentication failed|could not read Username"),
        (github.token("mallory"), "not found"),
        (github.actions_token(issues="write"), "403"),
    ]:
        with pytest.raises(ValueError, match=reason):
            git(token, "clone", url, "clone")
    with pytest.raises(ValueError, match="not found"):
        git(github.token("alice"), "clone", f"{github.url}/octo/other")
    reader = github.actions_token(contents="read")
    git(reader, "clone", url, "clone")
    Repo(tmp_path / "clone").commit()
    with pytest.raises(ValueError, match="403"):
        git(reader, "-C", "clone", "push")
    git(github.actions_token(contents="write"), "-C", "clone", "push")
    assert not github.events[-1].starts


# What it complains of


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


# What goes wrong on request


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


# What it remembers


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
