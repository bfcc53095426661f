"""Edits that are late, or repeated, or nobody's."""

import json
from datetime import timedelta

from tests.commands.promoted import TAG
from tests.commands.promoting import BOT, CONFIG, World, boxes


def test_our_own_edits_are_ignored(hub: World) -> None:
    hub.open(TAG)
    applied = hub.apply(hub.tick("prod_ring1", login=None))  # type: ignore[arg-type]
    assert hub.pulls(None) == []
    assert BOT in applied.notices[0]


def test_an_old_event_run_again_does_what_is_right_today(hub: World) -> None:
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.apply(event)
    hub.merge()
    hub.tag()
    assert hub.github
    hub.github.advance(timedelta(hours=1))
    hub.roll_back("eso", "prod_ring1")
    hub.merge()
    hub.tag()
    hub.sync()
    assert not boxes(hub.issue().body)["prod_ring1"]
    hub.apply(event)
    assert hub.pulls() == []
    hub.apply(hub.tick("prod_ring1"))
    assert hub.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_a_tick_that_main_overtook_is_taken_back(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.github.advance(timedelta(hours=-2))
    event = hub.tick("prod_ring1")
    hub.github.advance(timedelta(hours=2))
    desired = hub.desired
    desired["eso"]["prod_ring1"] = "1.0.1"
    hub.repo.write(CONFIG, json.dumps(desired, indent=2) + "\n")
    hub.repo.git("commit", "-qam", "now")
    hub.repo.push("origin", "main")
    hub.github.pushed("bob")
    applied = hub.apply(event)
    assert applied.undone
    assert not boxes(hub.issue().body)["prod_ring1"]
    assert hub.pulls(None) == []


def test_a_scheduled_run_unticks_what_nobody_vouches_for(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.tick("prod_ring1")
    hub.reconcile()
    assert boxes(hub.issue().body)["prod_ring1"]
    hub.github.advance(timedelta(hours=-2))
    hub.untick("tt")
    hub.github.advance(timedelta(hours=2))
    done = hub.reconcile()
    assert not done.errors
    assert any("prod_ring1" in what for what in done.repaired)
    assert not boxes(hub.issue().body)["prod_ring1"]
    assert hub.proposed()["eso"]["tt"] == "1.1.0"
    assert any("tick it again" in comment for comment in hub.comments())


def test_an_old_event_of_someone_who_left_leaves_what_is_proposed(hub: World) -> None:
    hub.open(TAG)
    event = hub.tick("tt")
    hub.apply(event)
    assert hub.github
    del hub.github.repository("octo/monorepo").collaborators["bob"]
    hub.apply(event)
    assert boxes(hub.issue().body)["tt"]
    assert hub.proposed()["eso"]["tt"] == "1.1.0"
