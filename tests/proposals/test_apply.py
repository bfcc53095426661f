"""Edits that are late, or repeated, or nobody's."""

import json
from datetime import timedelta

import pytest

from flux.errors import FluxError
from flux.promotion.texts.notices import of_the_automation
from tests.commands.deciding import TAG, proposed, said, ticked
from tests.commands.promoting import BOT, CONFIG, World, boxes


def test_our_own_edits_are_ignored(hub: World) -> None:
    hub.open(TAG)
    applied = hub.apply(hub.tick("prod_ring1", login=None))  # type: ignore[arg-type]
    assert hub.pulls(None) == []
    assert BOT in str(applied.notices[0])


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


@pytest.mark.parametrize("why", ["not published", "unknown environment"])
def test_a_tick_of_what_cannot_be_proposed_is_taken_back_and_told(hub: World, why: str) -> None:
    if why == "not published":
        tag = hub.release("eso", "1.2.0", publish=False)
    else:
        tag = TAG
        hub.desire(prod_ring9="1.0.0")
    hub.open(tag)
    event = hub.tick("prod_ring1", "tt")
    for _ in range(2):
        with pytest.raises(FluxError, match=why):
            hub.apply(event)
        assert ticked(hub) == set()
        assert said(hub, "Unticked `tt`, `prod_ring1`", why, "tick it again when that is fixed")
    if why == "not published":
        hub.publish(tag)
    else:
        text = json.dumps({"eso": {k: v for k, v in hub.desired["eso"].items() if k != "prod_ring9"}})
        hub.change({CONFIG: text})
    hub.apply(hub.tick("tt"))
    assert [pull.title.rpartition(" ")[2] for pull in hub.pulls()] == ["tt"]


def test_a_person_whose_token_the_automation_has_ticks_for_nobody(
    hub: World,
) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("tt", login="bob"))
    hub.token = hub.github.token("alice")
    event = hub.tick("prod_ring1", login="alice")
    for _ in range(2):
        assert hub.apply(event).failed
    assert proposed(hub) == {"tt"}
    told = of_the_automation("alice")
    assert len([comment for comment in hub.comments() if told in comment]) == 1
    assert not hub.apply(hub.untick("prod_ring1", login="alice")).failed
    hub.untick("tt", login="alice")
    assert not hub.apply(hub.tick("tt", login="alice")).failed, "as the automation shows what was decided"


def test_an_old_event_of_someone_who_left_leaves_what_is_proposed(hub: World) -> None:
    hub.open(TAG)
    event = hub.tick("tt")
    hub.apply(event)
    assert hub.github
    del hub.github.repository("octo/monorepo").collaborators["bob"]
    hub.apply(event)
    assert boxes(hub.issue().body)["tt"]
    assert hub.proposed()["eso"]["tt"] == "1.1.0"
