"""What is typed into a shell runs there, with the streams of this process."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from flux.errors import FluxError
from flux.shell import Shell, name_of_inv

_TYPE = (
    "from pathlib import Path; from flux.shell import Shell; Shell(Path('.'), {}).type('git log --oneline')"
)


def in_terminal(folder: Path, **env: str) -> str:
    """What a terminal gets of a command typed there."""
    terminal, end = pty.openpty()
    command = [sys.executable, "-c", _TYPE]
    environment = {**os.environ, "TERM": "xterm", **env}
    subprocess.run(command, cwd=folder, env=environment, stdout=end, stderr=end, check=True)
    os.close(end)
    printed = os.read(terminal, 65536).decode()
    os.close(terminal)
    return printed


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message=first"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_colours_are_for_terminals(repository: Path) -> None:
    assert "\x1b[" in in_terminal(repository)
    plain = in_terminal(repository, NO_COLOR="1")
    assert "first" in plain
    assert "\x1b" not in plain
    piped = subprocess.run([sys.executable, "-c", _TYPE], cwd=repository, capture_output=True, check=True)
    assert b"first" in piped.stdout
    assert b"\x1b" not in piped.stdout


def test_a_command_has_the_variables_and_no_event(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    shell = Shell(tmp_path, {"INVOKE_FLUX_FORGE": "local"})
    shell.type(
        'echo "$INVOKE_FLUX_FORGE, ${GITHUB_ACTIONS-none}" > x; pwd; cat'
    )  # nothing to read: no waiting
    assert (tmp_path / "x").read_text() == "local, none\n"
    assert capfd.readouterr().out == f"{tmp_path}\n"


def test_inv_is_this_interpreters(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Shell(tmp_path, {"PATH": os.defpath}).type("inv --version")
    assert capfd.readouterr().out.startswith("Invoke ")
    named = subprocess.run(["/bin/sh", "-c", f"{name_of_inv()} --version"], capture_output=True, check=True)
    assert named.stdout.startswith(b"Invoke ")


def test_a_command_that_fails(tmp_path: Path) -> None:
    with pytest.raises(FluxError, match="`exit 3` failed with exit code 3"):
        Shell(tmp_path, {}).type("exit 3")
