"""A branch is brought to what is wanted."""

from tests.commands.promoted import ALL, BRANCH, TAG
from tests.commands.promoting import World, boxes


def test_main_that_went_on_elsewhere_leaves_the_branch_alone(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at_ring1"))
    head = world.pull().head
    world.change({"README.md": "new\n"})
    world.desire("dashboard", at_ring1="0.1.0")
    world.sync()
    assert world.pull().head == head


def test_promotions_of_neighbouring_lines_do_not_conflict(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    head = world.pull().head
    world.desire(prod_ring2="1.0.1")
    (synced,) = world.sync().promotions
    assert synced.proposed
    assert synced.proposed.action == "updated"
    parents = world.bare.git("log", "-1", "--format=%P", BRANCH).split()
    assert parents == [world.bare.git("rev-parse", "main"), head]
    world.merge()
    assert world.desired["eso"]["prod_ring1"] == "1.1.0"
    assert world.desired["eso"]["prod_ring2"] == "1.0.1"


def test_an_environment_that_main_changed_is_dropped_and_unticked(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod"))
    world.desire(prod_ring1="1.0.1")
    (synced,) = world.sync().promotions
    assert synced.proposed
    assert dict(synced.proposed.dropped) == {"prod_ring1": "1.0.1"}
    assert world.proposed()["eso"]["prod_ring1"] == "1.0.1"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"
    assert boxes(world.issue().body) == {
        **dict.fromkeys(("at", *ALL), False),
        "prod": False,
        "prod_ring2": True,
    }
    assert any("`prod_ring1`" in comment and "1.0.1" in comment for comment in world.comments())
    world.merge()
    assert world.desired["eso"]["prod_ring1"] == "1.0.1"


def test_a_merged_branch_is_begun_anew(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at"))
    world.merge()
    world.apply(world.tick("tt"))
    assert world.proposed()["eso"] == {**world.desired["eso"], "tt": "1.1.0"}
    assert world.bare.git("merge-base", "main", BRANCH) == world.bare.git("rev-parse", "main")
