"""A command in a process that was warm does what it does in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import warm
from tests.commands.invoking import Finished, inv, monorepo
from tests.repo import Repo

COLD = {"PYTHONNODEBUGRANGES": "1"}  # read when Python starts, and of no consequence here


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "monorepo", {"artifacts/app/x.yaml": "a: 1\n"}, {"registry": ".registry"})


def both(repo: Repo, *arguments: str, **env: str) -> Finished:
    done = inv(repo, *arguments, env=env)
    assert done == inv(repo, *arguments, env=env | COLD)
    return done


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--list",), 0),
        (("list", "build", "--json", "-n"), 0),
        (("build", "-a", "nonesuch"), 2),
        (("nonesuch",), 2),
    ],
)
def test_it_says_the_same(repo: Repo, arguments: tuple[str, ...], code: int) -> None:
    assert not warm.is_like_ours({**os.environ, **COLD})
    assert both(repo, *arguments).code == code


def test_each_has_settings_of_its_own_from_the_environment(repo: Repo) -> None:
    assert both(repo, "build", "-n", INVOKE_FLUX_PARALLEL="none").code == 2
    assert inv(repo, "build", "-n").code == 0


def test_folder_umask_and_path_are_those_that_are_given(repo: Repo) -> None:
    assert inv(repo.path / "artifacts", "build", "--json", umask=0o077).code == 0
    (layout,) = (repo.path / ".registry").rglob("oci-layout")
    assert layout.stat().st_mode & 0o777 == 0o600


def test_what_takes_too_long_is_killed_and_the_next_one_runs(repo: Repo, tmp_path: Path) -> None:
    sleeping = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    begin = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(["list"], repo.path, sleeping, -1, 0.5)
    assert time.monotonic() - begin < 30
    assert inv(repo, "build", "--dry-run").code == 0


def test_it_ends_with_who_started_it(repo: Repo) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tests import warm;"
        "warm.run(['--list'], Path(sys.argv[1]), os.environ, -1, 60); print(warm._waiting()._process.pid)"
    )
    command = [sys.executable, "-c", script, str(repo.path)]
    pid = int(subprocess.run(command, cwd=warm.ROOT, check=True, capture_output=True).stdout)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
