"""What somebody changes of an issue's words aims it at nothing else, and loses nobody's."""

import pytest

from flux.event import Event
from flux.promotion.boxes import mark
from tests.commands.deciding import TAG, proposed, retitled, said, ticked
from tests.commands.promoting import PERMISSIONS, World, boxes

pytestmark = pytest.mark.stories


def test_an_issue_whose_title_was_changed_promotes_nothing_and_says_so(hub: World) -> None:
    hub.open(TAG)
    retitled(hub, "Promote eso 1.0.0")
    applied = hub.apply(hub.tick("prod_ring1"))
    assert applied.failed
    assert proposed(hub) == set()
    assert said(hub, "Nothing is promoted", "Promote eso 1.1.0")
    assert hub.sync().failed
    assert len([c for c in hub.comments() if "its title was" in c]) == 1
    retitled(hub, "Promote eso 1.1.0")
    assert not hub.apply(hub.tick("tt")).failed
    assert proposed(hub) == {"tt"}


def test_title_and_marker_changed_together_aim_at_nothing_else(hub: World) -> None:
    hub.open(TAG)
    hub.edit(lambda body: body.replace('"1.1.0"', '"1.0.0"'), login="trudy")
    retitled(hub, "Promote eso 1.0.0")
    assert hub.apply(hub.tick("at_ring2")).failed
    assert hub.pulls(None) == []


@pytest.mark.parametrize("marker", [True, False], ids=["the marker too", "not the marker"])
@pytest.mark.parametrize("wiped", [True, False])
@pytest.mark.parametrize("heard", [True, False])
def test_title_and_comment_changed_together_aim_at_nothing_else(
    hub: World, marker: bool, wiped: bool, heard: bool
) -> None:
    """Whoever may write can change all that an issue says of itself, but not how it was opened."""
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.merge()
    hub.sync()
    (comment,) = [c for c in hub.forge().comments(1) if "standing eso 1.1.0" in c.body]
    forge = hub.forge("bob")
    forge.edit_comment(1, comment.id, comment.body.replace("standing eso 1.1.0", "standing eso 1.0.0"))
    retitled(hub, "Promote eso 1.0.0")
    if marker or wiped:
        event = hub.edit(lambda body: "" if wiped else body.replace('"1.1.0"', '"1.0.0"'))
        if heard:
            assert hub.apply(event).failed
    assert hub.sync().failed
    if not wiped:
        assert hub.apply(hub.tick("at_ring2", login="alice")).failed
    assert hub.pulls() == []
    assert said(hub, "Nothing is promoted", "its title was Promote eso 1.1.0")


@pytest.mark.parametrize("login", ["bob", "mallory"])
def test_somebody_elses_comment_aims_an_issue_nowhere(hub: World, login: str) -> None:
    assert hub.github
    hub.open(TAG)
    comment = hub.github.repository("octo/monorepo").issues[1].comments.pop()
    text = comment.body.replace("standing eso 1.1.0", "standing eso 1.0.0")
    hub.forge(login).create_comment(1, text)
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == {"prod_ring1"}


@pytest.mark.parametrize("login", ["trudy", "bob"])
@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("what", ["all", "boxes"])
def test_a_body_that_was_wiped_gets_its_boxes_back(hub: World, login: str, heard: bool, what: str) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    before = hub.issue().body
    names = set(boxes(before))
    event = hub.edit(lambda body: "" if what == "all" else body.partition("\n")[0], login)
    if heard:
        hub.apply(event)
        assert hub.issue().body == before
    else:
        hub.sync()
        assert set(boxes(hub.issue().body)) == names
        assert ticked(hub) == {"tt"}
    assert proposed(hub) == {"tt"}
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == {"tt", "prod_ring1"}


def test_what_people_write_into_a_pull_request_stays(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    pull, forge = world.pull(), world.forge("bob")
    who = "bob" if world.github else "Test <test@example.com>"
    assert f"Requested-by: `{who}` for `prod_ring1`" in pull.body
    forge.edit_pull_request(
        pull.number, title="For #12", body=f"Because of #12.\n\n{pull.body}\n\nSee there."
    )
    world.apply(world.tick("tt"))
    after = world.pull()
    assert after.title == "For #12"
    assert after.body.startswith("Because of #12.\n")
    assert after.body.rstrip().endswith("See there.")
    assert after.body.count("| `tt` |") == after.body.count("| `prod_ring1` |") == 1
    world.sync()
    assert world.pull() == after


def test_a_wiped_body_withdraws_nothing_where_boxes_are_all_that_tells(local: World) -> None:
    local.open(TAG)
    local.apply(local.tick("tt", "prod"))
    local.edit(lambda body: "")
    for _ in range(2):
        assert not local.reconcile().errors
    assert proposed(local) == {"tt", "prod_ring1", "prod_ring2"}


def test_a_description_that_leaves_no_room_stays_as_it_is(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    words = "x" * 65_000
    hub.forge("bob").edit_pull_request(hub.pull().number, body=words)
    hub.apply(hub.tick("tt"))
    assert proposed(hub) == {"prod_ring1", "tt"}
    assert hub.pull().body == words
    assert hub.pull().title == "Promote eso 1.1.0 to tt, prod_ring1"


def test_what_github_actions_wrote_stays_ours_when_an_app_takes_over(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    world = hub.with_(automation=("flux-promoter[bot]",))
    world.token = hub.github.app_token(**PERMISSIONS)
    world.apply(world.tick("prod_ring1"))
    assert proposed(world) == {"prod_ring1", "tt"}


@pytest.mark.parametrize("other", ["trudy", "bob"])
def test_an_edit_that_ours_overwrites_is_not_lost(hub: World, other: str) -> None:
    """A person saves between our reading of the issue and our writing."""
    assert hub.github
    hub.open(TAG)
    first = hub.tick("prod_ring1", login="trudy")
    events: list[Event] = []

    def meanwhile() -> None:
        def change(body: str) -> str:
            return f"{mark(body, {'tt': True})}\nLooks good to me.\n"

        events.append(hub.edit(change, other))

    hub.github.call_at(1, meanwhile, only="PATCH */issues/1")
    hub.apply(first)
    assert "Looks good" not in hub.issue().body
    hub.apply(events[0])
    assert "Looks good to me." in hub.issue().body
    assert said(hub, f"@{other}", "restored")
    assert proposed(hub) == ticked(hub) == ({"tt"} if other == "bob" else set())
    before = hub.issue().body
    hub.apply(events[0])
    assert hub.issue().body == before


def test_an_edit_that_overwrites_ours_is_undone_again(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1", login="trudy")
    stale = hub.issue().body

    def meanwhile() -> None:
        hub.forge("bob").edit_issue(1, body=f"{stale}\nthanks\n")

    hub.github.call_at(3, meanwhile, only="GET */issues/1")
    hub.apply(event)
    assert ticked(hub) == set()
    assert "thanks" in hub.issue().body
