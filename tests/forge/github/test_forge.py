"""GitHub's refusals, and what they mean to people."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import github
import pytest

from flux.errors import ForgeError
from flux.forge.github.forge import GitHubForge
from tests.registry.scripted import Script, scripted
from tests.registry.token_service import make_certificate
from tests.servers import Answer, serve

REPOSITORY = {"id": 1, "full_name": "owner/name", "url": "/repos/owner/name", "owner": {"login": "owner"}}
AGAIN = "run the same command again: it continues where this run stopped"
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def reply(data: object, status: int = 200, **headers: str) -> Answer:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Answer(status, json.dumps(data).encode(), named)


def refusal(status: int, message: str, **headers: str) -> Answer:
    return reply({"message": message, "documentation_url": "https://docs.github.com"}, status, **headers)


THERE = reply(REPOSITORY)
RELEASED = reply([])


def forge_at(script: Script, patience: float = 60) -> GitHubForge:
    return GitHubForge(f"http://{script.host}", "owner/name", "secret", patience)


def failure(act: Callable[[GitHubForge], object], *replies: Answer) -> tuple[str, str]:
    """The message and the hint of what comes of these answers; `{host}` in it stands for the server's."""
    with scripted(*replies) as script, pytest.raises(ForgeError) as raised:
        act(forge_at(script))
    assert "secret" not in raised.value.message + raised.value.hint
    return raised.value.message.replace(script.host, "{host}"), raised.value.hint


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited."""
    waited: list[float] = []
    monkeypatch.setattr("flux.forge.github.retry.time.sleep", waited.append)
    return waited


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
    hint = "set GH_TOKEN or GITHUB_TOKEN to a valid token with `metadata: read`, or run `gh auth login`"
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
        "put right what GitHub says, then run the same command again",
    )


def test_an_error_that_is_no_json() -> None:
    html = Answer(400, b"<html><body>Whoa there!</body></html>")
    message, _ = failure(lambda forge: forge.issues("label"), html)
    assert message == "GitHub did not find the repository owner/name: no reason given (400)"


def test_a_server_that_is_no_github() -> None:
    expected = (
        "{host} does not answer as GitHub's API does",
        "set GITHUB_API_URL to https://api.github.com or https://HOST/api/v3",
    )
    for answer in (Answer(200, b"<html></html>"), reply({}), reply({"full_name": None})):
        assert failure(lambda forge: forge.issues("label"), answer) == expected


def test_a_server_that_redirects_elsewhere() -> None:
    moved = Answer(301, b"", [("Location", "https://{host}/repos/owner/name")])
    message, hint = failure(lambda forge: forge.issues("label"), moved)
    assert message.startswith("{host} did not find the repository owner/name: Github server redirected from")
    assert hint == "check GITHUB_API_URL"


def test_a_server_that_is_not_there(pauses: list[float]) -> None:
    with scripted() as script:
        pass
    with pytest.raises(ForgeError) as raised:
        forge_at(script).issues("label")
    assert raised.value.message == (
        f"{script.host} could not be asked to find the repository owner/name: [Errno 111] Connection refused"
    )
    assert raised.value.hint == AGAIN
    assert pauses == [0, 1]


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, pauses: list[float]) -> None:
    made = make_certificate(tmp_path)
    with serve(lambda _: THERE, (made.path, made.key_path)) as server, pytest.raises(ForgeError) as raised:
        GitHubForge(f"https://{server.host}", "owner/name", "secret").issues("label")
    assert raised.value.message.startswith(
        f"{server.host} has no certificate that this machine trusts: [SSL: CERTIFICATE_VERIFY_FAILED]"
    )
    assert raised.value.hint == "let REQUESTS_CA_BUNDLE name a file with its CA"
    assert pauses == []


def test_a_repository_that_was_renamed_is_used_under_its_new_name() -> None:
    moved = Answer(301, b"{}", [("Location", "http://{host}/repositories/1")])
    new = reply({**REPOSITORY, "full_name": "owner/new", "url": "/repos/owner/new"})
    with scripted(moved, new, refusal(404, "Not Found")) as script:
        assert forge_at(script).branch("topic") is None
    assert script.asked[1:] == ["GET /repositories/1", "GET /repos/owner/new/git/ref/heads/topic"]


# Who


def test_an_app_has_no_login() -> None:
    with scripted(refusal(403, "Resource not accessible by integration")) as script:
        assert forge_at(script).login() is None


def test_a_rate_limit_is_no_app(pauses: list[float]) -> None:
    message, _ = failure(lambda forge: forge.login(), refusal(403, SECONDARY, Retry_After="61"))
    assert message.startswith(f"GitHub did not say whose token this is: {SECONDARY}; ")


@pytest.mark.parametrize(
    ("answer", "attested"),
    [
        (refusal(404, "Not Found"), False),
        (reply({"attestations": []}), False),
        (reply({"attestations": [{"repository_id": 1}]}), True),
    ],
)
def test_what_is_attested(answer: Answer, attested: bool) -> None:
    with scripted(THERE, answer) as script:
        assert forge_at(script).is_attested("sha256:0") is attested
    assert script.asked[1].startswith("GET /repos/owner/name/attestations/sha256:0?")


def test_who_is_no_person_has_no_permission() -> None:
    with scripted(THERE, refusal(404, "dependabot[bot] is not a user")) as script:
        assert forge_at(script).permission("dependabot[bot]") == "none"
    assert script.asked[1] == "GET /repos/owner/name/collaborators/dependabot%5Bbot%5D/permission"


def test_a_permission_that_cannot_be_looked_up_is_no_answer() -> None:
    message, _ = failure(lambda forge: forge.permission("ann"), THERE, refusal(404, "Not Found"))
    assert message == "GitHub did not say what ann may do in owner/name: Not Found (404)"


# What is tried again


@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_waited_for(pauses: list[float], status: int) -> None:
    limits = [refusal(status, SECONDARY, Retry_After=seconds) for seconds in ("7", "0", "20")]
    with scripted(THERE, *limits, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [7, 1, 20]


def test_a_rate_limit_that_names_no_time_is_waited_for_a_minute(pauses: list[float]) -> None:
    with scripted(THERE, refusal(403, SECONDARY), RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [60]


def test_the_hourly_limit_is_waited_for_where_its_end_is_near(pauses: list[float]) -> None:
    said = "API rate limit exceeded for installation ID 1."
    reset = str(int(time.time()) + 20)
    limit = refusal(403, said, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    with scripted(THERE, limit, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert 15 < pauses[0] <= 21


def test_nobody_waits_longer_than_the_bound(pauses: list[float]) -> None:
    limits = [refusal(403, SECONDARY, Retry_After=seconds) for seconds in ("40", "30")]
    assert failure(lambda forge: forge.releases(), THERE, *limits) == (
        f"GitHub did not list releases in owner/name: {SECONDARY}; it wants a pause of 30 s, "
        "and 60 s is the longest that is waited",
        "wait that long, then run the same command again: it continues where this run stopped",
    )
    assert pauses == [40]


def test_the_bound_holds_for_each_request(pauses: list[float]) -> None:
    limit = refusal(403, SECONDARY, Retry_After="40")
    with scripted(limit, THERE, limit, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [40, 40]


def test_a_write_that_met_a_rate_limit_is_sent_again(pauses: list[float]) -> None:
    comment = reply({"id": 7, "body": "x", "user": {"login": "ann"}}, 201)
    with scripted(THERE, refusal(429, SECONDARY, Retry_After="2"), comment) as script:
        assert forge_at(script).create_comment(3, "x").id == 7
    assert script.asked[1:] == ["POST /repos/owner/name/issues/3/comments"] * 2
    assert pauses == [2]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_is_asked_again(pauses: list[float], status: int) -> None:
    with scripted(*[refusal(status, "Server Error")] * 3, THERE, RELEASED) as script:
        assert forge_at(script).releases() == []
    assert pauses == [0, 1, 2]


def test_a_server_that_goes_on_failing(pauses: list[float]) -> None:
    assert failure(lambda forge: forge.releases(), THERE, *[refusal(502, "Server Error")] * 5) == (
        "GitHub did not list releases in owner/name: Server Error (502)",
        AGAIN,
    )
    assert pauses == [0, 1, 2, 4]


def test_what_could_be_there_twice_is_not_sent_twice(pauses: list[float]) -> None:
    assert failure(lambda forge: forge.create_comment(3, "x"), THERE, refusal(502, "Server Error")) == (
        "GitHub did not comment on 3 in owner/name: Server Error (502)",
        AGAIN,
    )
    assert pauses == []


def test_what_was_not_looked_at_is_sent_again(pauses: list[float]) -> None:
    comment = reply({"id": 7, "body": None, "user": None}, 201)
    with scripted(THERE, refusal(503, "Unavailable"), comment) as script:
        made = forge_at(script).create_comment(3, "x")
    assert (made.body, made.author) == ("", "ghost")


def test_git_objects_are_sent_again(pauses: list[float]) -> None:
    failed = refusal(502, "Server Error")
    sha = "a" * 40
    replies = [reply({"sha": sha, "tree": {"sha": sha}}), *[failed, reply({"sha": sha}, 201)] * 3]
    with scripted(THERE, *replies) as script:
        assert forge_at(script).commit([sha], {"file": b"x"}, "Message") == sha
    git = "POST /repos/owner/name/git/"
    assert script.asked[2:] == [git + kind for kind in ("blobs", "trees", "commits") for _ in range(2)]


# What is asked


def test_a_release_is_not_made_the_latest() -> None:
    released = {"id": 1, "tag_name": "eso-v1", "name": "eso 1", "body": None, "author": {"login": "ann"}}
    released["published_at"] = "2026-11-25T16:00:00Z"
    made = reply({**released, "prerelease": True, "draft": False, "html_url": "https://x"}, 201)
    with scripted(THERE, refusal(404, "Not Found"), made, refusal(404, "Not Found")) as script:
        forge_at(script).create_release("eso-v1", "a" * 40, "eso 1", "Notes", True)
    sent: dict[str, Any] = json.loads(script.requests[2].body)
    assert sent.pop("generate_release_notes") is False
    assert sent == {
        "tag_name": "eso-v1",
        "target_commitish": "a" * 40,
        "name": "eso 1",
        "body": "Notes",
        "draft": False,
        "prerelease": True,
        "make_latest": "false",
    }


def test_a_commit_names_no_author_so_that_github_signs_it() -> None:
    sha = "a" * 40
    made = reply({"sha": sha}, 201)
    with scripted(THERE, reply({"sha": sha, "tree": {"sha": "b" * 40}}), made, made, made) as script:
        forge_at(script).commit([sha], {"file": b"\r\n"}, "Message")
    blob, tree, commit = (json.loads(request.body) for request in script.requests[2:])
    assert blob == {"content": "DQo=", "encoding": "base64"}
    entry = {"path": "file", "mode": "100644", "type": "blob", "sha": sha}
    assert tree == {"base_tree": "b" * 40, "tree": [entry]}
    assert commit == {"message": "Message", "tree": sha, "parents": [sha]}


def test_the_branch_of_a_fork_is_not_ours() -> None:
    branch = {"ref": "topic", "sha": "a" * 40}
    pull = {
        "number": 3, "title": "", "body": None, "state": "open", "merged_at": None, "html_url": "https://x",
        "user": None, "base": {**branch, "repo": REPOSITORY},
    }  # fmt: skip
    pulls: list[object] = [
        {**pull, "head": {**branch, "repo": {**REPOSITORY, "id": 2}}},
        {**pull, "head": {**branch, "repo": None}},
    ]
    with scripted(THERE, reply(pulls), reply(pulls[0])) as script:
        forge = forge_at(script)
        assert forge.pull_requests(branch="topic") == []
        assert forge.pull_request(3) is None
    assert "head=owner%3Atopic" in script.asked[1]


def test_an_issue_that_was_moved_away_is_not_ours() -> None:
    elsewhere = {
        "number": 9,
        "repository_url": "/repos/owner/other",
        "html_url": "https://x/owner/other/issues/9",
    }
    moved = Answer(301, b"{}", [("Location", "http://{host}/repositories/2/issues/9")])
    with scripted(THERE, moved, reply(elsewhere)) as script:
        assert forge_at(script).issue(3) is None


# Pacing


def pacing(monkeypatch: pytest.MonkeyPatch, api_url: str) -> tuple[object, object]:
    given: dict[str, object] = {}
    original = github.Github.__init__

    def record(self: github.Github, **options: Any) -> None:
        given.update(options)
        original(self, **options)

    monkeypatch.setattr("github.Github.__init__", record)
    GitHubForge(api_url, "owner/name", "secret")
    return given["seconds_between_requests"], given["seconds_between_writes"]


@pytest.mark.parametrize(
    ("api_url", "seconds"),
    [
        ("https://api.github.com", (0.25, 1.0)),
        ("https://ghe.acme.com/api/v3", (0.25, 1.0)),
        ("http://127.0.0.1:8080", (0, 0)),
        ("http://localhost:8080/api/v3", (0, 0)),
        ("http://[::1]:8080", (0, 0)),
    ],
)
def test_requests_are_paced_but_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, api_url: str, seconds: tuple[float, float]
) -> None:
    assert pacing(monkeypatch, api_url) == seconds
