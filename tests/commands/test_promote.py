"""Promotions that somebody asks for by name."""

import pytest

from flux.errors import DesiredStateError, RequestError
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


def test_an_environment_that_there_is_not_is_the_error_of_its_artifact_alone(world: World) -> None:
    """A rollback is proposed all the same: its pull request says what keeps the tags."""
    world.open(TAG)
    world.release("dashboard", "1.0.0")
    world.desire(prod_ring9="1.0.0", tt="1.1.0")
    world.promote("dashboard", "at_ring1", "1.0.0")
    with pytest.raises(DesiredStateError, match="eso has an unknown environment prod_ring9"):
        world.promote("eso", "at_ring2")
    with pytest.raises(DesiredStateError, match="eso has an unknown environment prod_ring9"):
        world.apply(world.tick("prod_ring1"))
    assert [pull.branch for pull in world.pulls()] == ["promote/dashboard-1.0.0"]
    assert any("when that is fixed" in comment and "prod\\_ring9" in comment for comment in world.comments())
    world.roll_back("eso", "tt", to="1.0.0")
    assert "prod\\_ring9" in next(p.body for p in world.pulls() if p.branch == "promote/eso-1.0.0")
    done = world.reconcile()
    assert done.errors
    assert all("eso has an unknown environment" in error.message for _, error in done.errors)
