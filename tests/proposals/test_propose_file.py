"""One file by pull request."""

from flux.proposals.propose_file import propose_file
from tests.commands.promoting import World


def test_a_file_is_proposed_and_proposed_anew(world: World) -> None:
    with world.opened() as monorepo:
        first = propose_file(monorepo, "flux/x.json", b"1\n", "change/x", "One", "Body")
        second = propose_file(monorepo, "flux/x.json", b"2\n", "change/x", "Two", "Body")
    assert first.branch == second.branch == "change/x"
    assert [pull.title for pull in world.pulls()] == ["Two"]
    assert world.bare.git("show", "change/x:flux/x.json") == "2"
