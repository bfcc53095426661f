"""Who may call, and what for."""

import pytest

from tests.github.server import GitHub
from tests.github.state import Role
from tests.github.tests.calls import OCTO, branch, call, refused


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
