"""The end of a freeze: by pull request, also of a phase that is gone."""

import json

import pytest

from flux.commands.unfreeze import unfreeze
from flux.errors import DesiredStateError
from tests.commands.promoting import World
from tests.commands.test_freeze import frozen


def test_a_second_unfreeze_joins_the_first(world: World) -> None:
    for phase in ("at", "prod", "tt"):
        frozen(world, phase=phase)
    with world.opened(login="alice") as monorepo:
        unfreeze(monorepo, "at")
        assert [each.phase for each in unfreeze(monorepo, "prod").freezes] == ["tt"]
        again = unfreeze(monorepo, "at")
    assert again.pull_request == world.pull()
    assert [each.phase for each in again.freezes] == ["tt"]
    assert world.pull().title == "Unfreeze at, prod"


@pytest.mark.parametrize("phase", ["live", None])
def test_a_freeze_of_a_phase_that_is_gone_can_be_ended(world: World, phase: str | None) -> None:
    file = {"freezes": [{"reason": "x", "by": "bob", "phase": "live"}]}
    world.change({"flux/freezes.json": json.dumps(file)})
    with pytest.raises(DesiredStateError) as raised:
        world.promote("eso", "prod_ring1", "1.1.0")
    assert "inv unfreeze live" in raised.value.hint
    with world.opened(login="alice") as monorepo:
        done = unfreeze(monorepo, phase)
    assert done.pull_request
    world.merge(done.pull_request)
    assert world.tag()
