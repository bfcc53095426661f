"""What people see before they merge."""

from tests.commands.promoting import World


def test_a_downgrade_is_marked(world: World) -> None:
    world.promote("eso", "prod")
    world.merge()
    world.promote("eso", "prod_ring1", "1.0.0")
    assert "**down**" in world.pull().body
    assert "Taken back from 1.1.0" in world.pull().body
