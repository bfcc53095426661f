"""When main changed, by the forge's word."""

from datetime import timedelta

import pytest

from tests.commands.deciding import TAG, proposed, pushed, redated, ticked
from tests.commands.promoting import World


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
