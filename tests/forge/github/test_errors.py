"""GitHub's refusals, and what they mean to people."""

from collections.abc import Callable

import pytest

from flux.forge.github.forge import GitHubForge
from tests.forge.github.replies import THERE, failure, forge_at, refusal, reply
from tests.registry.scripted import scripted
from tests.servers import Answer

ACTS: dict[str, tuple[Callable[[GitHubForge], object], str, str]] = {
    "release": (lambda forge: forge.release("eso-v1"), "find release eso-v1", "contents: write"),
    "releases": (lambda forge: forge.releases(), "list releases", "contents: write"),
    "create_release": (
        lambda forge: forge.create_release("eso-v1", "a" * 40, "", "", False),
        "create release eso-v1",
        "contents: write",
    ),
    "dispatch": (
        lambda forge: forge.dispatch("ci.yml", "main", {}),
        "start workflow ci.yml at main",
        "actions: write",
    ),
    "issue": (lambda forge: forge.issue(3), "find issue 3", "issues: write"),
    "issues": (lambda forge: forge.issues("label"), "list issues labelled label", "issues: write"),
    "create_issue": (
        lambda forge: forge.create_issue("Title", "", "label", None),
        "open an issue",
        "issues: write",
    ),
    "comments": (lambda forge: forge.comments(3), "list comments on 3", "issues: write"),
    "create_comment": (lambda forge: forge.create_comment(3, "x"), "comment on 3", "issues: write"),
    "pull_request": (lambda forge: forge.pull_request(3), "find pull request 3", "pull-requests: write"),
    "pull_requests": (lambda forge: forge.pull_requests(), "list pull requests", "pull-requests: write"),
    "create_pull_request": (
        lambda forge: forge.create_pull_request("Title", "", "topic", "main"),
        "open a pull request from topic",
        "pull-requests: write",
    ),
    "branch": (lambda forge: forge.branch("topic"), "find branch topic", "contents: write"),
    "commit": (lambda forge: forge.commit(["a" * 40], {}, "x"), "commit", "contents: write"),
    "create_branch": (
        lambda forge: forge.create_branch("topic", "a" * 40),
        "create branch topic",
        "contents: write",
    ),
    "advance_branch": (
        lambda forge: forge.advance_branch("topic", "a" * 40),
        "move branch topic",
        "contents: write",
    ),
    "delete_branch": (
        lambda forge: forge.delete_branch("topic", "a" * 40),
        "delete branch topic",
        "contents: write",
    ),
    "is_attested": (
        lambda forge: forge.is_attested("sha256:0"),
        "say whether sha256:0 is attested",
        "attestations: read",
    ),
    "permission": (lambda forge: forge.permission("ann"), "say what ann may do", "metadata: read"),
}  # fmt: skip


@pytest.mark.parametrize(("act", "what", "needs"), ACTS.values(), ids=list(ACTS))
def test_a_powerless_token(act: Callable[[GitHubForge], object], what: str, needs: str) -> None:
    said = "Resource not accessible by integration"
    assert failure(act, THERE, refusal(403, said)) == (
        f"GitHub did not {what} in owner/name: {said} (403)",
        f"give the token the permission `{needs}` (in Actions under `permissions:`)",
    )


def test_a_workflow_that_may_not_open_pull_requests() -> None:
    said = "GitHub Actions is not permitted to create or approve pull requests."
    assert failure(ACTS["create_pull_request"][0], THERE, refusal(403, said)) == (
        f"GitHub did not open a pull request from topic in owner/name: {said} (403)",
        "allow it in the repository's settings, Actions, General, or use a GitHub App's token",
    )


def test_a_token_that_is_not_valid() -> None:
    hint = (
        "the token is wrong or has expired: "
        "set GH_TOKEN or GITHUB_TOKEN to a valid one with `metadata: read`, or run `gh auth login`"
    )
    assert failure(lambda forge: forge.issues("label"), refusal(401, "Bad credentials")) == (
        "GitHub did not find the repository owner/name: Bad credentials (401)",
        hint,
    )
    assert failure(lambda forge: forge.login(), refusal(401, "Bad credentials")) == (
        "GitHub did not say whose token this is: Bad credentials (401)",
        hint,
    )


def test_a_repository_that_the_token_may_not_see() -> None:
    assert failure(lambda forge: forge.release("eso-v1"), refusal(404, "Not Found")) == (
        "GitHub did not find the repository owner/name: Not Found (404)",
        "check the name, and that the token has `metadata: read`: GitHub hides what a token may not see",
    )


def test_what_is_not_there_to_be_written() -> None:
    assert failure(lambda forge: forge.create_comment(3, "x"), THERE, refusal(404, "Not Found")) == (
        "GitHub did not comment on 3 in owner/name: Not Found (404)",
        "check the name, and that the token has `issues: write`: GitHub hides what a token may not see",
    )


@pytest.mark.parametrize("said", ["Not Found", "There is no such thing", ""])
@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_to_be_read_is_none_whatever_the_words(said: str, status: int) -> None:
    with scripted(THERE, *[refusal(status, said)] * 4) as script:
        forge = forge_at(script)
        assert forge.release("eso-v1") is None
        assert forge.issue(3) is None
        assert forge.pull_request(3) is None
        assert forge.branch("topic") is None


def test_reasons_of_a_refusal_are_told_in_one_line() -> None:
    answer = {
        "message": "Validation\nFailed",
        "errors": [
            {"resource": "Release", "code": "already_exists", "field": "tag_name"},
            {"resource": "Release", "code": "custom", "message": "is odd"},
            "and more",
        ],
    }
    assert failure(ACTS["create_release"][0], THERE, refusal(404, "Not Found"), reply(answer, 422)) == (
        "GitHub did not create release eso-v1 in owner/name: "
        "Validation Failed: tag_name already_exists, is odd, and more (422)",
        "fix what GitHub says, then run the same command again",
    )


def test_an_error_that_is_no_json() -> None:
    html = Answer(400, b"<html><body>Whoa there!</body></html>")
    message, _ = failure(lambda forge: forge.issues("label"), html)
    assert message == "GitHub did not find the repository owner/name: no reason given (400)"
