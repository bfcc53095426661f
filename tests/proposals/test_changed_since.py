"""When main changed, by the forge's word."""

from datetime import UTC, datetime, timedelta

import pytest

from flux.promotion.gates.rule import Auto
from flux.promotion.undoing import Loss, Unticked
from flux.proposals.advance import Advance
from flux.settings.phases import Phase
from tests.commands.deciding import TAG, proposed, pushed, redated, ticked
from tests.commands.promoting import PHASES, World
from tests.github import faults


def test_a_commit_dated_tomorrow_blocks_nobody(hub: World) -> None:
    hub.open(TAG)
    pushed(hub, "2099-01-01T00:00:00Z", prod_ring1="1.0.1")
    assert not hub.apply(hub.tick("prod_ring1")).undone
    assert proposed(hub) == {"prod_ring1"}


@pytest.mark.parametrize("date", ["2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_merge_counts_from_when_the_forge_made_it(hub: World, date: str) -> None:
    """The clock of whoever made the commit says nothing."""
    assert hub.github
    hub.release("eso", "1.2.0")
    hub.open(TAG)
    early = hub.tick("prod_ring1")
    hub.github.advance(timedelta(minutes=5))
    hub.promote("eso", "prod_ring1", "1.2.0")
    hub.merge()
    redated(hub, date)
    assert hub.apply(early).undone
    assert proposed(hub) == ticked(hub) == set()
    hub.github.advance(timedelta(minutes=5))
    assert not hub.apply(hub.tick("prod_ring1")).undone
    assert proposed(hub) == {"prod_ring1"}


@pytest.mark.parametrize("date", ["1970-01-02T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_what_was_pushed_counts_from_when_the_forge_received_it(hub: World, date: str) -> None:
    assert hub.github
    hub.open(TAG)
    early = hub.tick("prod_ring1", "tt")
    hub.github.advance(timedelta(minutes=5))
    pushed(hub, date, prod_ring1="1.0.1")
    hub.github.advance(timedelta(minutes=5))
    (undone,) = hub.apply(early).undone
    assert undone == Unticked("prod_ring1", Loss.MAIN_CHANGED)
    assert proposed(hub) == ticked(hub) == {"tt"}
    assert not hub.apply(hub.tick("prod_ring1")).undone
    assert proposed(hub) == ticked(hub) == {"prod_ring1", "tt"}


@pytest.mark.parametrize("forced", [True, False])
def test_a_version_that_is_back_again_was_changed_all_the_same(hub: World, forced: bool) -> None:
    """Who ticked did not know of the rollback."""
    assert hub.github
    hub.open(TAG)
    early = hub.tick("prod_ring1")
    hub.github.advance(timedelta(minutes=5))
    pushed(hub, "1970-01-02T00:00:00Z", prod_ring1="1.0.1")
    if forced:
        hub.bare.git("update-ref", "refs/heads/main", "main~1")
        hub.github.pushed("bob")
    else:
        pushed(hub, "1970-01-02T00:00:00Z", prod_ring1="1.0.0")
    assert bool(hub.apply(early).undone) is not forced
    assert proposed(hub) == ticked(hub) == ({"prod_ring1"} if forced else set())


def test_where_the_forge_does_not_tell_what_it_merged_counts(hub: World) -> None:
    assert hub.github
    hub.release("eso", "1.2.0")
    hub.open(TAG)
    early = hub.tick("prod_ring1", "tt")
    hub.github.advance(timedelta(minutes=5))
    hub.promote("eso", "prod_ring1", "1.2.0")
    hub.merge()
    hub.github.fail_next(faults.error(404), times=9, only="GET */activity")
    assert hub.apply(early).undone
    assert proposed(hub) == ticked(hub) == {"tt"}


SOAK = (("after", "tt"), ("soak", 24 * 3600), ("auto", Auto.MAJOR))
SOAKS = (*PHASES[:2], Phase("prod", ("prod_ring1", "prod_ring2"), SOAK, is_ruled=True))


def proposed_by_rule(world: World) -> list[str]:
    with world.opened() as monorepo:
        advance = Advance(monorepo)
        advance.advance(advance.in_motion())
    return [pull.title for pull in world.pulls()]


@pytest.mark.parametrize("date", ["2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_soak_that_nobody_recorded_counts_from_when_the_forge_received_the_version(
    hub: World, date: str
) -> None:
    """A commit of long ago has not soaked, and one of tomorrow waits no longer than others."""
    assert hub.github
    world = hub.with_(phases=SOAKS)
    pushed(world, date, tt="1.1.0")
    assert not hub.tag().failed  # without rules: nothing is recorded
    assert proposed_by_rule(world) == []
    hub.github.advance(timedelta(hours=23))
    assert proposed_by_rule(world) == []
    hub.github.advance(timedelta(hours=2))
    assert proposed_by_rule(world) == ["Promote eso 1.1.0 to prod"]


@pytest.mark.parametrize("silent", [True, False])
def test_what_the_forge_knows_of_counts_from_then(hub: World, silent: bool) -> None:
    """A forge that does not tell what it received lets nothing count from before it was seen."""
    assert hub.github
    world = hub.with_(phases=SOAKS)
    hub.github.advance(timedelta(minutes=5))
    later = hub.forge().now() + 60  # the push takes its time, and the forge has it by then
    pushed(world, f"{datetime.fromtimestamp(later, UTC):%Y-%m-%dT%H:%M:%SZ}", tt="1.1.0")
    assert not hub.tag().failed
    hub.github.advance(timedelta(hours=25))
    if silent:
        hub.github.fail_next(faults.error(404), times=99, only="GET */activity")
    assert bool(proposed_by_rule(world)) is not silent
