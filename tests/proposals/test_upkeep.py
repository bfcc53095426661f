"""An issue and its pull request follow main, and say so."""

from datetime import timedelta

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


def test_about_what_is_over_nobody_is_asked(hub: World) -> None:
    """However many releases there were."""
    assert hub.github
    everywhere = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")
    hub.apply(hub.tick("at", number=hub.open(TAG).issue.number))  # type: ignore[union-attr]
    hub.desire(**dict.fromkeys(everywhere, "1.1.0"))
    hub.tag()
    hub.reconcile()
    assert not hub.issue().open
    hub.github.requests.clear()
    hub.reconcile()
    asked = [str(request.path) for request in hub.github.requests]
    assert not [path for path in asked if "/issues/1" in path], asked
    hub.desire(at_ring1="1.0.0")
    hub.github.advance(timedelta(hours=2))
    hub.reconcile()
    assert "at_ring1" not in ticked(hub), "a tick that is no longer true is looked at"
