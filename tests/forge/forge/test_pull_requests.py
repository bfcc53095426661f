"""What every forge promises of pull requests, tried on local files and on GitHub."""

import pytest

from flux.errors import ForgeError
from flux.forge.forge import Forge, PullState
from tests.forge.conftest import Place
from tests.forge.forge.asking import ABSENT, ODD
from tests.forge.forge.asking import forge as forge


def test_a_pull_request_is_opened_and_found(place: Place) -> None:
    commit = place.start("promote/eso-1.0.0")
    created = place.forge.create_pull_request("Promote eso", ODD, "promote/eso-1.0.0", "main")
    assert (created.title, created.body, created.author) == ("Promote eso", ODD, place.login)
    assert (created.branch, created.head, created.base) == ("promote/eso-1.0.0", commit, "main")
    assert created.state is PullState.OPEN
    assert created.url.startswith(place.url)
    assert place.forge.pull_request(created.number) == created
    assert place.forge.pull_requests() == [created]


def test_an_absent_pull_request(forge: Forge) -> None:
    assert forge.pull_request(ABSENT) is None
    assert forge.pull_requests() == []
    with pytest.raises(ForgeError, match=str(ABSENT)):
        forge.edit_pull_request(ABSENT, body="x")


def test_pull_requests_are_listed_by_state_and_branch(place: Place) -> None:
    forge = place.forge
    one, two, three = (place.propose(branch) for branch in ("promote/one", "promote/two", "three"))
    forge.edit_pull_request(two.number, open=False)
    place.merge(three)
    listed = {
        (state, branch): [pull.number for pull in forge.pull_requests(state, branch)]
        for state in (None, *PullState)
        for branch in (None, "promote/two", "promote", "absent")
    }
    all_of_them = [one.number, two.number, three.number]
    expected = {
        (None, None): all_of_them,
        (PullState.OPEN, None): all_of_them[:1],
        (PullState.CLOSED, None): all_of_them[1:2],
        (PullState.MERGED, None): all_of_them[2:],
        (None, "promote/two"): all_of_them[1:2],
        (PullState.CLOSED, "promote/two"): all_of_them[1:2],
    }
    assert {key: numbers for key, numbers in listed.items() if numbers} == expected


def test_a_pull_request_needs_a_commit_that_its_base_lacks(place: Place) -> None:
    place.forge.create_branch("topic", place.tip)
    with pytest.raises(ForgeError, match="topic"):
        place.forge.create_pull_request("Title", "", "topic", "main")


@pytest.mark.parametrize(("branch", "base"), [("absent", "main"), ("topic", "absent")])
def test_a_pull_request_needs_its_branches(place: Place, branch: str, base: str) -> None:
    place.start("topic")
    with pytest.raises(ForgeError):
        place.forge.create_pull_request("Title", "", branch, base)
    assert place.forge.pull_requests() == []


def test_a_branch_has_one_open_pull_request(place: Place) -> None:
    first = place.propose()
    with pytest.raises(ForgeError, match="topic"):
        place.forge.create_pull_request("Title", "", "topic", "main")
    place.forge.edit_pull_request(first.number, open=False)
    second = place.forge.create_pull_request("Title", "", "topic", "main")
    assert [pull.number for pull in place.forge.pull_requests(PullState.OPEN)] == [second.number]
    with pytest.raises(ForgeError, match="topic"):
        place.forge.edit_pull_request(first.number, open=True)
    assert [pull.state for pull in place.forge.pull_requests()] == [PullState.CLOSED, PullState.OPEN]


def test_a_pull_request_is_edited_closed_and_reopened(place: Place) -> None:
    created = place.propose()
    for changed, title, body, state in (
        ({"title": "New"}, "New", "Body", PullState.OPEN),
        ({"body": "New\r\n"}, "New", "New\n", PullState.OPEN),
        ({"open": False}, "New", "New\n", PullState.CLOSED),
        ({"open": False}, "New", "New\n", PullState.CLOSED),
        ({"open": True, "body": ""}, "New", "", PullState.OPEN),
    ):
        place.forge.edit_pull_request(created.number, **changed)
        pull = place.forge.pull_request(created.number)
        assert pull is not None
        assert (pull.title, pull.body, pull.state) == (title, body, state)
        assert (pull.branch, pull.head, pull.base) == ("topic", created.head, "main")


def test_a_pull_request_follows_its_branch(place: Place) -> None:
    created = place.propose()
    commit = place.commit("more", onto=created.head)
    assert place.forge.advance_branch("topic", commit)
    pull = place.forge.pull_request(created.number)
    assert pull is not None
    assert (pull.head, pull.state) == (commit, PullState.OPEN)
    place.merge(pull)
    pull = place.forge.pull_request(created.number)
    assert pull is not None
    assert (pull.head, pull.state) == (commit, PullState.MERGED)


def test_a_merged_pull_request_stays_so_when_its_branch_goes_and_comes_again(place: Place) -> None:
    first = place.propose()
    place.merge(first)
    with pytest.raises(ForgeError, match=str(first.number)):
        place.forge.edit_pull_request(first.number, open=True)
    assert place.forge.delete_branch("topic", first.head)
    assert place.forge.pull_requests(PullState.MERGED, "topic")[0].head == first.head
    place.start("topic", "again")
    assert [pull.state for pull in place.forge.pull_requests(branch="topic")] == [PullState.MERGED]
    second = place.forge.create_pull_request("Again", "", "topic", "main")
    assert [(pull.number, pull.state) for pull in place.forge.pull_requests(branch="topic")] == [
        (first.number, PullState.MERGED),
        (second.number, PullState.OPEN),
    ]


def test_a_merged_pull_request_stays_so_when_its_branch_moves_on(place: Place) -> None:
    first = place.propose()
    place.merge(first)
    commit = place.commit("more", onto=place.tip)
    assert place.forge.advance_branch("topic", commit)
    assert [pull.state for pull in place.forge.pull_requests(branch="topic")] == [PullState.MERGED]
    second = place.forge.create_pull_request("More", "", "topic", "main")
    assert second.head == commit


def test_a_pull_request_closes_with_its_branch(place: Place) -> None:
    first = place.propose()
    assert place.forge.delete_branch("topic", first.head)
    assert place.forge.pull_request(first.number) is not None
    assert place.forge.pull_requests(PullState.CLOSED, "topic")[0].head == first.head
    with pytest.raises(ForgeError):
        place.forge.edit_pull_request(first.number, open=True)
    place.start("topic", "again")
    assert [pull.state for pull in place.forge.pull_requests(branch="topic")] == [PullState.CLOSED]
