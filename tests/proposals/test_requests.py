"""The pull request of a promotion."""

from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_promote_links_the_issue_and_tells_it(world: World) -> None:
    world.open(TAG)
    world.promote("eso", "prod")
    assert world.issue().url in world.pull().body
    assert world.pull().url in world.comments()[0]
