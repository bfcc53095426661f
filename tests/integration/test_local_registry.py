"""`inv registry.up` and `inv registry.down` in a real engine."""

import json
import shutil
from pathlib import Path

import pytest

from flux.commands.registry.down import Down
from flux.commands.registry.up import Up
from flux.errors import EngineError
from tests import parts
from tests.commands.invoking import inv
from tests.commands.registry.engines import NAME, answers, containers, down, up, volumes
from tests.commands.registry.engines import engine as engine
from tests.commands.registry.engines import repo as repo
from tests.conftest import need
from tests.documents import result
from tests.engine import Engine
from tests.repo import Repo


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
    found = result(json.loads(run("registry.up", "--json")))
    location = found["registry"]
    assert first == [
        f"{location}: created, registry:3",
        f"set `registry: {location}` in invoke.yaml, or `export INVOKE_FLUX_REGISTRY={location}`",
    ]
    names = {"image": "registry:3", "container": NAME, "volume": NAME}
    assert found == {"registry": location, "action": "running", **names}
    assert build(location) == "pushed"

    assert run("registry.down") == "registry: stopped; its data stays (`--purge` deletes it)\n"
    assert not answers(location)
    down = "registry: none runs; the data of the last one stays (`--purge` deletes it)\n"
    assert run("registry.down") == down
    assert result(json.loads(run("registry.down", "--json"))) == {"action": "down"}
    assert run("registry.up").startswith(f"{location}: started again, registry:3\n")
    assert build(location) == "unchanged"

    assert run("registry.down", "--purge") == "registry: removed, with its data\n"
    assert (containers(engine), volumes(engine)) == ([], [])
    assert result(json.loads(run("registry.down", "--json"))) == {"action": "absent"}
    run("registry.up", f"--port={location.rpartition(':')[2]}")
    assert build(location) == "pushed"


def test_the_doctor_finds_the_engine_and_the_registry(repo: Repo, engine: Engine) -> None:
    _, location = up()
    done = inv(repo, "doctor", env={"INVOKE_FLUX_REGISTRY": location})
    assert done.code == 0, done.said
    version = engine.docker("version", "--format={{.Server.Version}}")
    assert f"ok      engine: a container engine answers, version {version}" in done.out.splitlines()
    host = location.removeprefix("oci://")
    said = f"warning registry: {host}/a can be read and written, but none of "
    assert any(line.startswith(said) for line in done.out.splitlines())


def test_a_dry_run_does_nothing(engine: Engine) -> None:
    assert up(dry_run=True)[0] is Up.CREATED
    assert (containers(engine), volumes(engine)) == ([], [])
    up()
    assert (down(dry_run=True), down(purge=True, dry_run=True)) == (Down.STOPPED, Down.PURGED)
    assert (containers(engine), volumes(engine)) == ([f"{NAME} registry:3 running"], [NAME])
    down()
    assert up(dry_run=True)[0] is Up.STARTED
    assert containers(engine) == [f"{NAME} registry:3 exited"]


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
