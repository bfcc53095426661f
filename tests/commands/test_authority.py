"""A tick counts for the person who made it, in whatever order jobs run, and for nobody else."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from flux.errors import ForgeError
from flux.event import Event
from flux.promotion.boxes import mark
from tests.commands.deciding import BRANCH, TAG, either_order, proposed, pushed, retitled, run, said, ticked
from tests.commands.promoting import BOT, PERMISSIONS, World, boxes
from tests.github.faults import error


@either_order
def test_a_tick_that_may_not_be_does_not_hold_what_a_promoter_unticked(hub: World, first: int) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt", login="alice"))
    events = [world.untick("prod_ring1", login="alice"), world.tick("prod_ring1", login="bob")]
    run(world, events, first)
    assert proposed(world) == ticked(world) == {"tt"}
    assert said(world, "@bob", "prod_ring1", "promoters")


@either_order
def test_a_writers_tick_counts_though_a_triager_unticked_it(hub: World, first: int) -> None:
    hub.open(TAG)
    run(hub, [hub.tick("prod_ring1"), hub.untick("prod_ring1", login="trudy")], first)
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}
    assert said(hub, "@trudy", "prod_ring1")


@either_order
def test_a_tick_is_no_longer_wanted_once_it_is_withdrawn(hub: World, first: int) -> None:
    """Whoever unticks comes first, when there is no branch yet to record it on."""
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    run(hub, [tick, hub.untick("prod_ring1")], first)
    assert proposed(hub) == ticked(hub) == set()
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_of_three_who_may_the_last_word_counts(hub: World, order: tuple[int, ...]) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    events = [
        hub.tick("prod_ring1", login="alice"),
        hub.untick("prod_ring1", login="bob"),
        hub.tick("prod_ring1", login="alice"),
    ]
    for number in order:
        hub.apply(events[number])
    assert proposed(hub) == ticked(hub) == {"prod_ring1", "tt"}


@either_order
def test_a_bots_tick_is_undone_like_anybody_elses(hub: World, first: int) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt"))
    withdrawn = hub.untick("prod_ring1")
    token, hub.token = hub.token, hub.github.app_token("helper", **PERMISSIONS)
    bots = hub.tick("prod_ring1", login=None)  # type: ignore[arg-type]
    hub.token = token
    run(hub, [withdrawn, bots], first)
    assert proposed(hub) == ticked(hub) == {"tt"}
    assert said(hub, "helper[bot]", "prod_ring1")


def test_unticking_one_ring_under_its_ticked_phase_takes_that_ring_out(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod", "prod_ring1", "prod_ring2"))
    world.apply(world.untick("prod_ring1"))
    if world.github:
        assert proposed(world) == ticked(world) == {"prod_ring2"}


@either_order
def test_unticking_a_phase_leaves_a_ring_that_has_its_own_tick(hub: World, first: int) -> None:
    hub.open(TAG)
    run(hub, [hub.tick("prod", "prod_ring1"), hub.untick("prod")], first)
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}


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


def test_a_promotion_whose_release_is_gone_is_none(world: World) -> None:
    world.open(TAG)
    world.bare.git("tag", "-d", TAG)
    assert world.apply(world.tick("prod_ring1")).failed
    assert world.pulls(None) == []
    assert said(world, "there is no release", TAG)


def test_labels_have_no_case(world: World) -> None:
    world.with_(label="Flux-Release").open(TAG)
    world.apply(world.tick("prod_ring1"))
    assert proposed(world) == {"prod_ring1"}
    assert not world.sync().failed


def test_on_a_locked_issue_what_may_not_be_is_undone_all_the_same(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.github.repository("octo/monorepo").issues[1].locked = True
    before = hub.comments()
    applied = hub.apply(hub.tick("prod_ring1", login="trudy"))
    assert applied.undone
    assert ticked(hub) == set()
    assert any("locked" in notice and "unlock" in notice for notice in applied.notices)
    applied = hub.apply(hub.tick("tt"))
    assert not applied.failed
    assert proposed(hub) == {"tt"}
    assert not hub.sync().failed
    assert len(hub.comments()) == len(before)


def test_an_archived_repository_is_said_to_be_one(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.github.repository("octo/monorepo").archived = True
    with pytest.raises(ForgeError, match="archived") as refused:
        hub.apply(event)
    assert "unarchive" in refused.value.hint


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


def test_a_prerelease_that_goes_to_the_last_phase_is_marked(local: World) -> None:
    local.release("eso", "1.2.0-rc.1")
    local.promote("eso", "tt", "1.2.0-rc.1")
    assert "prerelease" not in local.pull().body
    local.promote("eso", "prod_ring1", "1.2.0-rc.1")
    assert "1.2.0-rc.1 is a **prerelease**, and `prod` is the last phase." in local.pull().body
    assert "1.2.0-rc.1 is not yet in `tt`, which comes before `prod`." in local.pull().body


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


@pytest.mark.parametrize("end", ["close", "delete", "merge"])
def test_an_old_job_that_runs_again_applies_nothing_twice(hub: World, end: str) -> None:
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.apply(event)
    pull = hub.pull()
    if end == "merge":
        hub.merge()
        hub.sync()
        hub.desire(prod_ring1="1.0.0")
    elif end == "close":
        hub.close()
        hub.sync()
    else:
        assert hub.forge("bob").delete_branch(BRANCH, pull.head)
    applied = hub.apply(event)
    assert hub.pulls() == []
    assert hub.forge().branch(BRANCH) is None
    assert any("before" in notice for notice in applied.notices) or applied.undone


def test_who_decided_is_in_the_commits(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt"))
    world.apply(world.untick("tt"))
    messages = world.bare.git("log", "--format=%B", f"main..{BRANCH}")
    who = "bob" if world.github else "Test <test@example.com>"
    assert f"Requested-by: {who}; tick tt prod_ring1; issue 1; " in messages
    assert f"Withdrawn-by: {who}; untick tt; issue 1; " in messages
    world.promote("eso", "at_ring1")
    who = "alice" if world.github else who
    assert f"Requested-by: {who}; name at_ring1; " in world.bare.git("log", "-1", "--format=%B", BRANCH)


def test_running_a_job_again_makes_nobodys_tick_anothers(hub: World) -> None:
    hub.open(TAG)
    event = replace(hub.tick("prod_ring1", login="trudy"), rerun_by="alice")
    assert hub.apply(event).undone
    assert proposed(hub) == ticked(hub) == set()


@pytest.mark.parametrize("author", [BOT, "bob", "trudy"])
def test_a_noted_decision_counts_of_whom_it_is_and_as_it_was_written(hub: World, author: str) -> None:
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    hub.apply(hub.untick("prod_ring1", login="bob"))
    noted = next(c for c in hub.github.repository("octo/monorepo").issues[1].comments if "Noted" in c.body)
    noted.author = replace(noted.author, login=author)
    hub.apply(tick)
    assert proposed(hub) == (set() if author != "trudy" else {"prod_ring1"})


def test_a_noted_decision_that_somebody_edited_proves_nothing(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    hub.apply(hub.untick("prod_ring1", login="bob"))
    noted = next(c for c in hub.github.repository("octo/monorepo").issues[1].comments if "Noted" in c.body)
    hub.github.advance(timedelta(seconds=2))
    hub.forge("bob").edit_comment(1, noted.id, noted.body.replace("bob", "alice"))
    hub.apply(tick)
    assert proposed(hub) == {"prod_ring1"}


def test_a_job_that_runs_again_after_the_merge_brings_nothing_back(hub: World) -> None:
    """Before anything has deleted the branch."""
    hub.open(TAG)
    event = hub.tick("tt", "prod_ring1")
    hub.apply(event)
    hub.apply(hub.untick("prod_ring1"))
    hub.merge()
    hub.apply(replace(event, rerun_by="bob"))
    assert hub.pulls() == []


def test_a_branch_that_somebody_brings_back_as_it_was_proposes_nothing_withdrawn(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt", "prod_ring1"))
    old = hub.pull().head
    hub.apply(hub.untick("prod_ring1"))
    hub.close()
    hub.sync()
    assert hub.forge("bob").create_branch(BRANCH, old)
    hub.sync()
    assert "prod_ring1" not in proposed(hub)


@pytest.mark.parametrize("what", ["marker", "late", "closed"])
def test_whatever_is_undone_is_undone_though_nobody_can_be_told(hub: World, what: str) -> None:
    assert hub.github
    hub.open(TAG)
    before = hub.issue().body
    if what == "marker":
        event = hub.edit(lambda body: body.replace('"1.1.0"', '"1.0.0"'))
    else:
        event = hub.tick("prod_ring1")
        hub.github.advance(timedelta(minutes=1))
        if what == "late":
            pushed(hub, "2001-01-01T00:00:00Z", prod_ring1="1.0.1")
        else:
            hub.apply(event)
            hub.close()
    hub.github.fail_next(error(502), times=99, only="POST *comments*")
    if what == "closed":
        assert hub.sync().failed
    else:
        with pytest.raises(ForgeError):
            hub.apply(event)
    assert hub.issue().body == before
    hub.github.calm()
    if what != "closed":
        assert hub.apply(event).undone
        assert said(hub, "undone as a whole" if what == "marker" else "Unticked")


def test_what_may_not_be_is_undone_where_nobody_can_be_told_and_told_later(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1", login="trudy")
    hub.github.fail_next(error(502), times=20, only="POST *comments*")
    with pytest.raises(ForgeError):
        hub.apply(event)
    assert ticked(hub) == set()
    hub.github.calm()
    hub.apply(event)
    assert said(hub, "trudy", "prod_ring1")
