"""The tasks for environments, as one types them."""

from tests.commands.drifting import run, settled
from tests.commands.tagging import SECOND, World
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


def test_check(world: World) -> None:
    settled(world)
    assert run(world, "--check").code == 0
    world.want(SECOND)
    assert run(world).code == 0
    assert run(world, "--check").code == 1
    # What is left alone is not a drift.
    world.want({})
    assert run(world, "--check").code == 0
    world.want({"app": {"at_ring1": "9.9.9"}})
    assert run(world, "--check", "-a", "db").code == 0
    assert run(world, "--check", "-a", "app").code == 1
    assert run(world, "--check", "-a", "ap").code == 2
