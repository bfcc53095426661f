"""A freeze refuses ticks, of a ring and of its phase, and says why."""

import json
from datetime import timedelta

import pytest

from flux.errors import RequestError
from flux.monorepo.freezes import frozen
from flux.promotion.gates.freeze import Freeze
from flux.proposals.frozen import require_no_freeze
from tests.commands.deciding import proposed
from tests.commands.promoted import TAG
from tests.commands.promoting import World, boxes


@pytest.fixture
def cold(world: World) -> World:
    freeze = {"freezes": [{"reason": "holidays", "by": "alice", "phase": "prod"}]}
    world.open(TAG)
    world.change({"flux/freezes.json": json.dumps(freeze)})
    return world


def test_what_is_frozen(cold: World) -> None:
    with cold.opened() as monorepo:
        found = frozen(monorepo, ["prod", "prod_ring1", "tt", "nowhere"], monorepo.forge.now)
        require_no_freeze(monorepo, ["tt"])
    assert found == dict.fromkeys(("prod", "prod_ring1"), Freeze("holidays", "alice", "prod"))


@pytest.mark.stories
def test_what_was_ticked_before_waits_and_says_so(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt"))
    hub.change({"flux/freezes.json": json.dumps({"freezes": [{"reason": "it burns", "by": "alice"}]})})
    hub.sync()
    assert proposed(hub) == {"prod_ring1", "tt"}, "where all of it waits nothing is left out"
    freeze = {"freezes": [{"reason": "holidays", "by": "alice", "phase": "prod"}]}
    hub.change({"flux/freezes.json": json.dumps(freeze)})
    hub.sync()
    assert proposed(hub) == {"tt"}
    for _ in range(2):
        hub.github.advance(timedelta(hours=2))
        hub.reconcile()
        assert boxes(hub.issue().body)["prod_ring1"]
        assert "1.0.0; 1.1.0 has to wait: prod is frozen by alice: holidays |" in hub.comments()[0]
    hub.change({"flux/freezes.json": json.dumps({"freezes": []})})
    hub.reconcile()
    assert "has to wait" not in hub.comments()[0]
    assert any("tick it again if you still want it" in comment for comment in hub.comments())


def test_a_tick_is_undone_and_told_why(cold: World) -> None:
    event = cold.tick("prod_ring1", "tt")
    if not cold.github:
        with pytest.raises(RequestError, match="prod is frozen by alice: holidays"):
            cold.apply(event)
        return
    cold.apply(event)
    assert cold.proposed()["eso"].get("prod_ring1") == "1.0.0"
    assert cold.proposed()["eso"]["tt"] == "1.1.0"
    assert not boxes(cold.issue().body)["prod_ring1"]
    assert any("prod is frozen by alice: holidays" in comment for comment in cold.comments())
