"""`inv registry.up` in a real engine."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from flux.commands.registry.up import Up
from flux.errors import EngineError, RequestError
from tests.commands.invoking import inv
from tests.commands.registry.engines import NAME, answers, containers, down, up
from tests.commands.registry.engines import engine as engine
from tests.commands.registry.engines import repo as repo
from tests.engine import Engine
from tests.repo import Repo


def commit(engine: Engine, name: str, *entrypoint: str) -> None:
    """An image as the registry's, but for what it runs."""
    container = engine.docker("create", "registry:3")
    engine.docker("commit", f"--change=ENTRYPOINT {json.dumps(entrypoint)}", container, name)
    engine.docker("rm", container)


def test_it_is_on_loopback_alone_and_its_data_are_in_a_named_volume(engine: Engine) -> None:
    _, location = up()
    assert answers(location)
    (about,) = json.loads(engine.docker("inspect", NAME))
    (binding,) = about["HostConfig"]["PortBindings"]["5000/tcp"]
    assert f"oci://{binding['HostIp']}:{binding['HostPort']}" == location
    assert binding["HostIp"] == "127.0.0.1"
    assert [(mount["Type"], mount["Name"]) for mount in about["Mounts"]] == [("volume", NAME)]


def test_a_port_of_ones_own(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RequestError, match=f"port {port} is taken"):
            up(port)
        assert containers(engine) == []
    assert up(port) == (Up.CREATED, f"oci://127.0.0.1:{port}")
    assert up(port) == (Up.RUNNING, f"oci://127.0.0.1:{port}")
    with pytest.raises(RequestError, match=f"runs already, at oci://127.0.0.1:{port}"):
        up(port - 1)
    assert containers(engine) == [f"{NAME} registry:3 running"]
    down()
    assert up() == (Up.STARTED, f"oci://127.0.0.1:{port}")


def test_a_stopped_one_whose_port_was_taken_moves_with_its_data(engine: Engine) -> None:
    _, location = up()
    engine.docker("cp", __file__, f"{NAME}:/var/lib/registry/kept")
    down()
    with socket.create_server(("127.0.0.1", int(location.rpartition(":")[2]))):
        action, elsewhere = up()
    assert action is Up.CREATED
    assert elsewhere != location
    assert answers(elsewhere)
    engine.docker("cp", f"{NAME}:/var/lib/registry/kept", "-")


def test_an_image_of_ones_own(engine: Engine) -> None:
    engine.docker("tag", "registry:3", "mine:1")
    up(image="mine:1")
    assert containers(engine) == [f"{NAME} mine:1 running"]
    with pytest.raises(RequestError, match="a registry of mine:1 runs already"):
        up(image="registry:3")
    down()
    assert up()[0] is Up.STARTED
    assert containers(engine) == [f"{NAME} mine:1 running"]
    down()
    assert up(image="registry:3")[0] is Up.CREATED
    assert containers(engine) == [f"{NAME} registry:3 running"]


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "5_0", ""])
def test_what_is_no_port(port: str) -> None:
    with pytest.raises(RequestError, match="no port"):
        up(port)


def test_an_image_that_cannot_be_pulled(engine: Engine) -> None:
    with pytest.raises(EngineError, match=r"did not pull 127\.0\.0\.1:1/nonesuch:1: .*refused") as raised:
        up(image="127.0.0.1:1/nonesuch:1")
    assert "--image" in raised.value.hint
    assert "`docker image ls`" in raised.value.hint
    assert "`registry: .registry` is a folder" in raised.value.hint
    assert containers(engine) == []


def test_an_image_that_is_no_registry_leaves_no_container(engine: Engine) -> None:
    commit(engine, "broken:1", "/nonesuch")
    with pytest.raises(EngineError, match="nonesuch"):
        up(image="broken:1")
    assert containers(engine) == []
    assert up()[0] is Up.CREATED


def test_a_registry_that_ends_at_once_says_why(engine: Engine) -> None:
    program, *_ = json.loads(engine.docker("inspect", "--format={{json .Config.Entrypoint}}", "registry:3"))
    commit(engine, "ends:1", program, "serve", "/nowhere.yml")
    with pytest.raises(EngineError, match=r"ended as soon as it had begun: .*/nowhere\.yml"):
        up(image="ends:1")
    assert containers(engine) == []


def test_two_at_once_leave_one_that_runs(repo: Repo, engine: Engine) -> None:
    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(lambda _: inv(repo, "registry.up").code, range(3)))
    assert 0 in codes
    assert containers(engine) == [f"{NAME} registry:3 running"]
    action, location = up()
    assert action is Up.RUNNING
    assert answers(location)


def test_one_that_was_paused_does_not_answer(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    up()
    engine.docker("pause", NAME)
    monkeypatch.setattr("flux.registry.container._SECONDS", 0)
    with pytest.raises(EngineError, match="does not answer"):
        up()
    engine.docker("unpause", NAME)
    assert up()[0] is Up.RUNNING
