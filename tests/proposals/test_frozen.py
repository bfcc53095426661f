"""A freeze refuses ticks, of a ring and of its phase, and says why."""

import json

import pytest

from flux.errors import RequestError
from flux.proposals.frozen import frozen, require_no_freeze
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
        found = frozen(monorepo, ["prod", "prod_ring1", "tt", "nowhere"])
        require_no_freeze(monorepo, ["tt"])
    assert found == dict.fromkeys(("prod", "prod_ring1"), "prod is frozen by alice: holidays")


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
