"""Whose a promotion's branch is."""

import json

import pytest

from flux.event import TERMINAL
from flux.forge.forge import Forced
from flux.forge.github.pushes import Pushes
from flux.promotion.clusters.status import StatusState
from flux.promotion.faults import ForeignCommit, Outlived, TakenBack
from flux.promotion.proposal import Promotion
from flux.proposals import branches
from flux.proposals.apply import Applier
from tests.commands.deciding import proposed, ticked
from tests.commands.promoted import BRANCH, TAG
from tests.commands.promoting import CONFIG, World
from tests.commands.request.test_check import check, review


def test_somebody_elses_commit_stops_the_automation(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    forge = world.forge("bob")
    head = forge.branch(BRANCH)
    assert head
    commit = forge.commit([head], {"README.md": b"mine\n"}, "Mine")
    assert forge.advance_branch(BRANCH, commit)
    applied = world.apply(world.tick("prod_ring2"))
    assert applied.failed
    assert forge.branch(BRANCH) == commit
    assert any("not the automation's" in comment for comment in world.comments(world.pull().number))


def test_main_merged_into_the_branch_by_hand_stops_nothing(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    world.change({"README.md": "new\n"})
    forge = world.forge("bob")
    head, tip = forge.branch(BRANCH), world.bare.git("rev-parse", "main")
    assert head
    merge = forge.commit([head, tip], {"README.md": b"new\n"}, "Merge branch 'main' into promote/eso-1.1.0")
    assert forge.advance_branch(BRANCH, merge)
    applied = world.apply(world.tick("prod_ring2"))
    assert applied.proposed
    assert applied.proposed.action == "updated"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"


@pytest.mark.parametrize("hidden", ["README.md", CONFIG])
def test_a_merge_of_main_that_brings_more_stops(hub: World, hidden: str) -> None:
    """It has main's commits, and what somebody put beside them."""
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.change({"README.md": "new\n"})
    forge, head, tip = hub.forge("bob"), hub.pull().head, hub.bare.git("rev-parse", "main")
    more = {**hub.proposed(), "dashboard": {"prod_ring1": "1.0.0"}}
    files = {"README.md": b"new\n", hidden: b"mine\n" if hidden != CONFIG else json.dumps(more).encode()}
    merge = forge.commit([head, tip], files, "Merge branch 'main' into promote/eso-1.1.0")
    assert forge.advance_branch(BRANCH, merge)
    assert check(hub).faults == [ForeignCommit(merge)]
    assert hub.sync().failed


def force(world: World, commit: str) -> None:
    assert world.github
    world.bare.git("update-ref", f"refs/heads/{BRANCH}", commit)
    world.github.pushed("bob")


def test_what_a_branch_was_forced_away_from_tells_still(hub: World) -> None:
    """Whoever may push can bring back a commit from before a promoter took production out."""
    world = hub.with_(two_person=("prod",), promoters={"prod": ("alice",)})
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt", login="alice"))
    old = world.pull().head
    review(world, "bob")
    world.apply(world.untick("prod_ring1", login="alice"))
    force(world, old)
    assert proposed(world) == {"prod_ring1", "tt"}
    assert check(world).faults == [TakenBack("alice", "prod_ring1")]
    assert not world.sync().failed
    assert proposed(world) == ticked(world) == {"tt"}


def test_a_branch_that_is_made_anew_and_its_pull_request_reopened_tells_still(hub: World) -> None:
    world = hub.with_(two_person=("prod",), promoters={"prod": ("alice",)})
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt", login="alice"))
    pull = world.pull()
    world.apply(world.untick("prod_ring1", login="alice"))
    force(world, pull.head)
    bob = world.forge("bob")
    assert bob.delete_branch(BRANCH, pull.head)
    assert bob.create_branch(BRANCH, pull.head)
    bob.edit_pull_request(pull.number, open=True)
    review(world, "bob")
    assert check(world).faults == [TakenBack("alice", "prod_ring1")]
    assert not world.sync().failed
    assert proposed(world) == {"tt"}


def test_who_asked_in_an_earlier_branch_of_the_name_may_approve(hub: World) -> None:
    world = hub.with_(two_person=("prod",))
    world.open(TAG)
    world.apply(world.tick("tt", login="bob"))
    old = world.pull().head
    world.apply(world.tick("prod_ring1", login="alice"))
    force(world, old)
    world.close()
    world.sync()
    world.promote("eso", "prod_ring1", "1.1.0", "bob")
    assert proposed(world) == {"prod_ring1"}
    review(world, "alice")
    assert check(world).faults == []


def test_nobody_hides_behind_statuses_who_took_something_back(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux.forge.github.pages._PAGE", 2)
    hub.open(TAG)
    hub.tick("prod_ring1", "tt", login="alice")
    hub.apply(TERMINAL, login="alice")
    old = hub.pull().head
    hub.untick("prod_ring1", login="alice")
    hub.apply(TERMINAL, login="alice")
    for number in range(3):
        hub.forge("bob").set_status(hub.pull().head, f"x{number}", StatusState.SUCCESS, "")
    force(hub, old)
    assert check(hub).faults == [TakenBack("alice", "prod_ring1")]
    assert not hub.sync().failed
    assert proposed(hub) == {"tt"}


def test_a_branch_that_was_forced_away_from_what_is_gone_stops(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt"))
    monkeypatch.setattr(Pushes, "forced_from", lambda *_: Forced(("1" * 40,)))
    assert hub.sync().failed


@pytest.mark.parametrize("how", ["forced", "pull requests"])
def test_nobody_hides_what_was_taken_back_behind_much_else(
    hub: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt"))
    old = hub.pull().head
    if how == "forced":
        hub.apply(hub.untick("prod_ring1"))
        force(hub, old)
        monkeypatch.setattr(branches, "_MOST_FORCED", 0)
    else:
        hub.close()
        hub.sync()
        monkeypatch.setattr(branches, "_MOST_PAST", 1)
        bob = hub.forge("bob")
        other = bob.commit([hub.bare.git("rev-parse", "main")], {"README.md": b"mine\n"}, "Mine")
        assert bob.create_branch(BRANCH, other)
        bob.edit_pull_request(bob.create_pull_request("Mine", "", BRANCH, "main").number, open=False)
        assert bob.delete_branch(BRANCH, other)
        assert bob.create_branch(BRANCH, old)
    assert hub.sync().failed
    assert [pull.number for pull in hub.pulls()] == ([2] if how == "forced" else [])


def test_a_pull_request_from_the_branch_of_one_that_is_closed_stays_and_is_told(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    closed = hub.pull()
    hub.close()
    hub.forge("bob").create_pull_request("Mine", "", BRANCH, "main")
    (failed,) = hub.sync().failed
    text = f"{BRANCH} was the branch of {closed.url}, which is over"
    assert text in str(failed.error)
    assert any(text in comment for comment in hub.comments(hub.pull().number))
    assert any(text in comment for comment in hub.comments())
    (fault,) = check(hub).faults
    assert fault == Outlived(BRANCH, closed.url)
    hub.close()
    hub.sync()
    assert ticked(hub) == set()
    hub.apply(hub.tick("tt"))
    assert proposed(hub) == {"tt"}


def test_somebody_may_take_their_commit_off_a_branch_by_force(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    forge, ours = hub.forge("bob"), hub.pull().head
    assert forge.advance_branch(BRANCH, forge.commit([ours], {"README.md": b"mine\n"}, "Mine"))
    assert hub.sync().failed
    force(hub, ours)
    assert not hub.sync().failed
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == {"tt", "prod_ring1"}


@pytest.mark.parametrize("after", [0, 1])
def test_what_main_was_moved_forward_to_is_known(world: World, after: int) -> None:
    """As git merges where nobody says otherwise."""
    world.open(TAG)
    world.apply(world.tick("tt"))
    world.apply(world.tick("prod_ring1"))
    head = world.pull().head
    if world.github:
        world.bare.git("update-ref", "refs/heads/main", head)
        world.github.pushed("bob")
    else:
        world.repo.git("merge", "--quiet", "--ff-only", BRANCH)
    for _ in range(after):
        world.change({"README.md": "new\n"})
    for _ in range(2):
        assert not world.sync().failed
        with world.opened() as monorepo:
            known = Applier(monorepo).known(Promotion("eso", "1.1.0"), 1)
        assert {name for each in known for name in each.environments} == {"tt", "prod_ring1"}
