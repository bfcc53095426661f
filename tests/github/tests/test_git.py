"""How the server is reached: by URLs, the gh CLI, and git over HTTP."""

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import parts
from tests.conftest import need
from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, call
from tests.repo import Repo


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
