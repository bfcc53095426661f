"""What is frozen is proposed by who may promote there, and withdrawn where nothing is left of it."""

import pytest

from flux.commands.freeze import freeze
from flux.commands.unfreeze import unfreeze
from flux.errors import RequestError
from flux.proposals.propose_freezes import authorized, freezes_there, require_phase
from tests.commands.promoting import World


def test_a_freeze_that_is_not_merged_yet_can_be_taken_back(world: World) -> None:
    with world.opened(login="alice") as monorepo:
        freeze(monorepo, "one", "prod", None)
        done = unfreeze(monorepo, "prod")
    assert done.withdrawn
    assert world.pulls() == []


def test_who_may_promote_to_a_phase_may_freeze_it(hub: World) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    with world.opened(login="bob") as monorepo:
        assert authorized(monorepo, "at").caller == "bob"
        for phase in ("prod", None):
            with pytest.raises(RequestError, match="bob"):
                authorized(monorepo, phase)


def test_a_freeze_of_a_phase_that_is_gone_is_read(local: World) -> None:
    local.change({"flux/freezes.json": '{"freezes": [{"reason": "x", "by": "bob", "phase": "live"}]}'})
    with local.opened() as monorepo:
        assert [each.phase for each in freezes_there(monorepo)] == ["live"]
        with pytest.raises(RequestError, match="there is no phase 'live'"):
            require_phase(monorepo, "live")
        require_phase(monorepo, None)
