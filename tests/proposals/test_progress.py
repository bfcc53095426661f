"""What an issue says of how its promotion stands."""

from tests.commands.progressing import followed
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


def test_the_issue_says_why_a_version_has_to_wait(world: World) -> None:
    ruled = followed(world)
    ruled.open(TAG)
    ruled.apply(ruled.tick("at", "tt"))
    text = ruled.comments()[0]
    assert "| `tt` | none; 1.1.0 has to wait: at\\_ring1 does not have 1.1.0 yet" in text
    assert "| `at_ring1` | proposed in" in text
    ruled.merge()
    ruled.desire(tt="1.1.0")
    ruled.sync()
    assert "| `tt` | merged; its tag has to wait: at\\_ring1 does not have" in ruled.comments()[0]
