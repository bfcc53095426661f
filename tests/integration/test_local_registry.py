"""`inv registry.up` and `inv registry.down` in a real engine."""

import json
import shutil
import socket
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.commands.registry.down import Down, bring_down
from flux.commands.registry.up import Up, bring_up
from flux.errors import EngineError, RequestError
from tests import parts
from tests.commands.helpers import inv, monorepo
from tests.conftest import need
from tests.engine import Engine
from tests.repo import Repo

NAME = "flux-artifacts-registry"


@pytest.fixture
def engine(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The engine that `docker` speaks to, with nothing in it before and after."""
    monkeypatch.setenv("DOCKER_HOST", docker_engine.host)
    yield docker_engine
    for container in docker_engine.docker("ps", "--all", "--quiet").split():
        docker_engine.docker("rm", "--force", container)
    for volume in volumes(docker_engine):
        docker_engine.docker("volume", "rm", volume)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    files = {"artifacts/a/a.yaml": "a: 1\n"}
    return monorepo(tmp_path / "repo", files, {"source": "https://example.com/x"})


def up(port: object = None, image: str | None = None, dry_run: bool = False) -> tuple[Up, str]:
    """What was done, and where the registry is."""
    local = bring_up(None if port is None else str(port), image, dry_run)
    return local.action, local.registry.location


def down(purge: bool = False, dry_run: bool = False) -> Down:
    return bring_down(purge, dry_run)


def answers(location: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{location.removeprefix('oci://')}/v2/"):
            return True
    except OSError:
        return False


def containers(engine: Engine) -> list[str]:
    return engine.docker("ps", "--all", "--format={{.Names}} {{.Image}} {{.State}}").splitlines()


def volumes(engine: Engine) -> list[str]:
    return engine.docker("volume", "ls", "--quiet").splitlines()


def commit(engine: Engine, name: str, *entrypoint: str) -> None:
    """An image as the registry's, but for what it runs."""
    container = engine.docker("create", "registry:3")
    engine.docker("commit", f"--change=ENTRYPOINT {json.dumps(entrypoint)}", container, name)
    engine.docker("rm", container)


def test_the_story(repo: Repo, engine: Engine) -> None:
    def run(*arguments: str) -> str:
        done = inv(repo, *arguments)
        assert (done.code, done.err) == (0, "")
        return done.out

    def build(location: str) -> str:
        done = inv(repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": location})
        assert done.code == 0, done.said
        return str(done.document["artifacts"][0]["action"])

    first = run("registry.up").splitlines()
    found = json.loads(run("registry.up", "--json"))
    location = found["registry"]
    assert first == [
        f"{location}: created, registry:3",
        f"set `registry: {location}` in invoke.yaml, or `export INVOKE_FLUX_REGISTRY={location}`",
    ]
    names = {"image": "registry:3", "container": NAME, "volume": NAME}
    assert found == {"registry": location, "action": "running", **names}
    assert build(location) == "pushed"

    assert run("registry.down") == "registry: stopped; its data stay (`--purge` drops them)\n"
    assert not answers(location)
    down = "registry: none runs; the data of the last one stay (`--purge` drops them)\n"
    assert run("registry.down") == down
    assert json.loads(run("registry.down", "--json")) == {"action": "down"}
    assert run("registry.up").startswith(f"{location}: started again, registry:3\n")
    assert build(location) == "unchanged"

    assert run("registry.down", "--purge") == "registry: removed, with its data\n"
    assert (containers(engine), volumes(engine)) == ([], [])
    assert json.loads(run("registry.down", "--json")) == {"action": "absent"}
    run("registry.up", f"--port={location.rpartition(':')[2]}")
    assert build(location) == "pushed"


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


def test_the_doctor_finds_the_engine_and_the_registry(repo: Repo, engine: Engine) -> None:
    _, location = up()
    done = inv(repo, "doctor", env={"INVOKE_FLUX_REGISTRY": location})
    assert done.code == 0, done.said
    version = engine.docker("version", "--format={{.Server.Version}}")
    assert f"ok      engine: a container engine answers, of version {version}" in done.out.splitlines()
    host = location.removeprefix("oci://")
    assert f"ok      registry: {host}/a can be read and written" in done.out.splitlines()


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


def test_a_dry_run_does_nothing(engine: Engine) -> None:
    assert up(dry_run=True)[0] is Up.CREATED
    assert (containers(engine), volumes(engine)) == ([], [])
    up()
    assert (down(dry_run=True), down(purge=True, dry_run=True)) == (Down.STOPPED, Down.PURGED)
    assert (containers(engine), volumes(engine)) == ([f"{NAME} registry:3 running"], [NAME])
    down()
    assert up(dry_run=True)[0] is Up.STARTED
    assert containers(engine) == [f"{NAME} registry:3 exited"]


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


@pytest.mark.parametrize("command", ["registry.up", "registry.down"])
def test_no_engine_at_all(repo: Repo, command: str, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(str(shutil.which("git")))
    done = inv(repo, command, env={"PATH": str(tmp_path / "bin")})
    assert (done.code, done.out) == (1, "")
    assert "there is no container engine" in done.err
    assert "`registry: .registry` is a folder" in done.err
    assert "any registry program" in done.err


def test_an_engine_that_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need(parts.docker_engine)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nowhere.sock")
    with pytest.raises(EngineError, match="does not answer: Cannot connect to the Docker daemon") as raised:
        up()
    assert "systemctl start docker" in raised.value.hint
    assert "`registry: .registry` is a folder" in raised.value.hint


def test_a_docker_that_cannot_be_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "docker").write_bytes(b"\x7fELF")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="docker could not be run: Exec format error"):
        up()
