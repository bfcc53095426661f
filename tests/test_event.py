"""What GitHub Actions says about the run, and what it does when that is not so."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from flux.errors import RequestError
from flux.event import (
    TERMINAL,
    Event,
    IssueEdit,
    PullRequestCommits,
    Push,
    StatusSet,
    read_event,
    read_status_event,
    read_surroundings,
)

_ONE, _OTHER, _ZERO = "1" * 40, "abcdef0123" * 4, "0" * 40
_HINT = "GITHUB_EVENT_NAME and GITHUB_EVENT_PATH must be those of one GitHub event"


def environment(folder: Path, name: str, payload: Any) -> dict[str, str]:
    path = folder / "event.json"
    path.write_text(payload if isinstance(payload, str) else json.dumps(payload), encoding="utf-8")
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path)}


def push(**fields: Any) -> dict[str, Any]:
    return {"ref": "refs/heads/main", "before": _ONE, "after": _OTHER, "forced": False} | fields


def pull_request(**commits: Any) -> dict[str, Any]:
    sides = {"base": {"ref": "main", "sha": _ONE}, "head": {"ref": "topic", "sha": _OTHER}}
    return {"action": "synchronize", "number": 1, "pull_request": sides | commits}


def merge_group(**fields: Any) -> dict[str, Any]:
    group = {"base_sha": _ONE, "base_ref": "refs/heads/main", "head_sha": _OTHER}
    return {"action": "checks_requested", "merge_group": group | fields}


@pytest.mark.parametrize("flag", [None, "", "false", "True", "1"])
def test_a_terminal(flag: str | None, tmp_path: Path) -> None:
    """Whatever else is there: `act` and people's shells leave such variables around."""
    variables = environment(tmp_path, "push", "not JSON") | {"GITHUB_OUTPUT": "/out"}
    variables.pop("GITHUB_ACTIONS")
    if flag is not None:
        variables["GITHUB_ACTIONS"] = flag
    assert read_event(variables) == TERMINAL


def test_a_terminal_has_nothing_of_actions() -> None:
    assert Event(actions=False, change=None, output=None, summary=None, name="") == TERMINAL


def test_files_for_outputs_and_the_summary() -> None:
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "/out", "GITHUB_STEP_SUMMARY": "/summary"}
    assert read_event(variables) == Event(True, None, Path("/out"), Path("/summary"))
    assert read_event({"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": ""}) == Event(True, None, None, None)


@pytest.mark.parametrize(
    ("payload", "change"),
    [
        (push(), Push("refs/heads/main", _ONE, _OTHER)),
        (push(forced=True), Push("refs/heads/main", _ONE, _OTHER)),
        (push(ref="refs/heads/é/x", before=_ZERO, created=True), Push("refs/heads/é/x", None, _OTHER)),
        (push(ref="refs/tags/v1", before=_ZERO), Push("refs/tags/v1", None, _OTHER)),
        (push(after=_ZERO, deleted=True, head_commit=None), Push("refs/heads/main", _ONE, None)),
    ],
)
def test_a_push(payload: dict[str, Any], change: Push, tmp_path: Path) -> None:
    assert read_event(environment(tmp_path, "push", payload)) == Event(True, change, None, None, "push")


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_request(name: str, tmp_path: Path) -> None:
    assert read_event(environment(tmp_path, name, pull_request())).change == PullRequestCommits(_ONE, _OTHER)


def test_a_group_of_a_merge_queue(tmp_path: Path) -> None:
    event = read_event(environment(tmp_path, "merge_group", merge_group()))
    assert event.change == PullRequestCommits(_ONE, _OTHER)


@pytest.mark.parametrize("name", ["", "workflow_dispatch", "schedule", "release"])
def test_events_that_are_about_no_commits(name: str, tmp_path: Path) -> None:
    """Their payload is somebody else's to read."""
    assert read_event(environment(tmp_path, name, "not JSON")) == Event(True, None, None, None, name)


@pytest.mark.parametrize(
    ("name", "payload", "lacks"),
    [
        ("push", {}, "ref"),
        ("push", push(ref=None), "ref"),
        ("push", push(ref=["refs/heads/main"]), "ref"),
        ("push", push(before=None), "before"),
        ("push", push(before=_ONE[:-1]), "before"),
        ("push", push(before=_ONE + "1"), "before"),
        ("push", push(before=_ONE + "\n"), "before"),
        ("push", push(after="HEAD"), "after"),
        ("push", push(after="--output=/etc/passwd".ljust(40, "0")), "after"),
        ("push", push(after=int(_ONE)), "after"),
        ("pull_request", push(), "pull_request.base.sha"),
        ("pull_request", pull_request(base="main"), "pull_request.base.sha"),
        ("pull_request", pull_request(head={"sha": _OTHER.upper()}), "pull_request.head.sha"),
        ("pull_request", {"pull_request": [_ONE, _OTHER]}, "pull_request.base.sha"),
        ("merge_group", pull_request(), "merge_group.base_sha"),
        ("merge_group", merge_group(head_sha="main"), "merge_group.head_sha"),
        ("merge_group", merge_group(head_sha=_ZERO), "merge_group"),
        # No pull request is from or to nothing.
        ("pull_request", pull_request(base={"sha": _ZERO}), "pull_request"),
        ("pull_request_target", pull_request(head={"sha": _ZERO}), "pull_request"),
    ],
)
def test_a_payload_that_is_not_githubs(name: str, payload: Any, lacks: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        read_event(environment(tmp_path, name, payload))
    assert caught.value.message == f"the event of this run lacks a valid {lacks}"
    assert (caught.value.hint, caught.value.exit_code) == (_HINT, 2)


@pytest.mark.parametrize("payload", [[push()], "null", '"push"', 3])
def test_a_payload_that_is_no_object(payload: Any, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        read_event(environment(tmp_path, "push", payload))
    assert caught.value.message == "the event of this run is not an object"
    assert (caught.value.hint, caught.value.exit_code) == (_HINT, 2)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b'{"ref": "refs/heads/main"'])
def test_a_payload_that_is_not_json(content: bytes, tmp_path: Path) -> None:
    variables = environment(tmp_path, "push", "")
    Path(variables["GITHUB_EVENT_PATH"]).write_bytes(content)
    with pytest.raises(RequestError) as caught:
        read_event(variables)
    assert caught.value.message.startswith("the event of this run could not be read: ")
    assert caught.value.hint == "GITHUB_EVENT_PATH must name the file that GitHub Actions wrote"


def test_a_payload_that_is_not_there(tmp_path: Path) -> None:
    variables = environment(tmp_path, "push", push())
    Path(variables["GITHUB_EVENT_PATH"]).unlink()
    with pytest.raises(RequestError) as caught:
        read_event(variables)
    path = variables["GITHUB_EVENT_PATH"]
    expected = f"the event of this run could not be read: {path}: {os.strerror(errno.ENOENT)}"
    assert caught.value.message == expected


@pytest.mark.parametrize("path", [None, ""])
def test_a_payload_whose_place_is_not_told(path: str | None) -> None:
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}
    if path is not None:
        variables["GITHUB_EVENT_PATH"] = path
    with pytest.raises(RequestError) as caught:
        read_event(variables)
    assert caught.value.message == "the event of this run could not be read: GITHUB_EVENT_PATH is not set"
    assert caught.value.hint == "GITHUB_EVENT_PATH must name the file that GitHub Actions wrote"


@pytest.mark.parametrize(
    ("variables", "location"),
    [
        ({"GITHUB_REPOSITORY": "Octo/Mono-Repo"}, "oci://ghcr.io/octo/mono-repo"),
        ({"GITHUB_REPOSITORY": "octo/x", "GITHUB_SERVER_URL": "https://github.com"}, "oci://ghcr.io/octo/x"),
        ({"GITHUB_REPOSITORY": "octo/x", "GITHUB_SERVER_URL": "https://github.example.com"}, None),
        ({"GITHUB_REPOSITORY": "octo/x", "GITHUB_ACTIONS": ""}, None),
        ({}, None),
    ],
)
def test_the_registry_of_a_job_on_github(variables: dict[str, str], location: str | None) -> None:
    assert read_event({"GITHUB_ACTIONS": "true", **variables}).packages == location


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "https://github.com"),
        ({"GITHUB_API_URL": "https://api.github.com"}, "https://github.com"),
        ({"GITHUB_API_URL": "https://git.example.com/api/v3"}, "https://git.example.com"),
        ({"GITHUB_API_URL": "https://api.octo.ghe.com", "GITHUB_SERVER_URL": ""}, "https://octo.ghe.com"),
        ({"GITHUB_API_URL": "http://git.example.com:8080/api/v3"}, "https://git.example.com:8080"),
        ({"GITHUB_API_URL": "https://a/api/v3", "GITHUB_SERVER_URL": "https://b"}, "https://b"),
        ({"GITHUB_API_URL": "http://["}, "https://github.com"),
        ({"GITHUB_API_URL": "git.example.com"}, "https://github.com"),
    ],
)
def test_the_server_of_an_api(variables: dict[str, str], url: str) -> None:
    assert read_surroundings(variables).server_url == url


def issue_edit(**issue: Any) -> dict[str, Any]:
    return {
        "action": "edited",
        "changes": {"body": {"from": "old\r\nbody"}},
        "issue": {"number": 3, "body": "new\r\nbody", "updated_at": "2026-11-25T16:00:00Z", **issue},
        "sender": {"login": "alice"},
    }


def test_an_edit_of_an_issue_has_lf_line_ends(tmp_path: Path) -> None:
    event = read_event(environment(tmp_path, "issues", issue_edit()))
    assert event.change == IssueEdit(3, "alice", "old\nbody", "new\nbody", 1_795_622_400.0)


def test_an_issue_without_a_body_has_an_empty_one(tmp_path: Path) -> None:
    change = read_event(environment(tmp_path, "issues", issue_edit(body=None))).change
    assert isinstance(change, IssueEdit)
    assert change.after == ""


@pytest.mark.parametrize(
    "payload", [{"action": "opened"}, {"action": "edited", "changes": {"title": {"from": ""}}}]
)
def test_other_events_of_an_issue_change_nothing(payload: dict[str, Any], tmp_path: Path) -> None:
    assert read_event(environment(tmp_path, "issues", payload)).change is None


@pytest.mark.parametrize(
    ("issue", "lacks"), [({"number": "3"}, "issue"), ({"updated_at": "today"}, "issue.updated_at")]
)
def test_a_malformed_edit(issue: dict[str, Any], lacks: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=f"lacks a valid {lacks}"):
        read_event(environment(tmp_path, "issues", issue_edit(**issue)))


@pytest.mark.parametrize(
    ("variables", "who"),
    [
        ({}, None),
        ({"GITHUB_RUN_ATTEMPT": "1", "GITHUB_TRIGGERING_ACTOR": "alice"}, None),
        ({"GITHUB_RUN_ATTEMPT": "2", "GITHUB_TRIGGERING_ACTOR": "alice", "GITHUB_ACTOR": "bob"}, "alice"),
        ({"GITHUB_RUN_ATTEMPT": "10", "GITHUB_ACTOR": "bob"}, ""),
        ({"GITHUB_RUN_ATTEMPT": "x"}, ""),
    ],
)
def test_who_runs_a_job_again(variables: dict[str, str], who: str | None) -> None:
    assert read_event({"GITHUB_ACTIONS": "true", **variables}).rerun_by == who
    assert read_event(variables).rerun_by is None


STATUS = {
    "id": 7,
    "sha": "c" * 40,
    "context": "flux/x",
    "state": "success",
    "description": None,
    "created_at": "2026-01-01T00:00:00Z",
    "sender": {"login": "flux-reporter[bot]"},
}


def status_in(folder: Path, payload: object) -> StatusSet:
    (folder / "status.json").write_text(json.dumps(payload))
    return read_status_event(str(folder / "status.json"))


def test_a_status(tmp_path: Path) -> None:
    found = StatusSet(7, "c" * 40, "flux/x", "success", "", "flux-reporter[bot]", 1_767_225_600)
    assert status_in(tmp_path, STATUS) == found


@pytest.mark.parametrize(
    "changed",
    [
        {"id": True},
        {"id": "7"},
        {"sha": "main"},
        {"sha": "0" * 40},
        {"context": None},
        {"context": "x" * 1025},
        {"state": 1},
        {"description": ["x"]},
        {"sender": "x"},
        {"created_at": None},
        {"created_at": "yesterday"},
    ],
)
def test_a_status_that_is_none(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        status_in(tmp_path, {**STATUS, **changed})
