"""An issue and its pull request follow main, and say so."""

from tests.commands.deciding import TAG, proposed, ticked
from tests.commands.promoting import World


def test_each_environment_that_main_changed_is_told(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod", "tt"))
    world.desire(prod_ring1="1.0.1", prod_ring2="1.0.1")
    assert not world.sync().failed
    assert proposed(world) == ticked(world) == {"tt"}
    for name in ("prod_ring1", "prod_ring2"):
        told = f"Unticked `{name}`: main has 1.0.1 for it now."
        assert len([comment for comment in world.comments() if told in comment]) == 1
