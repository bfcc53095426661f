"""`inv registry.down` in a real engine."""

import pytest

from flux.commands.registry.down import Down
from flux.errors import EngineError
from tests.commands.registry.engines import NAME, containers, down, up, volumes
from tests.commands.registry.engines import engine as engine
from tests.engine import Engine


def test_data_without_a_container_are_dropped_too(engine: Engine) -> None:
    up()
    engine.docker("rm", "--force", NAME)
    assert volumes(engine) == [NAME]
    assert down() is Down.DOWN
    assert (down(purge=True), down(purge=True)) == (Down.PURGED, Down.ABSENT)
    assert volumes(engine) == []


def test_data_that_another_container_uses_are_not_dropped(engine: Engine) -> None:
    up()
    engine.docker("create", "--name=other", f"--volume={NAME}:/data", "registry:3")
    with pytest.raises(EngineError, match=r"did not remove the data: .*in use") as raised:
        down(purge=True)
    assert f"`docker ps --all --filter volume={NAME}`" in raised.value.hint
    assert volumes(engine) == [NAME]
    engine.docker("rm", "other")
    assert down(purge=True) is Down.PURGED


def test_a_container_of_the_name_that_is_no_registry_is_left_alone(engine: Engine) -> None:
    engine.docker("run", "--detach", "--name", NAME, "registry:3")
    for act in (up, down, lambda: down(purge=True)):
        with pytest.raises(EngineError, match="not one of ours") as raised:
            act()
        assert raised.value.hint == f"remove it: `docker rm --force {NAME}`"
    assert containers(engine) == [f"{NAME} registry:3 running"]
