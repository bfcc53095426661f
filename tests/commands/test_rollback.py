"""Rolling back goes down, whatever was there before."""

import json

import pytest

from flux.errors import RequestError
from tests.commands.promoting import CONFIG, World


@pytest.fixture
def deployed(local: World) -> World:
    """Production has been given 1.0.0, 1.1.0 and 1.2.0 in turn."""
    local.release("eso", "1.2.0")
    for version in ("1.1.0", "1.2.0"):
        local.desire(prod_ring1=version, prod_ring2=version)
    return local


def back(world: World, to: str | None = None) -> str:
    """Where a rollback that is merged brings production."""
    world.roll_back("eso", "prod", to=to)
    world.merge()
    return world.desired["eso"]["prod_ring1"]


def test_each_rollback_goes_below_the_one_before(deployed: World) -> None:
    assert back(deployed) == "1.1.0"
    assert back(deployed) == "1.0.0"
    with pytest.raises(RequestError, match="no lower version in prod_ring1"):
        deployed.roll_back("eso", "prod")


def test_a_version_is_chosen(deployed: World) -> None:
    assert back(deployed, "1.0.0") == "1.0.0"


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("1.2.0", "prod_ring1 has eso 1.2.0, and 1.2.0 is not lower"),
        ("9.0.0", "prod_ring1 has eso 1.2.0, and 9.0.0 is not lower"),
        ("1.0", "not a semantic version"),
    ],
)
def test_what_is_not_lower_or_not_there_is_refused(deployed: World, to: str, message: str) -> None:
    with pytest.raises(RequestError, match=message) as refused:
        deployed.roll_back("eso", "prod", to=to)
    assert refused.value.exit_code == 2
    assert deployed.pulls(None) == []


def test_nothing_goes_up_between_rings_of_one_phase(deployed: World) -> None:
    deployed.desire(prod_ring2="1.0.0")
    with pytest.raises(RequestError, match=r"prod_ring2 has eso 1\.0\.0, and 1.1.0 is not lower"):
        deployed.roll_back("eso", "prod", to="1.1.0")


def test_an_environment_that_has_none_is_not_rolled_back_to_a_version(deployed: World) -> None:
    with pytest.raises(RequestError, match="eso is not in tt"):
        deployed.roll_back("eso", "tt", to="1.0.0")


def rolled_back(world: World, name: str, to: str | None = None) -> dict[str, str]:
    return {each.environment: each.new for each in world.roll_back("eso", name, to=to).changes}


def test_of_a_phase_what_is_deployed_goes_down(deployed: World) -> None:
    """Nothing else keeps production from it."""
    desired = deployed.desired
    del desired["eso"]["prod_ring2"]
    deployed.change({CONFIG: json.dumps(desired)})
    assert rolled_back(deployed, "prod") == {"prod_ring1": "1.1.0"}
    assert rolled_back(deployed, "prod", "1.0.0") == {"prod_ring1": "1.0.0"}
    assert rolled_back(deployed, "prod_ring2") == {"prod_ring2": "1.2.0"}


def test_of_a_phase_what_has_the_version_already_stays(deployed: World) -> None:
    deployed.desire(prod_ring2="1.1.0")
    with pytest.raises(RequestError, match="more than one version") as refused:
        deployed.roll_back("eso", "prod")
    assert "--to VERSION" in refused.value.hint
    assert rolled_back(deployed, "prod", "1.1.0") == {"prod_ring1": "1.1.0"}


def test_what_was_removed_is_rolled_back_all_the_same(deployed: World) -> None:
    deployed.repo.remove("artifacts/eso")
    deployed.repo.commit("remove eso")
    assert back(deployed) == "1.1.0"
    with pytest.raises(RequestError, match="no artifact 'eso'"):
        deployed.promote("eso", "prod", "1.2.0")
    with pytest.raises(RequestError, match="no artifact 'eso'"):
        deployed.promote("eso", "prod", "1.0.0")
    with pytest.raises(RequestError, match="no artifact 'nothing'"):
        deployed.roll_back("nothing", "prod")
    with pytest.raises(RequestError, match="no artifact 'eso'") as refused:
        deployed.promote("eso", "tt", "1.0.0")
    assert "`inv rollback eso ENVIRONMENT`" in refused.value.hint


def test_what_was_removed_comes_back_nowhere(deployed: World) -> None:
    """Where it is not deployed any more there is nothing to roll back."""
    deployed.repo.remove("artifacts/eso")
    desired = deployed.desired
    del desired["eso"]["prod_ring2"]
    deployed.repo.commit("remove eso", files={CONFIG: json.dumps(desired)})
    with pytest.raises(RequestError, match=r"no artifact .eso. at the tip, [0-9a-f]{12}, any more"):
        deployed.roll_back("eso", "prod_ring2")
    assert rolled_back(deployed, "prod") == {"prod_ring1": "1.1.0"}


def test_roll_back_goes_to_the_version_before(world: World) -> None:
    world.promote("eso", "prod")
    world.merge()
    world.tag()
    proposed = world.roll_back("eso", "prod")
    assert proposed.promotion.version == "1.0.0"
    pull = world.pull()
    assert pull.title == "Roll back eso to 1.0.0 in prod"
    assert "rollback" in pull.body
    assert "down" in pull.body
    world.sync()
    assert world.pull() == pull
    world.merge()
    world.tag()
    assert world.tags()["prod_ring1"] == world.tags()["1.0.0"]


def test_nothing_to_roll_back_to(world: World) -> None:
    with pytest.raises(RequestError, match="had no lower version in tt before"):
        world.roll_back("eso", "tt")
