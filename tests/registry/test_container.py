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
