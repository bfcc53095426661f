"""A rule's pull request gives way to a newer version, unless a person had a hand in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flux.forge.forge import PullState
from flux.promotion.gates.freeze import Freeze, render_freezes
from flux.promotion.gates.rule import Auto, OnFailure
from flux.settings.phases import Phase
from tests.commands.progressing import HOUR, RULED, Progress, followed
from tests.commands.promoting import World

AT, TT = ("at_ring1", "at_ring2"), ("tt",)


@pytest.fixture
def progress(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    """1.1.0 is in the first two phases, and a rule proposes 1.1.1 for the first."""
    found = Progress(followed(world), tmp_path, monkeypatch)
    found.world.desire(**dict.fromkeys((*AT, *TT), "1.1.0"))
    found.world.with_(phases=world.settings.phases).tag()
    found.world.release("eso", "1.1.1")
    reconcile(found)
    assert found.proposes("1.1.1") == [*AT]
    return found


def reconcile(progress: Progress) -> list[str]:
    done = progress.world.reconcile()
    assert not done.errors, done.errors
    return done.repaired


def test_a_newer_version_closes_the_pull_request_of_the_older(progress: Progress) -> None:
    older = progress.pulls()["promote/eso-1.1.1"]
    progress.world.release("eso", "1.1.2")
    assert "promote/eso-1.1.1: closed, since 1.1.2 goes there instead" in reconcile(progress)
    assert list(progress.pulls()) == ["promote/eso-1.1.2"]
    newer = progress.pulls()["promote/eso-1.1.2"]
    (comment,) = progress.world.forge().comments(older.number)
    assert f"The rule takes 1.1.2 there instead: {newer.url}." in comment.body
    assert progress.world.forge().branch("promote/eso-1.1.1") is None
    assert reconcile(progress) == []


def named(progress: Progress) -> None:
    progress.world.promote("eso", "tt", "1.1.1")


def ticked(progress: Progress) -> None:
    """The boxes of what the rule proposes already."""
    progress.world.promote("eso", "at", "1.1.1", "alice")


def committed(progress: Progress) -> None:
    pull, forge = progress.world.pull(), progress.world.forge("alice")
    commit = forge.commit([pull.head], {"README.md": b"mine\n"}, "Mine")
    assert forge.advance_branch(pull.branch, commit)


def approved(progress: Progress) -> None:
    assert progress.world.github
    repo = progress.world.github.repo_as("alice")
    repo.get_pull(progress.world.pull().number).create_review(event="APPROVE", body="")


@pytest.mark.parametrize(
    "touch",
    [named, *(pytest.param(touch, marks=pytest.mark.stories) for touch in (ticked, committed, approved))],
)
def test_what_a_person_had_a_hand_in_is_left_to_people(
    hub: World, touch: Callable[[Progress], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(followed(hub), tmp_path, monkeypatch)
    progress.world.desire(**dict.fromkeys((*AT, *TT), "1.1.0"))
    progress.world.with_(phases=hub.settings.phases).tag()
    progress.world.release("eso", "1.1.1")
    reconcile(progress)
    touch(progress)
    progress.world.release("eso", "1.1.2")
    progress.world.reconcile()
    assert set(progress.pulls()) == {"promote/eso-1.1.1", "promote/eso-1.1.2"}


@pytest.mark.stories
def test_what_was_superseded_goes_on_where_the_newer_one_fails(progress: Progress) -> None:
    progress.deploy()
    for environment in AT:
        progress.say(environment, "1.1.1")
    progress.wait(2 * HOUR + 60)
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*TT]
    progress.world.release("eso", "1.1.2")
    reconcile(progress)
    assert progress.proposes("1.1.2") == [*AT]
    progress.world.merge(progress.pulls()["promote/eso-1.1.2"])
    assert not progress.world.tag().failed
    for environment in AT:
        progress.say(environment, "1.1.2")
    progress.wait(2 * HOUR + 60)
    reconcile(progress)
    assert list(progress.pulls()) == ["promote/eso-1.1.2"]
    progress.say("at_ring2", "1.1.2", "failure")
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*TT], "the newest that qualifies now"
    branches = [pull.branch for pull in progress.world.pulls(PullState.CLOSED)]
    assert branches == ["promote/eso-1.1.1"]


def test_a_version_that_is_not_published_keeps_no_other_back(progress: Progress) -> None:
    progress.world.close()
    progress.world.release("eso", "1.1.2")
    progress.world.change({"artifacts/eso/x.yaml": "next: 1\n"})
    progress.world.repo.git("tag", "flux-oci-eso-v1.1.3")
    if progress.world.github:
        progress.world.repo.git("push", "--quiet", "origin", "flux-oci-eso-v1.1.3")
    with progress.world.opened() as monorepo:
        from flux.proposals.advance import Advance

        done = Advance(monorepo).advance(["eso"])
    assert progress.proposes("1.1.2") == [*AT]
    assert any("1.1.3" in str(notice) for notice in done.notices)


@pytest.mark.stories
def test_the_way_back_waits_for_a_freeze_and_for_no_newer_version(progress: Progress) -> None:
    at = Phase("at", AT, (("auto", Auto.MINOR), ("on_failure", OnFailure.ROLLBACK)), is_ruled=True)
    progress.world = progress.world.with_(phases=(at, *RULED[1:]))
    progress.deploy()
    progress.world.change({"flux/freezes.json": render_freezes([Freeze("holidays", "alice", "at")]).decode()})
    progress.say("at_ring1", "1.1.1", "failure")
    reconcile(progress)
    assert progress.pulls() == {}, "a freeze stops every pull request"
    progress.world.change({"flux/freezes.json": render_freezes([]).decode()})
    reconcile(progress)
    assert progress.proposes("1.1.0") == ["at_ring1"]
    progress.world.release("eso", "1.1.2")
    reconcile(progress)
    assert set(progress.pulls()) == {"promote/eso-1.1.0", "promote/eso-1.1.2"}
    assert reconcile(progress) == []
