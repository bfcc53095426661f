"""A job that runs again, and a record that somebody changed, make nobody's tick another's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.commands.deciding import BRANCH, TAG, proposed, ticked
from tests.commands.promoting import BOT, World

pytestmark = pytest.mark.stories


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
    assert any("before" in str(notice) for notice in applied.notices) or applied.undone


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
