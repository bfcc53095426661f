"""The forge on GitHub, where the server has more to show than an answer."""

from collections.abc import Callable

import pytest

from flux.errors import ForgeError
from flux.forge.forge import PullState
from flux.forge.github.forge import GitHubForge
from tests.forge.conftest import Place
from tests.github import faults
from tests.github.server import GitHub

ALL = {"contents": "write", "issues": "write", "pull_requests": "write", "actions": "write"}


@pytest.fixture(autouse=True)
def without_pauses(pauses: list[float]) -> None:
    """Nobody waits here."""


def forge_with(server: GitHub, token: str) -> GitHubForge:
    return GitHubForge(server.url, "octo/monorepo", token)


def test_the_story_under_a_jobs_token(server: GitHub, hub: Place) -> None:
    forge = forge_with(server, server.actions_token(**ALL))
    assert forge.login() is None
    assert forge.permission("bob") == "write"
    assert forge.permission("trudy") == "read"
    bot = "github-actions[bot]"
    assert forge.create_release("eso-v1.0.0", hub.tip, "eso 1.0.0", "", False).author == bot
    issue = forge.create_issue("Promote", "- [ ] at", "flux-release", bot)
    assert (issue.author, issue.labels) == (bot, ("flux-release",))
    commit = forge.commit([hub.tip], {"file": b"new\n"}, "Promote")
    assert forge.create_branch("promote", commit)
    pull = forge.create_pull_request("Promote", "Closes #1", "promote", "main")
    hub.merge(pull)
    assert [each.state for each in forge.pull_requests(branch="promote")] == [PullState.MERGED]
    found = forge.issue(issue.number)
    assert found is not None
    assert not found.open
    assert commit in server.repository("octo/monorepo").signed


def test_a_release_leaves_the_latest_alone(server: GitHub, hub: Place) -> None:
    for tag in ("eso-v1.0.0", "ingress-v2.0.0"):
        hub.forge.create_release(tag, hub.tip, tag, "", False)
    assert server.repository("octo/monorepo").latest is None


def test_a_draft_is_no_release(server: GitHub, hub: Place) -> None:
    repository = server.client(server.token("alice")).get_repo("octo/monorepo")
    repository.create_git_release("eso-v1.0.0", "Draft", "", draft=True, make_latest="false")
    assert hub.forge.release("eso-v1.0.0") is None
    assert hub.forge.releases() == []


@pytest.mark.parametrize("body", ["", "What somebody wrote."])
def test_a_draft_of_the_tag_is_published(server: GitHub, hub: Place, body: str) -> None:
    repository = server.client(server.token("alice")).get_repo("octo/monorepo")
    repository.create_git_release("other-v1.0.0", "Other", "", draft=True, make_latest="false")
    draft = repository.create_git_release("eso-v1.0.0", "Draft", body, draft=True, make_latest="false")
    made = hub.forge.create_release("eso-v1.0.0", hub.tip, "eso 1.0.0", "Notes.", True)
    assert (made.title, made.body, made.prerelease) == ("Draft", body or "Notes.", True)
    assert made.commit == hub.tip
    assert hub.forge.release("eso-v1.0.0") == made
    assert repository.get_release("eso-v1.0.0").id == draft.id
    assert len(hub.forge.releases()) == 1
    assert server.repository("octo/monorepo").latest is None


def test_a_label_is_made_once(server: GitHub, hub: Place) -> None:
    for forge in (hub.forge, hub.forge, forge_with(server, server.token("bob"))):
        forge.create_issue("Title", "", "flux-release", None)
    made = [
        request for request in server.requests if str(request).startswith("POST /repos/octo/monorepo/labels")
    ]
    assert len(made) == 1


def test_the_assignee_is_one_where_that_can_be(server: GitHub, hub: Place) -> None:
    for login in ("bob", "mallory", "nobody"):
        hub.forge.create_issue("Title", "", "flux-release", login)
    issues = server.repository("octo/monorepo").issues.values()
    assert [[account.login for account in issue.assignees] for issue in issues] == [["bob"], [], []]


@pytest.mark.parametrize("missing", list(ALL))
def test_each_permission_is_needed_and_named(server: GitHub, hub: Place, missing: str) -> None:
    acts: dict[str, Callable[[GitHubForge], object]] = {
        "contents": lambda forge: forge.create_branch("topic", hub.tip),
        "issues": lambda forge: forge.create_issue("Title", "", "flux-release", None),
        "pull_requests": lambda forge: forge.create_pull_request("Title", "", "topic", "main"),
        "actions": lambda forge: forge.dispatch("ci.yml", "main", {}),
    }
    hub.start("topic")
    granted = {name: level for name, level in ALL.items() if name != missing}
    with pytest.raises(ForgeError) as raised:
        acts[missing](forge_with(server, server.actions_token(**granted)))
    assert raised.value.message.endswith(": Resource not accessible by integration (403)")
    needed = missing.replace("_", "-")
    assert (
        raised.value.hint
        == f"give the token the permission `{needed}: write` (in Actions under `permissions:`)"
    )


def test_who_may_only_read_is_told_so(server: GitHub, hub: Place) -> None:
    forge = forge_with(server, server.token("carol"))
    with pytest.raises(ForgeError, match=r"in octo/monorepo: Not Found \(404\)") as raised:
        forge.create_release("eso-v1.0.0", hub.tip, "eso 1.0.0", "", False)
    assert "`contents: write`: GitHub hides what a token may not see" in raised.value.hint


def test_a_rate_limit_in_the_middle_is_waited_for(server: GitHub, hub: Place, pauses: list[float]) -> None:
    for number in range(101):
        hub.forge.create_issue(f"Issue {number}", "", "flux-release", None)
    server.fail_next(faults.secondary_limit(429, 3), at=2, only="GET */issues*")
    assert len(hub.forge.issues("flux-release")) == 101
    assert pauses == [3]


@pytest.mark.parametrize("fault", [faults.DROP, faults.LOST], ids=["dropped", "lost"])
def test_what_breaks_off_is_asked_again(server: GitHub, hub: Place, fault: faults.Fault) -> None:
    commit = hub.start("topic")
    further = hub.commit("more", onto=commit)
    for only in ("GET */git/ref/*", "PATCH *"):
        server.fail_next(fault, only=only)
    assert hub.forge.advance_branch("topic", further)
    server.fail_next(fault, only="DELETE *")
    assert hub.forge.delete_branch("topic", further)
    assert hub.forge.branch("topic") is None


def test_an_issue_is_not_opened_twice_where_the_answer_was_lost(server: GitHub, hub: Place) -> None:
    hub.forge.create_issue("First", "", "flux-release", None)
    server.fail_next(faults.LOST, only="POST */issues")
    with pytest.raises(ForgeError) as raised:
        hub.forge.create_issue("Second", "", "flux-release", None)
    assert raised.value.message.startswith(
        f"{server.url.removeprefix('http://')} did not open an issue in octo/monorepo: "
    )
    assert raised.value.hint == "run the same command again: it continues where this run stopped"
    assert [issue.title for issue in hub.forge.issues("flux-release")] == ["First", "Second"]
