"""The pull request of a promotion."""

from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_promote_links_the_issue_and_tells_it(world: World) -> None:
    world.open(TAG)
    world.promote("eso", "prod")
    assert world.issue().url in world.pull().body
    assert world.pull().url in world.comments()[0]


def test_what_somebody_writes_while_a_command_runs_stays(hub: World) -> None:
    """A command takes its time between looking at a pull request and writing to it."""
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    pull = hub.pull()

    def meanwhile() -> None:
        hub.forge("bob").edit_pull_request(pull.number, title="For #12", body=f"{pull.body}\n\nSee there.")

    hub.github.call_at(1, meanwhile, only="PATCH */git/refs/*")
    hub.apply(hub.tick("tt"))
    after = hub.pull()
    assert after.title == "For #12"
    assert after.body.endswith("See there.")
    assert after.body.count("| `tt` |") == 1


def test_a_title_that_is_right_is_not_written(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    hub.forge("bob").edit_pull_request(hub.pull().number, title="Mine")
    hub.github.requests.clear()
    hub.apply(hub.tick("tt"))
    (written,) = [
        request.body
        for request in hub.github.requests
        if (request.method, request.path[-8:]) == ("PATCH", "/pulls/2")
    ]
    assert written.keys() == {"body"}
