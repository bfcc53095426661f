"""A dry run reads from either forge, and writes down what it would write."""

from collections.abc import Callable

import pytest

from flux.errors import ForgeError
from flux.forge.dry import DryForge
from flux.forge.forge import PullState
from flux.forge.reporting import DeploymentState
from tests.forge.conftest import Place

WRITES: dict[str, Callable[[DryForge, Place], object]] = {
    "release v9": lambda dry, place: dry.create_release("v9", place.tip, "Title", "Body", True),
    "start ci.yml at main": lambda dry, place: dry.dispatch("ci.yml", "main", {}),
    "open issue 'Title'": lambda dry, place: dry.create_issue("Title", "Body", "label", None),
    "edit issue 1": lambda dry, place: dry.edit_issue(1, body="x"),
    "close issue 1": lambda dry, place: dry.edit_issue(1, open=False),
    "reopen issue 1": lambda dry, place: dry.edit_issue(1, open=True),
    "comment on 1": lambda dry, place: dry.create_comment(1, "x"),
    "update a comment on 1": lambda dry, place: dry.edit_comment(1, 2, "x"),
    "open pull request 'Title' from b": lambda dry, place: dry.create_pull_request("Title", "", "b", "main"),
    "edit pull request 2": lambda dry, place: dry.edit_pull_request(2, title="x"),
    "commit 'First line'": lambda dry, place: dry.commit([place.tip], {}, "First line\n\nmore"),
    "create branch b": lambda dry, place: dry.create_branch("b", place.tip),
    "move branch b forward": lambda dry, place: dry.advance_branch("b", place.tip),
    "record a deployment of v1 to prod": lambda dry, place: dry.create_deployment("v1", "prod", "t", {}, ""),
    "set deployment 7 to success": lambda dry, place: dry.set_deployment_state(
        7, DeploymentState.SUCCESS, ""
    ),
    "switch on auto-merge of 7": lambda dry, place: dry.merge_once_green(7, place.tip),
    "switch off auto-merge of 7": lambda dry, place: dry.merge_by_person(7),
    "delete branch b": lambda dry, place: dry.delete_branch("b", place.tip),
}


@pytest.mark.parametrize(("would", "write"), WRITES.items(), ids=list(WRITES))
def test_what_would_be_written_is_written_down(
    place: Place, would: str, write: Callable[[DryForge, Place], object]
) -> None:
    issue = place.forge.create_issue("Old", "Body", "label", None)
    before = (place.repo.git("for-each-ref"), place.forge.issues("label"), place.forge.comments(issue.number))
    dry = DryForge(place.forge)
    write(dry, place)
    assert dry.would == [would]
    assert before == (
        place.repo.git("for-each-ref"),
        place.forge.issues("label"),
        place.forge.comments(issue.number),
    )


def test_what_is_there_is_read(place: Place) -> None:
    issue = place.forge.create_issue("Old", "Body", "label", None)
    pull = place.propose()
    dry = DryForge(place.forge)
    assert dry.issue(issue.number) == place.forge.issue(issue.number)
    assert dry.issues("label") == place.forge.issues("label")
    assert dry.pull_request(pull.number) == place.forge.pull_request(pull.number)
    assert dry.pull_requests(PullState.OPEN) == place.forge.pull_requests(PullState.OPEN)
    assert dry.branches("to") == place.forge.branches("to")
    assert dry.branch("topic") == pull.head
    assert dry.login() == place.login
    assert dry.permission(place.login) == place.forge.permission(place.login)
    assert dry.has_account("nobody-of-that-name") is False
    assert dry.releases() == []
    assert dry.release("v1") is None
    assert dry.would == []


def test_what_would_be_made_can_be_gone_on_with(place: Place) -> None:
    dry = DryForge(place.forge)
    issue = dry.create_issue("Title", "Body", "label", None)
    assert (issue.number, issue.title, issue.author, issue.open) == (0, "Title", place.login, True)
    assert dry.comments(issue.number) == []
    dry.create_comment(issue.number, "x")
    dry.edit_issue(issue.number, body="x")
    pull = dry.create_pull_request("More", "", "b", "main")
    assert pull.state is PullState.OPEN
    dry.merge_once_green(pull.number, place.tip)
    deployment = dry.create_deployment("v1", "prod", "t", {}, "")
    dry.set_deployment_state(deployment.id, DeploymentState.SUCCESS, "")
    # What has no number yet is named.
    assert dry.would == [
        *("open issue 'Title'", "comment on 'Title'", "edit issue 'Title'"),
        *("open pull request 'More' from b", "switch on auto-merge of 'More'"),
        *("record a deployment of v1 to prod", "set deployment to prod to success"),
    ]


def test_a_branch_that_would_be_deleted_is_gone_for_what_follows(place: Place) -> None:
    pull = place.propose()
    dry = DryForge(place.forge)
    assert dry.delete_branch("topic", pull.head)
    assert (dry.branch("topic"), "topic" in dry.branches("to")) == (None, False)
    assert place.forge.branch("topic") == pull.head


def test_what_would_be_edited_is_so_for_what_follows(place: Place) -> None:
    issue, pull = place.forge.create_issue("Old", "Body", "label", None), place.propose()
    comment = place.forge.create_comment(issue.number, "said")
    dry = DryForge(place.forge)
    dry.edit_issue(issue.number, body="New", open=False)
    dry.edit_comment(issue.number, comment.id, "said again")
    dry.edit_pull_request(pull.number, title="Other", open=False)
    (listed,) = dry.issues("label")
    assert dry.issue(issue.number) == listed
    assert (listed.body, listed.open, listed.title) == ("New", False, "Old")
    assert [each.body for each in dry.comments(issue.number)] == ["said again"]
    closed = dry.pull_request(pull.number)
    assert closed
    assert (closed.title, closed.state, closed.body) == ("Other", PullState.CLOSED, pull.body)
    assert dry.pull_requests(PullState.OPEN) == []
    assert [each.body for each in place.forge.comments(issue.number)] == ["said"]
    assert place.forge.pull_requests(PullState.OPEN)


def test_what_fails_fails_in_a_dry_run_too(local: Place) -> None:
    with pytest.raises(ForgeError):
        DryForge(local.forge).comments(99)
