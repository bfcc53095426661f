"""What becomes of an issue that promotes nothing."""

import pytest

from tests.commands.deciding import TAG, proposed, said
from tests.commands.promoting import BOT, World
from tests.github.state import Role


def told(world: World) -> int:
    return len([comment for comment in world.comments() if "promoted from here" in comment])


@pytest.mark.parametrize("what", ["label", "author"])
def test_a_tick_where_nothing_comes_of_it_is_answered(hub: World, what: str) -> None:
    assert hub.github
    hub.open(TAG)
    issue = hub.github.repository("octo/monorepo").issues[1]
    if what == "label":
        issue.labels.clear()
    else:
        issue.author = hub.github.add_person("dave")
    applied = hub.apply(hub.tick("prod_ring1"))
    assert applied.failed
    assert proposed(hub) == set()
    assert said(hub, "Nothing is promoted from here", "label" if what == "label" else "dave")
    assert not hub.apply(hub.edit(lambda body: f"{body}\nwords\n")).failed
    assert not hub.apply(hub.tick("tt", login="trudy")).failed
    assert hub.apply(hub.tick("at_ring1")).failed
    assert told(hub) == 1


def test_whoever_ticks_where_it_was_ours_is_answered_once(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.github.repository("octo/monorepo").issues[1].labels.clear()
    assert not hub.apply(hub.tick("tt", login="trudy")).failed
    assert told(hub) == 1
    hub.apply(hub.tick("prod_ring1", login="trudy"))
    hub.apply(hub.untick("tt", login="bob"))
    assert told(hub) == 1


def test_who_opened_it_and_may_write_no_more_is_answered(hub: World) -> None:
    assert hub.github
    hub.token = hub.github.token("bob")
    hub.open(TAG)
    hub.token = ""
    hub.apply(hub.tick("tt", login="bob"))
    assert proposed(hub) == {"tt"}
    people = hub.github.repository("octo/monorepo").collaborators
    people["bob"] = Role.TRIAGE
    applied = hub.apply(hub.tick("prod_ring1", login="bob"))
    assert applied.failed
    assert said(hub, "Nothing is promoted from here", "bob, may not write here")
    assert any("issue 1 is not a promotion issue" in str(notice) for notice in hub.sync().notices)
    people["bob"] = Role.WRITE
    assert not hub.apply(hub.tick("at_ring1", login="bob")).failed
    assert proposed(hub) == {"tt", "at_ring1"}


def test_an_outsiders_look_alike_gets_no_word(hub: World) -> None:
    """Or anybody could have us comment as often as they open one."""
    assert hub.github
    hub.open(TAG)
    forge = hub.forge("mallory")
    theirs = forge.create_issue("Promote eso 1.1.0", hub.issue().body, "flux-release", None).number
    before = len(hub.github.requests)
    assert not hub.apply(hub.tick("prod_ring1", login="mallory", number=theirs), theirs).failed
    assert hub.comments(theirs) == []
    ours = [request for request in hub.github.requests[before:] if request.login == BOT]
    assert ours
    assert {request.method for request in ours} == {"GET"}
    assert hub.apply(hub.tick("tt", login="bob", number=theirs), theirs).failed
    assert len(hub.comments(theirs)) == 1
    assert hub.pulls(None) == []
    assert hub.sync().notices == ()


def test_an_app_that_came_and_went_is_told(hub: World) -> None:
    """What it opened without being named is nobody's once it is gone."""
    assert hub.github
    hub.token, own = hub.github.app_token(contents="write", issues="write", pull_requests="write"), hub.token
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.token = own
    applied = hub.apply(hub.tick("prod_ring1"))
    assert applied.failed
    assert said(hub, "Nothing is promoted from here", "flux-promoter[bot]")
    named = hub.with_(automation=("flux-promoter[bot]",))
    assert not named.apply(named.tick("at_ring1")).failed
    assert proposed(named) == {"tt", "at_ring1"}
