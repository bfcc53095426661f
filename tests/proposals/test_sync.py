"""Issues and pull requests follow main and the registry."""

import json
from datetime import timedelta

from flux.settings import Phase
from tests.commands.deciding import ticked
from tests.commands.promoted import ALL, BRANCH, TAG
from tests.commands.promoting import CONFIG, PHASES, World, boxes
from tests.github.faults import error


def test_a_merged_promotion_reaches_the_registry_and_closes_its_issue(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at", "tt", "prod"))
    world.merge()
    world.tag()
    tags = world.tags()
    assert {tags[environment] for environment in ALL} == {tags["1.1.0"]}
    (synced,) = world.sync().promotions
    assert synced.closed
    assert not world.issue().open
    (comment,) = world.comments()
    assert comment.count("deployed") == len(ALL)
    assert world.forge().branch(BRANCH) is None
    assert world.sync().promotions == []


def test_closing_the_pull_request_unticks_its_boxes_and_a_new_tick_begins_anew(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod", "tt"))
    closed = world.pull()
    world.close()
    world.sync()
    assert not any(boxes(world.issue().body).values())
    assert world.forge().branch(BRANCH) is None
    assert any(closed.url in comment and "closed" in comment for comment in world.comments())
    world.apply(world.tick("tt"))
    assert world.pull().number != closed.number
    assert world.proposed()["eso"]["prod_ring1"] == "1.0.0"


def test_a_tick_after_the_close_survives_it(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("tt", "prod_ring1"))
    world.close()
    event = world.untick("prod_ring1") if world.github is None else world.tick("prod_ring2")
    world.apply(event)
    if world.github:
        ticked = {name for name, tick in boxes(world.issue().body).items() if tick}
        assert ticked == {"prod_ring2"}
        assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"
    else:
        assert world.pulls() == [] or world.proposed()["eso"]["tt"] == "1.1.0"


def test_deleting_the_branch_unticks_as_closing_does(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt", "prod"))
    closed = hub.pull()
    assert hub.forge("bob").delete_branch(BRANCH, closed.head)
    assert hub.pulls() == []
    (synced,) = hub.sync().promotions
    assert synced.undone
    assert not any(boxes(hub.issue().body).values())
    assert any(closed.url in comment for comment in hub.comments())


def test_a_stopped_promotion_is_one_that_failed(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("tt"))
    forge = world.forge("bob")
    head = forge.branch(BRANCH)
    assert head
    assert forge.advance_branch(BRANCH, forge.commit([head], {"README.md": b"mine\n"}, "Mine"))
    assert [synced.error for synced in world.sync().failed]
    assert world.reconcile().errors


def test_an_environment_that_is_no_more_leaves_the_others_to_go_on(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("tt", "prod"))
    fewer = world.with_(phases=(*PHASES[:2], Phase("prod", ("prod_ring2",))))
    desired = world.desired
    del desired["eso"]["prod_ring1"]
    world.change({CONFIG: json.dumps(desired, indent=2) + "\n"})
    (synced,) = fewer.sync().promotions
    assert not synced.error
    assert fewer.proposed()["eso"] == {**desired["eso"], "tt": "1.1.0", "prod_ring2": "1.1.0"}
    fewer.merge()
    assert fewer.desired["eso"]["tt"] == "1.1.0"


def test_what_was_rolled_back_is_told_by_the_next_run_where_one_died_before(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod", "tt"))
    hub.merge()
    hub.tag()
    hub.sync()
    hub.github.advance(timedelta(hours=1))
    hub.desire(prod_ring1="1.0.0", prod_ring2="1.0.0")
    hub.tag()
    hub.github.fail_next(error(502), times=99, only="POST *comments*")
    assert hub.sync().failed
    assert ticked(hub) == {"tt"}
    hub.github.calm()
    (synced,) = hub.sync().promotions
    assert synced.undone
    hub.change({"README.md": "new\n"})
    (synced,) = hub.sync().promotions
    assert not synced.undone
    assert [comment for comment in hub.comments() if "rolled back since" in comment] == [
        comment for comment in hub.comments() if "Unticked `prod_ring1`, `prod_ring2`: it was" in comment
    ][:1]
