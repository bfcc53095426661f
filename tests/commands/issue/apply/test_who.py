"""A tick counts for the person who made it, in whatever order jobs run, and for nobody else."""

from datetime import timedelta
from itertools import permutations

import pytest

from flux.errors import ForgeError
from tests.commands.deciding import BRANCH, TAG, either_order, proposed, pushed, run, said, ticked
from tests.commands.promoting import PERMISSIONS, World
from tests.github.faults import error

pytestmark = pytest.mark.stories


@either_order
def test_a_tick_that_may_not_be_does_not_hold_what_a_promoter_unticked(hub: World, first: int) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt", login="alice"))
    events = [world.untick("prod_ring1", login="alice"), world.tick("prod_ring1", login="bob")]
    run(world, events, first)
    assert proposed(world) == ticked(world) == {"tt"}
    assert said(world, "@bob", "prod_ring1", "promoters")


@either_order
def test_a_writers_tick_counts_though_a_triager_unticked_it(hub: World, first: int) -> None:
    hub.open(TAG)
    run(hub, [hub.tick("prod_ring1"), hub.untick("prod_ring1", login="trudy")], first)
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}
    assert said(hub, "@trudy", "prod_ring1")


@either_order
def test_a_tick_is_no_longer_wanted_once_it_is_withdrawn(hub: World, first: int) -> None:
    """Whoever unticks comes first, when there is no branch yet to record it on."""
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    run(hub, [tick, hub.untick("prod_ring1")], first)
    assert proposed(hub) == ticked(hub) == set()
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_of_three_who_may_the_last_word_counts(hub: World, order: tuple[int, ...]) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    events = [
        hub.tick("prod_ring1", login="alice"),
        hub.untick("prod_ring1", login="bob"),
        hub.tick("prod_ring1", login="alice"),
    ]
    for number in order:
        hub.apply(events[number])
    assert proposed(hub) == ticked(hub) == {"prod_ring1", "tt"}


@either_order
def test_a_bots_tick_is_undone_like_anybody_elses(hub: World, first: int) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt"))
    withdrawn = hub.untick("prod_ring1")
    token, hub.token = hub.token, hub.github.app_token("helper", **PERMISSIONS)
    bots = hub.tick("prod_ring1", login=None)  # type: ignore[arg-type]
    hub.token = token
    run(hub, [withdrawn, bots], first)
    assert proposed(hub) == ticked(hub) == {"tt"}
    assert said(hub, "helper[bot]", "prod_ring1")


def test_unticking_one_ring_under_its_ticked_phase_takes_that_ring_out(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod", "prod_ring1", "prod_ring2"))
    world.apply(world.untick("prod_ring1"))
    if world.github:
        assert proposed(world) == ticked(world) == {"prod_ring2"}


@either_order
def test_unticking_a_phase_leaves_a_ring_that_has_its_own_tick(hub: World, first: int) -> None:
    hub.open(TAG)
    run(hub, [hub.tick("prod", "prod_ring1"), hub.untick("prod")], first)
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}


def test_a_promotion_whose_release_is_gone_is_none(world: World) -> None:
    world.open(TAG)
    world.bare.git("tag", "-d", TAG)
    assert world.apply(world.tick("prod_ring1")).failed
    assert world.pulls(None) == []
    assert said(world, "there is no release", TAG)


def test_labels_have_no_case(world: World) -> None:
    world.with_(label="Flux-Release").open(TAG)
    world.apply(world.tick("prod_ring1"))
    assert proposed(world) == {"prod_ring1"}
    assert not world.sync().failed


def test_on_a_locked_issue_what_may_not_be_is_undone_all_the_same(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.github.repository("octo/monorepo").issues[1].locked = True
    before = hub.comments()
    applied = hub.apply(hub.tick("prod_ring1", login="trudy"))
    assert applied.undone
    assert ticked(hub) == set()
    assert any("locked" in str(notice) and "unlock" in str(notice) for notice in applied.notices)
    applied = hub.apply(hub.tick("tt"))
    assert not applied.failed
    assert proposed(hub) == {"tt"}
    assert not hub.sync().failed
    assert len(hub.comments()) == len(before)


def test_an_archived_repository_is_said_to_be_one(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.github.repository("octo/monorepo").archived = True
    with pytest.raises(ForgeError, match="archived") as refused:
        hub.apply(event)
    assert "unarchive" in refused.value.hint


def test_a_prerelease_that_goes_to_the_last_phase_is_marked(local: World) -> None:
    local.release("eso", "1.2.0-rc.1")
    local.promote("eso", "tt", "1.2.0-rc.1")
    assert "prerelease" not in local.pull().body
    local.promote("eso", "prod_ring1", "1.2.0-rc.1")
    assert "1.2.0-rc.1 is a **prerelease**, and `prod` is the last phase." in local.pull().body
    assert "1.2.0-rc.1 is not yet in `tt`, which comes before `prod`." in local.pull().body


def test_who_decided_is_in_the_commits(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt"))
    world.apply(world.untick("tt"))
    messages = world.bare.git("log", "--format=%B", f"main..{BRANCH}")
    who = "bob" if world.github else "Test <test@example.com>"
    assert f"Requested-by: {who}; tick tt prod_ring1; issue 1; " in messages
    assert f"Withdrawn-by: {who}; untick tt; issue 1; " in messages
    world.promote("eso", "at_ring1")
    who = "alice" if world.github else who
    assert f"Requested-by: {who}; name at_ring1; " in world.bare.git("log", "-1", "--format=%B", BRANCH)


@pytest.mark.parametrize("what", ["marker", "late", "closed"])
def test_whatever_is_undone_is_undone_though_nobody_can_be_told(hub: World, what: str) -> None:
    assert hub.github
    hub.open(TAG)
    before = hub.issue().body
    if what == "marker":
        event = hub.edit(lambda body: body.replace('"1.1.0"', '"1.0.0"'))
    else:
        event = hub.tick("prod_ring1")
        hub.github.advance(timedelta(minutes=1))
        if what == "late":
            pushed(hub, "2001-01-01T00:00:00Z", prod_ring1="1.0.1")
        else:
            hub.apply(event)
            hub.close()
    hub.github.fail_next(error(502), times=99, only="POST *comments*")
    if what == "closed":
        assert hub.sync().failed
    else:
        with pytest.raises(ForgeError):
            hub.apply(event)
    assert hub.issue().body == before
    hub.github.calm()
    if what != "closed":
        assert hub.apply(event).undone
        assert said(hub, "undone as a whole" if what == "marker" else "Unticked")


def test_what_may_not_be_is_undone_where_nobody_can_be_told_and_told_later(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1", login="trudy")
    hub.github.fail_next(error(502), times=20, only="POST *comments*")
    with pytest.raises(ForgeError):
        hub.apply(event)
    assert ticked(hub) == set()
    hub.github.calm()
    hub.apply(event)
    assert said(hub, "trudy", "prod_ring1")
