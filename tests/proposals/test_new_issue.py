"""The promotion issue of a release is opened once."""

from tests.commands.promoted import ALL, TAG
from tests.commands.promoting import World, boxes


def test_an_issue_has_a_box_for_each_environment_and_each_group(world: World) -> None:
    opened = world.open(TAG)
    assert opened.action == "opened"
    issue = world.issue()
    assert set(boxes(issue.body)) == {*ALL, "at", "prod"}
    assert not any(boxes(issue.body).values())
    assert "1.0.0" in issue.body
    assert "sha256:" in issue.body
    assert issue.labels == ("flux-release",)


def test_the_releases_author_is_the_assignee(hub: World) -> None:
    hub.open(TAG)
    assert hub.github
    (issue,) = (i for i in hub.github.repository("octo/monorepo").issues.values())
    assert [account.login for account in issue.assignees] == ["alice"]


def test_an_issue_is_found_open_or_closed_and_not_made_twice(world: World) -> None:
    world.open(TAG)
    assert world.open(TAG).action == "found"
    world.forge().edit_issue(1, open=False)
    assert world.open(TAG).action == "found"
    assert world.forge().issue(2) is None


def test_of_two_that_raced_the_younger_is_closed(hub: World) -> None:
    hub.open(TAG)
    first = hub.issue()
    assert hub.github

    def race() -> None:
        hub.forge("alice").create_issue(first.title, first.body, "flux-release", None)

    hub.github.repository("octo/monorepo").issues[1].comments.clear()
    hub.forge().edit_issue(1, body="somebody's")
    hub.github.call_at(1, race, only="POST */issues")
    opened = hub.open(TAG)
    assert opened.issue
    assert (opened.issue.number, opened.action) == (2, "found")
    assert [hub.issue(n).open for n in (2, 3)] == [True, False]
