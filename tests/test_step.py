"""A build step runs on nothing but its export, cut off, and within bounds."""

import socket
import subprocess
import time
from pathlib import Path

import pytest

from flux import step as module
from flux.artifact.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, Content, File
from flux.errors import ContentError
from flux.step import BuildStep, run
from tests.namespaces import namespaces as namespaces

TIME = 1_767_225_600


def made(
    command: str,
    files: dict[str, bytes | tuple[int, bytes]] | None = None,
    output: str = "",
    network: bool = False,
) -> dict[str, tuple[int, bytes]]:
    given = [
        (File(path, *((what[0], "") if isinstance(what, tuple) else (REGULAR, ""))), what)
        for path, what in (files or {}).items()
    ]
    exported = [(file, Content.of(what[1] if isinstance(what, tuple) else what)) for file, what in given]
    return {
        one.path: (one.mode, one.content) for one in run(BuildStep(command, output, TIME, network), exported)
    }


def test_it_sees_a_clean_export() -> None:
    files: dict[str, bytes | tuple[int, bytes]] = {
        "a/x": b"x",
        "run": (EXECUTABLE, b"#!/bin/sh\nid -u\n"),
        "link": (SYMLINK, b"a/x"),
        "sub": (SUBMODULE, b""),
    }
    shown = made(
        "find . | sort > ../tmp/l; stat -c '%a %Y %n' a a/x run > out; cat ../tmp/l link >> out", files
    )
    assert shown["out"][1].decode().split("\n") == [
        *(f"755 {TIME} a", f"644 {TIME} a/x", f"755 {TIME} run"),
        *(".", "./a", "./a/x", "./link", "./run", "./sub", "x"),
    ]
    assert shown["link"] == (SYMLINK, b"a/x")
    assert shown["run"][0] == EXECUTABLE


def test_it_gets_nothing_of_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no temporary folder of a step begins with this path, wherever they are
    monkeypatch.setenv("GITHUB_TOKEN", "secret-1")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    script = "env > e; umask > u; pwd > d; cat /proc/$PPID/environ /proc/*/environ > p 2>/dev/null || true"
    found = {name: content.decode("utf-8", "replace") for name, (_, content) in made(script).items()}
    names = {line.partition("=")[0] for line in found["e"].splitlines()}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {
        *("PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "SOURCE_DATE_EPOCH")
    }
    assert f"SOURCE_DATE_EPOCH={TIME}" in found["e"]
    assert "TZ=UTC" in found["e"]
    assert found["u"] == "0022\n"
    assert "secret-1" not in "".join(found.values())
    assert str(Path.cwd()) not in found["d"]


def test_each_way_that_works_here_keeps_a_step_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Util-linux and bubblewrap, where a machine has both."""
    monkeypatch.setenv("GITHUB_TOKEN", "secret-1")
    ways = [way for way in module._WAYS[False] if module._works(way)]
    assert ways
    for way in ways:
        monkeypatch.setattr(module, "_apart", lambda network, way=way: way)
        script = "tail -n +3 /proc/net/dev > n; cat /proc/*/environ > p 2>/dev/null || true; (sleep 60 &)"
        began = time.monotonic()
        found = {name: content for name, (_, content) in made(script).items()}
        assert time.monotonic() - began < 30
        assert [line.split(b":")[0].strip() for line in found["n"].splitlines()] == [b"lo"]
        assert b"secret-1" not in found["p"]


def test_it_has_no_network_unless_it_may() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = ("127.0.0.1", server.getsockname()[1])
        dial = f'python3 -c "import socket; socket.create_connection({place})"'
        with pytest.raises(ContentError, match=r"failed with exit code 1: .*(unreachable|refused)"):
            made(f"{dial}; touch x")
        assert made(f"{dial}; touch x", network=True).keys() == {"x"}


def test_without_namespaces_it_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_apart", module._apart.__wrapped__)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ContentError, match="this machine cannot take the network away") as refused:
        made("echo x > x")
    assert "prepare_network" in refused.value.hint
    assert made("echo x > x", network=True) == {"x": (REGULAR, b"x\n")}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo one; echo 'two\x1b[31m' >&2; exit 3", r"failed with exit code 3: two\[31m$"),
        ("false; echo never > x", "failed with exit code 1: it said nothing"),
        ("no-such-command", "failed with exit code 127: .*not found"),
        ("mkfifo pipe", "made pipe, which is not a file"),
        ("head -c 1001 /dev/zero > x", "made more than 1000 bytes"),
        ("head -c 600 /dev/zero > x; mkdir y; head -c 600 /dev/zero > y/z", "made more than 1000 bytes"),
        ("for i in 1 2 3; do mkdir $i; touch $i/x $i/y; done", "made more than 5 files"),
        ("head -c 30000 /dev/zero > x", "failed with exit code"),
    ],
)
def test_why_it_fails(command: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    monkeypatch.setattr(module, "MOST_FILES", 5)
    monkeypatch.setattr(module, "_LARGEST_FILE", 40)
    with pytest.raises(ContentError, match=said):
        made(command)


@pytest.mark.parametrize("command", ["true", "touch out", "ln -s / out", "ln -s /etc out"])
def test_an_output_that_is_no_folder_of_its_own(command: str) -> None:
    with pytest.raises(ContentError, match="left no folder out"):
        made(command, output="out")


def test_no_link_is_followed() -> None:
    found = made("mkdir out; ln -s /etc/passwd out/a; ln -s /etc out/b; echo x > out/c", output="out")
    assert found == {"a": (SYMLINK, b"/etc/passwd"), "b": (SYMLINK, b"/etc"), "c": (REGULAR, b"x\n")}


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git/config", "a/.GIT/hooks/x", "/x", "a//x"])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ContentError, match="is not the path of a file"):
        made("true", {path: b"x"})


def test_it_is_ended_with_all_that_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(ContentError, match=r"did not end within 0\.5 seconds"):
        made("(setsid sleep 98765 &) ; sleep 98765")
    assert time.monotonic() - began < 10
    monkeypatch.setattr(module, "SECONDS", 60)
    made("(setsid sleep 98765 > /dev/null 2>&1 &) ; touch x")
    time.sleep(0.1)
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 98765" not in running
