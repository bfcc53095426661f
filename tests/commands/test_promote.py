"""Promotions that somebody asks for by name."""

import pytest

from flux.errors import RequestError
from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_promote_takes_the_newest_stable_release(world: World) -> None:
    world.release("eso", "1.2.0-rc.1")
    proposed = world.promote("eso", "prod")
    assert proposed.promotion.version == "1.1.0"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"


def test_promote_names_what_is_near(world: World) -> None:
    with pytest.raises(RequestError, match=r"did you mean eso\?"):
        world.promote("esso", "prod")
    with pytest.raises(RequestError, match="prod"):
        world.promote("eso", "prodd")


def test_the_order_of_phases(world: World) -> None:
    world.open(TAG)
    proposed = world.promote("eso", "prod")
    assert proposed.action == "opened"
    assert "[!WARNING]" in world.pull().body
    strict = world.with_(require_order=True)
    with pytest.raises(RequestError, match="prod is not due: tt"):
        strict.promote("eso", "prod")
    strict.promote("eso", "at")
    world.close()
