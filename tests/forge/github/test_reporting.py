"""Statuses and deployments on GitHub: pages, and what accounts leave behind."""

import pytest

from flux.errors import ForgeError
from flux.forge.github.forge import GitHubForge
from flux.forge.reporting import CommitStatus
from tests.forge.conftest import Place
from tests.forge.github.replies import THERE, forge_at, refusal, reply
from tests.github.server import GitHub
from tests.github.state import Pull
from tests.registry.scripted import scripted
from tests.servers import Answer

STATUS = {
    "id": 7,
    "context": "flux/x",
    "state": "success",
    "description": None,
    "creator": None,
    "created_at": "2026-01-01T00:00:00Z",
}


def test_an_account_that_is_gone_has_no_name() -> None:
    with scripted(THERE, reply([STATUS])) as script:
        (status,) = forge_at(script).statuses("c" * 40)
    assert (status.creator, status.description, status.created) == ("", "", 1_767_225_600)


def test_all_pages_are_read() -> None:
    full = [{**STATUS, "id": at} for at in range(100)]
    with scripted(THERE, *[reply(full)] * 12, reply(full[:1])) as script:
        assert len(forge_at(script).statuses("c" * 40)) == 1201
    assert "page=13" in script.asked[-1]


def test_more_statuses_than_can_be_read_are_not_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest may be the one that says that a cluster fails."""
    monkeypatch.setattr("flux.forge.github.pages._PAGE", 1)
    full = [STATUS]
    with scripted(THERE, *[reply(full)] * 30) as script, pytest.raises(ForgeError, match="more statuses"):
        forge_at(script).statuses("c" * 40)


def test_github_has_what_an_event_tells_of(hub: Place) -> None:
    assert not hub.forge.keep_status(hub.tip, CommitStatus(1, "x", "success", "", "bob", 0))
    assert hub.forge.statuses(hub.tip) == []


def test_what_is_no_text_in_a_payload_says_nothing(hub: Place, server: GitHub) -> None:
    server.repo_as("bob").create_deployment(
        "main", task="flux:eso", auto_merge=False, required_contexts=[], payload={"version": 7}
    )
    (found,) = hub.forge.deployments("flux:eso")
    assert (found.payload, found.creator) == ({}, "bob")


def test_a_token_that_may_not_deploy_is_named() -> None:
    refused = refusal(403, "Resource not accessible by integration")
    with scripted(THERE, refused) as script, pytest.raises(ForgeError) as raised:
        forge_at(script).create_deployment("main", "prod", "t", {}, "")
    assert "deployments: write" in raised.value.hint


PULL = {"number": 7, "node_id": "PR_x", "url": "/repos/owner/name/pulls/7"}


@pytest.mark.parametrize(
    ("answer", "switched_on"),
    [
        (reply({"data": {"enablePullRequestAutoMerge": {"clientMutationId": None}}}), True),
        (reply({"errors": [{"type": "UNPROCESSABLE", "message": "Pull request is in clean status"}]}), False),
    ],
)
def test_auto_merge_is_switched_on_where_that_is_possible(answer: Answer, switched_on: bool) -> None:
    with scripted(THERE, reply(PULL), answer) as script:
        assert forge_at(script).merge_once_green(7, "c" * 40) is switched_on
    assert script.asked[-1] == "POST /graphql"


def test_auto_merge_is_switched_on_and_off(hub: Place, server: GitHub) -> None:
    pull, repository = hub.propose(), server.repository("octo/monorepo")
    assert not hub.forge.merge_once_green(pull.number, pull.head)  # it waits for nothing
    repository.approvals["main"] = 1
    assert not hub.forge.merge_once_green(pull.number, hub.tip)  # it was at another commit
    assert hub.forge.merge_once_green(pull.number, pull.head)
    assert [each.auto_merge for each in hub.forge.pull_requests()] == [hub.login]
    for _ in range(2):
        hub.forge.merge_by_person(pull.number)
    assert [each.auto_merge for each in hub.forge.pull_requests()] == [""]


def test_who_may_not_switch_auto_merge_off_is_told(hub: Place, server: GitHub) -> None:
    pull = hub.propose()
    server.repository("octo/monorepo").approvals["main"] = 1
    assert hub.forge.merge_once_green(pull.number, pull.head)
    other = GitHubForge(server.url, "octo/monorepo", server.token("carol"))
    with pytest.raises(ForgeError):
        other.merge_by_person(pull.number)


def test_auto_merge_that_somebody_else_switched_off_meanwhile_is_off(hub: Place, server: GitHub) -> None:
    pull, repository = hub.propose(), server.repository("octo/monorepo")
    repository.approvals["main"] = 1
    assert hub.forge.merge_once_green(pull.number, pull.head)

    def meanwhile() -> None:
        there = repository.issues[pull.number]
        assert isinstance(there, Pull)
        there.auto_merge = None

    server.call_at(1, meanwhile, only="POST /graphql")
    hub.forge.merge_by_person(pull.number)


def test_a_token_that_may_not_merge_is_told() -> None:
    with scripted(THERE, reply(PULL), refusal(403, "Forbidden")) as script, pytest.raises(ForgeError):
        forge_at(script).merge_once_green(7, "c" * 40)


def test_of_too_many_deployments_none_is_told_at_once(hub: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux.forge.github.pages._PAGE", 1)
    monkeypatch.setattr("flux.forge.github.reporting._MOST_OF_ALL", 2)
    hub.forge.create_deployment("main", "prod", "flux:eso", {}, "")
    assert len(hub.forge.all_deployments() or ()) == 1
    hub.forge.create_deployment("main", "prod", "flux:eso", {}, "")
    assert hub.forge.all_deployments() is None
