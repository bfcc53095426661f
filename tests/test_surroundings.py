"""Where commands run: streams that are closed or full, folders that are read-only, and poor terminals."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands.invoking import Finished, monorepo
from tests.repo import Repo
from tests.terminal import Terminal

pytestmark = pytest.mark.stories

INV = (sys.executable, "-m", "invoke")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return monorepo(tmp_path_factory.mktemp("around") / "repo", {"artifacts/app/x.yaml": "a: 1\n"})


def shell(repo: Repo, line: str, env: Mapping[str, str] | None = None) -> Finished:
    """A line as a shell runs it; `inv` and `flux-artifacts` are this interpreter's."""
    names = (
        f'inv() {{ {sys.executable} -m invoke "$@"; }}; flux() {{ {sys.executable} -m flux.program "$@"; }}; '
    )
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", names + line],
        cwd=repo.path,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("inv list >&-", 0),
        ("inv list --json >&-", 0),
        ("inv list <&- >&- 2>&-", 0),
        ("inv tag -a nope 2>&-", 2),
        ("inv list | true", 0),
        ("inv list --json | head -c 1", 0),
        ("flux --list | true", 0),
        ("inv list >/dev/full", 1),
        ("inv list --json >/dev/full", 1),
        ("flux --help >/dev/full", 1),
    ],
)
def test_streams_that_are_closed_or_full(repo: Repo, line: str, code: int) -> None:
    done = shell(repo, line)
    assert done.code == code, done.said
    assert len(done.err.splitlines()) == (code == 1)


@pytest.mark.parametrize("file", ["nowhere/digests.json", "artifacts"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_done(repo: Repo, file: str) -> None:
    for command in ("build", "reconcile", "publish flux-oci-app-v1.0.0"):
        done = shell(repo, f"inv {command} --digests {file}")
        assert (done.code, len(done.err.splitlines())) == (2, 2), done.said
        assert not (repo.path / ".registry").exists()


def test_no_home(repo: Repo) -> None:
    for line in ("env -u HOME", "env HOME=/nonexistent", "env -u HOME -u USER -u LOGNAME -u TMPDIR"):
        done = shell(repo, f"{line} {' '.join(INV)} status -a app")
        assert (done.code, done.err) == (0, ""), done.said


def test_an_encoding_of_ascii_alone(repo: Repo) -> None:
    poor = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for line in ("inv list", "inv status", "inv build -n", "flux promote", "flux build --help"):
        done = shell(repo, line, poor)
        assert done.code in (0, 2)
        assert done.said.isascii(), done.said
    assert "----" in shell(repo, "inv list", poor).out


@pytest.mark.parametrize(
    ("env", "never"),
    [({"TERM": "dumb"}, "\x1b"), ({"NO_COLOR": "1"}, "\x1b[3"), ({"TERM": "dumb", "NO_COLOR": "1"}, "\x1b")],
)
def test_a_terminal_without_colours(repo: Repo, env: dict[str, str], never: str) -> None:
    for words in (("list",), ("status", "-a", "app"), ("tag", "-a", "nope")):
        with Terminal([*INV, *words], repo.path, env) as terminal:
            assert terminal.end() in (0, 2)
        assert never not in terminal.shown
        assert terminal.text.strip()


def test_interrupted_at_a_terminal(repo: Repo) -> None:
    """While it waits for a host that never answers."""
    import socket

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        env = {"INVOKE_FLUX_REGISTRY": f"oci://127.0.0.1:{deaf.getsockname()[1]}/x", "TERM": "dumb"}
        with Terminal([*INV, "build"], repo.path, env) as terminal:
            deaf.settimeout(60)
            connection, _ = deaf.accept()
            terminal.press("\x03")
            assert terminal.end() == 130
            connection.close()
    assert "interrupted; run the same command again" in terminal.text
    assert "Traceback" not in terminal.text


def test_folders_that_are_read_only(tmp_path: Path) -> None:
    """A clone that one may only read. Root may write all the same, unless it gives that right up."""
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"})
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    env = {**os.environ, "INVOKE_FLUX_FORGE": "local", "PYTHONDONTWRITEBYTECODE": "1"}
    repo.path.chmod(0o555)
    try:
        every = {"list": 0, "status": 0, "build -n": 0, "build": 1, "board": 1, "build --digests d.json": 2}
        for words, code in every.items():
            command = [*drop, *INV, *words.split()]
            done = subprocess.run(command, cwd=repo.path, env=env, capture_output=True, text=True)
            assert done.returncode == code, done.stderr
            assert "Traceback" not in done.stderr
            assert ("Permission denied" in done.stderr) == (code == 1)
            # Notices, an error and what to do.
            assert [line[:5] for line in done.stderr.splitlines()][-2:] == ["error", "hint:"] * (code > 0)
    finally:
        repo.path.chmod(0o755)
