"""What an issue says of how its promotion stands."""

from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_the_issue_stays_open_while_an_environment_lags(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at", "tt", "prod_ring1"))
    world.merge()
    world.tag()
    (synced,) = world.sync().promotions
    assert not synced.closed
    assert world.issue().open
    world.desire(prod_ring2="1.2.0")
    assert world.sync().promotions[0].closed
    assert "1.2.0, which has replaced it" in world.comments()[0]
