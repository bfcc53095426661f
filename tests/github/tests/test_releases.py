from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from github import UnknownObjectException
from github.GitRelease import GitRelease

from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, branch, call, refused, told
from tests.repo import Repo


def release(github: GitHub, tag: str, login: str = "alice", **fields: Any) -> GitRelease:
    fields = {"name": tag, "message": "notes", "target_commitish": "main", **fields}
    return github.repo_as(login).create_git_release(tag, **fields)


def test_a_release_makes_its_tag(github: GitHub, monorepo: Repo) -> None:
    sha = monorepo.head
    monorepo.commit("later", files={"a": "1\n"})
    monorepo.push()
    github.pushed("alice")
    told(github)
    made = release(github, "eso-v1.0.0", target_commitish=sha)
    assert (made.tag_name, made.target_commitish, made.author.login) == ("eso-v1.0.0", sha, "alice")
    monorepo.git("fetch", "--quiet", "--tags", "origin")
    assert monorepo.git("rev-parse", "eso-v1.0.0^{}") == sha
    payload = github.events[3].payload
    assert (payload["release"]["tag_name"], payload["sender"]["login"]) == ("eso-v1.0.0", "alice")
    assert told(github) == ["create", "push", "release: created", "release: published", "release: released"]


def test_a_release_of_a_branch(github: GitHub, monorepo: Repo) -> None:
    sha = branch(github.repo_as("alice"), "next", {"a": "1"})
    release(github, "eso/1.0.0", target_commitish="next")
    assert github.repo_as("carol").get_git_ref("tags/eso/1.0.0").object.sha == sha
    assert github.repo_as("carol").get_release("eso/1.0.0").tag_name == "eso/1.0.0"
    answer = call(github, "POST", f"{OCTO}/releases", github.token("alice"), {"tag_name": "bare"})
    assert (answer.body["target_commitish"], answer.body["name"]) == ("main", None)


def test_a_tag_that_is_there_is_taken(github: GitHub, monorepo: Repo) -> None:
    sha = monorepo.head
    monorepo.tag("v1", message="annotated")
    monorepo.commit("later")
    monorepo.push("origin", "main", "v1")
    github.pushed("alice")
    told(github)
    release(github, "v1", target_commitish="main")
    assert github.repository("octo/monorepo").git.resolve("v1") == sha
    assert told(github) == ["release: created", "release: published", "release: released"]


def test_releases_are_refused(github: GitHub) -> None:
    release(github, "v1")
    with refused(422, '"code": "already_exists", "field": "tag_name"'):
        release(github, "v1")
    for target in ("nowhere", "f" * 40, "main~1"):
        with refused(422, '"code": "invalid", "field": "target_commitish"'):
            release(github, "v2", target_commitish=target)
    for tag in ("a b", "a..b", "-/", ""):
        with refused(422, "tag_name is not well-formed"):
            release(github, tag)
    with refused(422, "body is too long (maximum is 125000 characters)"):
        release(github, "v2", message="x" * 125_001)
    for login in ("trudy", "mallory"):
        with refused(404, "Not Found"):
            release(github, "v2", login)
    assert [each.tag_name for each in github.repo_as("carol").get_releases()] == ["v1"]


def test_releases_come_by_the_date_of_their_commits(github: GitHub, monorepo: Repo) -> None:
    old = monorepo.head
    new = monorepo.commit("later")
    monorepo.push()
    release(github, "new", target_commitish=new)
    release(github, "old", target_commitish=old)
    found = list(github.repo_as("carol").get_releases())
    assert [each.tag_name for each in found] == ["new", "old"]
    assert found[0].created_at < found[0].published_at
    assert abs(found[1].published_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_pages_of_releases(github: GitHub) -> None:
    for number in range(35):
        release(github, f"v{number}")
    found = github.repo_as("carol").get_releases()
    assert [each.tag_name for each in found] == [f"v{number}" for number in range(34, -1, -1)]
    assert found.totalCount == 35
    answer = call(github, "GET", f"{OCTO}/releases?per_page=10&page=2")
    assert [each["tag_name"] for each in answer.body] == [f"v{number}" for number in range(24, 14, -1)]
    url = f"{github.url}{OCTO}/releases?per_page=10&page"
    assert answer.headers["Link"].split(", ") == [
        f'<{url}={page}>; rel="{rel}"' for rel, page in [("prev", 1), ("next", 3), ("last", 4), ("first", 1)]
    ]
    assert "Link" not in call(github, "GET", f"{OCTO}/releases?per_page=100").headers
    assert call(github, "GET", f"{OCTO}/releases?page=7").body == []


def test_prereleases(github: GitHub) -> None:
    release(github, "v1-rc.1", prerelease=True, make_latest="false")
    assert github.repo_as("carol").get_release("v1-rc.1").prerelease
    assert told(github)[2:] == ["release: created", "release: published", "release: prereleased"]
    with refused(404, "Not Found"):
        github.repo_as("carol").get_latest_release()
    # Which PyGithub asks for by itself.
    with refused(422, "Latest release cannot be draft or prerelease."):
        release(github, "v1-rc.2", prerelease=True)


def test_which_is_the_latest(github: GitHub) -> None:
    repo = github.repo_as("carol")
    release(github, "a-v1")
    assert repo.get_latest_release().tag_name == "a-v1"
    release(github, "b-v1", make_latest="false")
    assert repo.get_latest_release().tag_name == "a-v1"
    release(github, "b-v2")
    assert repo.get_latest_release().tag_name == "b-v2"
    release(github, "b-v3-rc.1", prerelease=True, make_latest="false")
    assert repo.get_latest_release().tag_name == "b-v2"


def test_drafts(github: GitHub) -> None:
    draft = release(github, "v1", draft=True, make_latest="false")
    assert draft.published_at is None
    assert github.repository("octo/monorepo").git.ref("refs/tags/v1") is None
    assert told(github) == []
    assert list(github.repo_as("carol").get_releases()) == []
    assert [each.tag_name for each in github.repo_as("bob").get_releases()] == ["v1"]
    with pytest.raises(UnknownObjectException):
        github.repo_as("bob").get_release("v1")
    with pytest.raises(UnknownObjectException):
        github.repo_as("carol").get_release(draft.id)
    draft.update_release("v1", "notes", draft=False)
    assert github.repository("octo/monorepo").git.ref("refs/tags/v1")
    assert github.repo_as("carol").get_release("v1").id == draft.id
    assert told(github) == ["create", "push", "release: published", "release: released"]


def test_releases_are_edited_and_deleted(github: GitHub) -> None:
    made = release(github, "v1")
    told(github)
    github.repo_as("bob").get_release("v1").update_release("better", "better notes", prerelease=True)
    found = github.repo_as("carol").get_release("v1")
    assert (found.name, found.body, found.prerelease) == ("better", "better notes", True)
    assert github.events[0].payload["changes"] == {"name": {"from": "v1"}, "body": {"from": "notes"}}
    made.delete_release()
    with pytest.raises(UnknownObjectException):
        github.repo_as("carol").get_release("v1")
    # Its tag stays.
    assert github.repository("octo/monorepo").git.ref("refs/tags/v1")
    assert told(github) == ["release: edited", "release: deleted"]


def test_with_a_token_of_actions(github: GitHub) -> None:
    made = github.repo_with(github.actions_token(contents="write")).create_git_release(
        "v1", "v1", "notes", target_commitish="main"
    )
    assert made.author.login == "github-actions[bot]"
    assert not any(event.starts for event in github.events)
