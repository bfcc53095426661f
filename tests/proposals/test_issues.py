"""Which issues are ours, and what becomes of what people make of them."""

import pytest

from flux.promotion.boxes import mark
from flux.promotion.foreign import StrangeAuthor
from flux.promotion.ledger import Decision, How, render_decision
from flux.promotion.marker import render_key
from flux.proposals.issues import PromotionIssues
from tests.commands.promoted import TAG
from tests.commands.promoting import CONFIG, World


def test_an_outsiders_look_alike_is_no_issue_of_ours(hub: World) -> None:
    hub.open(TAG)
    body = hub.issue().body
    assert hub.github
    hub.github.repository("octo/monorepo").issues[1].comments.clear()
    hub.forge().edit_issue(1, body="gone")
    hub.forge("mallory").create_issue("Promote", body, "flux-release", None)
    hub.forge().edit_issue(2, body=None)
    opened = hub.open(TAG).issue
    assert opened
    assert opened.number == 3


def test_an_edit_of_the_marker_is_reverted_whole(hub: World) -> None:
    hub.open(TAG)
    body = hub.issue().body
    event = hub.edit(
        lambda text: text.replace("1.1.0", "1.0.0").replace("- [ ] `at_ring1`", "- [x] `at_ring1`")
    )
    applied = hub.apply(event)
    assert applied.undone
    assert hub.issue().body == body
    assert hub.pulls(None) == []
    hub.apply(event)
    assert len([c for c in hub.comments() if "marker" in c and "@bob" in c]) == 1


@pytest.mark.parametrize("login", ["trudy", "bob"])
def test_an_edit_that_nobody_can_read_is_reverted_whole(hub: World, login: str) -> None:
    hub.open(TAG)
    body = hub.issue().body
    applied = hub.apply(hub.edit(lambda text: mark(text, {"tt": True}) + "\x1b", login))
    assert applied.undone
    assert hub.issue().body == body
    assert hub.pulls(None) == []


def test_a_box_that_an_outsider_deletes_comes_back(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    body = hub.issue().body
    hub.apply(hub.edit(lambda text: "".join(x for x in text.splitlines(True) if "`tt`" not in x), "trudy"))
    assert hub.issue().body == body
    assert hub.proposed()["eso"]["tt"] == "1.1.0"


def test_an_altered_marker_whose_event_was_lost_promotes_nothing(hub: World) -> None:
    """Nobody sees it, so whoever ticks means another version than the body says."""
    hub.open(TAG)
    body = hub.issue().body
    hub.edit(lambda text: text.replace('"1.1.0"', '"1.0.0"'), login="trudy")
    applied = hub.apply(hub.tick("tt"))
    assert applied.undone
    assert hub.issue().body == body
    assert any("@bob" in comment and "altered" in comment for comment in hub.comments())
    hub.edit(lambda text: text.partition("\n")[2], login="trudy")
    assert not hub.reconcile().errors
    assert hub.pulls(None) == []
    assert hub.open(TAG).action == "found"
    hub.apply(hub.tick("tt"))
    assert hub.proposed()["eso"]["tt"] == "1.1.0"


def test_a_box_that_an_outsider_takes_away_comes_back_unticked_or_not(hub: World) -> None:
    hub.open(TAG)
    body = hub.issue().body
    hub.apply(hub.edit(lambda text: "".join(x for x in text.splitlines(True) if "prod" not in x), "trudy"))
    assert hub.issue().body == body


def noted(world: World, login: str, line: str) -> None:
    key = render_key(f"noted {line}")
    world.forge(login).create_comment(1, f"{key}\nNoted.\n")


@pytest.mark.parametrize("ahead", [0, 10**6])
def test_a_word_of_tomorrow_in_a_comment_outlasts_nobodys(hub: World, ahead: int) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    time = int(hub.forge().now()) + ahead
    noted(hub, "bob", f"Requested-by: bob; tick prod_ring1; issue 1; {time}")
    hub.apply(hub.untick("prod_ring1", login="alice"))
    assert hub.pulls() == []


def test_nobody_notes_for_a_phase_that_is_not_theirs(hub: World) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    world.open(TAG)
    tick = world.tick("prod_ring1", login="alice")
    noted(world, "bob", f"Withdrawn-by: bob; untick prod_ring1; {int(tick.change.time) + 2}")  # type: ignore[union-attr]
    world.apply(tick)
    assert world.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_nobody_says_in_a_comment_that_an_edit_was_applied(hub: World) -> None:
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    noted(hub, "bob", f"Requested-by: bob; tick prod_ring1; issue 1; {int(tick.change.time)}")  # type: ignore[union-attr]
    hub.apply(tick)
    assert hub.proposed()["eso"]["prod_ring1"] == "1.1.0"


@pytest.mark.parametrize("said", ["eso banana", "../../eso 1.1.0", "eso 1.1.0+b"])
def test_a_comment_that_says_what_there_cannot_be_says_nothing(hub: World, said: str) -> None:
    """Whoever may write can change it, and a title too."""
    hub.open(TAG)
    assert hub.github
    (comment,) = hub.github.repository("octo/monorepo").issues[1].comments
    text = comment.body.replace("standing eso 1.1.0", f"standing {said}")
    hub.forge("bob").edit_comment(1, comment.id, text)
    hub.github.repository("octo/monorepo").issues[1].title = f"Promote {said}"
    assert [one.error for one in hub.sync().failed if "its title was" in str(one.error)]
    hub.github.repository("octo/monorepo").issues[1].title = "Promote eso 1.1.0"
    hub.apply(hub.tick("prod_ring1"))
    assert hub.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_a_branch_of_what_there_cannot_be_stops_nobody(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    forge, tip = hub.forge("bob"), hub.bare.git("rev-parse", "main")
    message = "Mine\n\nRequested-by: bob; name tt; 1764449999\nPromotion: eso banana\n"
    content = hub.bare.git("show", f"main:{CONFIG}").replace('"at_ring1"', '"tt": "banana", "at_ring1"')
    commit = forge.commit([tip], {CONFIG: content.encode()}, message)
    forge.vouch(commit)
    assert forge.create_branch("promote/eso-banana", commit)
    assert [one.promotion.version for one in hub.sync().promotions] == ["1.1.0"]
    assert not hub.reconcile().errors


def test_a_comment_of_ours_that_somebody_rewrote_at_once_says_nothing(hub: World) -> None:
    """Whoever may write can make us comment, and edit that comment in the same second."""
    hub.open(TAG)
    said = Decision("alice", How.TICK, ("prod_ring1",), int(hub.forge().now()), 1)
    issue = hub.forge().create_comment(1, "@bob may not promote")
    forged = render_key(f"noted {render_decision(said)}")
    hub.forge("bob").edit_comment(1, issue.id, forged)
    assert [comment.edited for comment in hub.forge().comments(1)][-1] is False
    with hub.opened() as monorepo:
        issues = PromotionIssues(monorepo)
        assert issues.written(1) == []
        issues.write_down(1, [said])
        assert issues.written(1) == [said]
    with hub.opened() as monorepo:
        assert PromotionIssues(monorepo).written(1) == [said]


@pytest.mark.parametrize(("opens", "is_ours"), [("mallory", False), ("trudy", False), ("bob", True)])
def test_an_issue_counts_if_who_opened_it_may_write(hub: World, opens: str, is_ours: bool) -> None:
    """Who may triage can put the label on a look-alike."""
    hub.open(TAG)
    there = hub.issue()
    made = hub.forge(opens).create_issue(there.title, there.body, "flux-release", None)
    assert hub.github
    hub.github.repo_as("trudy").get_issue(made.number).add_to_labels("flux-release")
    found = hub.forge().issue(made.number)
    assert found
    with hub.opened() as monorepo:
        fault = PromotionIssues(monorepo).fault(found)
    assert fault == (None if is_ours else StrangeAuthor(opens))
