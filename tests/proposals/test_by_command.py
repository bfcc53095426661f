"""What was asked for by name."""

from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_what_was_asked_for_by_name_stays_whatever_the_boxes_say(world: World) -> None:
    world.open(TAG)
    world.promote("eso", "prod")
    assert not world.reconcile().errors
    world.apply(login="alice" if world.github else None)
    assert world.proposed()["eso"]["prod_ring1"] == "1.1.0"
    world.apply(world.tick("tt"))
    assert set(world.proposed()["eso"].items()) >= {("tt", "1.1.0"), ("prod_ring2", "1.1.0")}
