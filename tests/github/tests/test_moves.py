"""Issues that are locked, transferred or deleted; what GitHub received; check runs; reviews."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.github.server import GitHub
from tests.github.state import Role
from tests.github.tests.calls import OCTO, branch, call, refused
from tests.repo import Repo


def test_a_locked_issue_takes_no_comment_but_of_who_may_write(github: GitHub) -> None:
    github.repo_as("alice").create_issue("Release")
    github.repo_as("bob").get_issue(1).lock("resolved")
    for login in ("trudy", "carol", "mallory"):
        with refused(403, "issue is locked"):
            github.repo_as(login).get_issue(1).create_comment("x")
    with refused(403, "issue is locked"):
        github.repo_with(github.actions_token(issues="write")).get_issue(1).create_comment("x")
    assert github.repo_as("bob").get_issue(1).create_comment("x").body == "x"
    assert github.repo_as("bob").get_issue(1).locked
    github.repo_as("bob").get_issue(1).unlock()
    assert github.repo_as("carol").get_issue(1).create_comment("x")
    with refused(403, "Must have admin rights"):
        github.repo_as("carol").get_issue(1).lock("spam")


def test_a_transferred_issue_is_found_elsewhere(github: GitHub, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit("start", files={"README.md": "Other\n"})
    github.add_repository("octo/other", other.bare_origin().path, {"alice": Role.ADMIN})
    github.repo_as("alice").create_issue("Release", body="text")
    there = github.transfer(1, "octo/other")
    token = github.token("alice")
    moved = call(github, "GET", f"{OCTO}/issues/1", token)
    assert moved.status == 301
    assert moved.headers["Location"].endswith("/repos/octo/other/issues/1")
    assert call(github, "PATCH", f"{OCTO}/issues/1", token, {"body": "x"}).status == 301
    assert call(github, "GET", f"{OCTO}/issues/1/comments", token).status == 404
    assert [*github.repo_as("alice").get_issues(state="all")] == []
    assert github.repo_with(token, "octo/other").get_issue(there.number).body == "text"


def test_a_deleted_issue_is_gone(github: GitHub) -> None:
    github.repo_as("alice").create_issue("Release")
    github.delete_issue(1)
    with refused(410, "This issue was deleted"):
        github.repo_as("alice").get_issue(1).complete()
    assert [*github.repo_as("alice").get_issues(state="all")] == []
    assert github.repo_as("alice").create_issue("Next").number == 2


def test_what_was_received_is_told_with_its_time(github: GitHub, monorepo: Repo) -> None:
    first = monorepo.head
    monorepo.commit("dated", files={"x": "1"}, date="2001-01-01T00:00:00Z")
    monorepo.push("origin", "main")
    github.advance(timedelta(hours=5))
    github.pushed("bob")
    monorepo.git("reset", "--quiet", "--hard", first)
    monorepo.git("push", "--quiet", "--force", "origin", "main")
    github.pushed("alice")
    branch(github.repo_as("bob"), "topic", {"x": "1"})
    listed = call(github, "GET", f"{OCTO}/activity?ref=refs/heads/main", github.token("carol")).body
    assert [(each["activity_type"], each["actor"]["login"]) for each in listed] == [
        ("force_push", "alice"),
        ("push", "bob"),
    ]
    assert listed[1]["before"] == first == listed[0]["after"]
    assert not listed[1]["timestamp"].startswith("2001")
    short = call(github, "GET", f"{OCTO}/activity?ref=topic&direction=asc", github.token("carol")).body
    assert short[0]["activity_type"] == "branch_creation"
    assert short[0]["before"] == "0" * 40


def test_a_merge_is_told_as_one(github: GitHub) -> None:
    branch(github.repo_as("bob"), "topic", {"x": "1"})
    repo = github.repo_as("bob")
    repo.create_pull("main", "topic", title="x").merge()
    (merged,) = call(github, "GET", f"{OCTO}/activity?activity_type=pr_merge", github.token("bob")).body
    assert merged["ref"] == "refs/heads/main"


def test_only_apps_make_check_runs(github: GitHub, monorepo: Repo) -> None:
    run = {"name": "flux-artifacts/authority", "head_sha": monorepo.head, "conclusion": "success"}
    person = call(github, "POST", f"{OCTO}/check-runs", github.token("alice"), run)
    assert (person.status, person.body["message"]) == (403, "You must authenticate via a GitHub App.")
    token = github.actions_token(checks="write")
    assert call(github, "POST", f"{OCTO}/check-runs", token, {**run, "conclusion": "failure"}).status == 201
    made = call(github, "POST", f"{OCTO}/check-runs", token, run)
    assert (made.status, made.body["status"], made.body["app"]["slug"]) == (
        201,
        "completed",
        "github-actions",
    )
    path = f"{OCTO}/commits/{monorepo.head}/check-runs"
    (latest,) = call(github, "GET", path, token).body["check_runs"]
    assert latest["conclusion"] == "success"
    assert call(github, "GET", f"{path}?filter=all", token).body["total_count"] == 2
    assert call(github, "POST", f"{OCTO}/check-runs", github.actions_token(), run).status == 403


@pytest.mark.parametrize("event", ["APPROVE", "REQUEST_CHANGES"])
def test_a_review_counts_when_it_is_submitted(github: GitHub, event: str) -> None:
    branch(github.repo_as("bob"), "topic", {"x": "1"})
    number = github.repo_as("alice").create_pull("main", "topic", title="x").number
    path, bob = f"{OCTO}/pulls/{number}/reviews", github.token("bob")
    pending = call(github, "POST", path, bob, {"body": "so far"})
    assert pending.body["state"] == "PENDING"
    assert "submitted_at" not in pending.body
    assert call(github, "POST", path, bob, {}).status == 422
    assert call(github, "GET", path, github.token("alice")).body == []
    assert len(call(github, "GET", path, bob).body) == 1
    own = f"{path}/{pending.body['id']}"
    assert call(github, "POST", f"{own}/events", github.token("alice"), {"event": event}).status == 404
    submitted = call(github, "POST", f"{own}/events", bob, {"event": event, "body": "done"})
    assert submitted.body["state"] in ("APPROVED", "CHANGES_REQUESTED")
    assert submitted.body["submitted_at"]
    dismissed = call(github, "PUT", f"{own}/dismissals", github.token("alice"), {"message": "no"})
    assert dismissed.body["state"] == "DISMISSED"
    assert call(github, "PUT", f"{own}/dismissals", github.token("alice"), {"message": "no"}).status == 422
