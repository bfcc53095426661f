"""What is said of a container engine that cannot be used, whatever stands for `docker`."""

from pathlib import Path

import pytest

from flux.errors import EngineError
from flux.registry.container import Engine


def refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> EngineError:
    """What is said where `docker` is a shell script."""
    (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(EngineError) as raised:
        Engine()
    assert "`registry: .registry` is a folder" in raised.value.hint
    return raised.value


@pytest.mark.stories
def test_an_engine_that_takes_connections_and_answers_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux.registry.container._ANSWER_SECONDS", 1)
    error = refusal(tmp_path, monkeypatch, "exec sleep 60")
    assert error.message == "the container engine does not answer within 1 seconds"
    assert "systemctl restart docker" in error.hint


@pytest.mark.parametrize("said", ["", "{}", "[]", '{"Server": null}', "nonsense"])
def test_an_engine_that_does_not_tell_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    (tmp_path / "docker").write_text(f"#!/bin/sh\necho '{said}'\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert Engine().version == "of a version that it does not tell"


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?",
            "start it (`sudo systemctl start docker`, or Docker Desktop), or do without",
        ),
        (
            "permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock",
            "`sudo usermod -aG docker $USER`, then log in again, or do without",
        ),
        (
            "Cannot connect to Podman. Please verify your connection to the Linux system",
            "start it (`systemctl --user start podman.socket`, or `podman machine start`), or do without",
        ),
    ],
)
def test_the_remedy_is_for_what_the_engine_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, remedy: str
) -> None:
    error = refusal(tmp_path, monkeypatch, f"echo '{said}' >&2; exit 1")
    assert error.message == f"the container engine does not answer: {said}"
    assert error.hint.startswith(remedy)
