"""Invoke's own program, `inv`, refuses a line as `flux-artifacts` does, and ends where nobody reads on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.invoking import Finished, monorepo
from tests.repo import Repo

OTHERS = """
from invoke import Collection, task
from flux.tasks import ns as flux

@task
def lint(context, path):
    print(path)

ns = Collection(lint, flux=flux)
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})


def run(repo: Repo, *words: str) -> Finished:
    done = subprocess.run(
        [sys.executable, "-m", "invoke", *words], cwd=repo.path, capture_output=True, text=True
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("promote", "app"), "promote needs ENVIRONMENT", "say `inv promote ARTIFACT ENVIRONMENT [VERSION]"),
        (("build", "app"), "build takes no word 'app'", "say `inv build -a app`"),
        (("freeze", "--hepl"), "freeze has no option '--hepl'", "its options are --reason, --phase"),
        (("promote", "-x", "prod"), "promote has no option '-x'", "its options are --artifact"),
        (("biuld",), "there is no command 'biuld'", "did you mean build?"),
        (("--list", "nonesuch"), "Sub-collection 'nonesuch' not found", "`inv --list` shows what there is"),
    ],
)
def test_a_line_that_is_wrong(repo: Repo, words: tuple[str, ...], message: str, hint: str) -> None:
    done = run(repo, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}\nhint: {hint}")


def test_help_is_not_a_word(repo: Repo) -> None:
    done = run(repo, "freeze", "--help")
    assert done.code == 0
    assert done.out.startswith("Usage: inv freeze REASON [PHASE] [--until TIME] [-n] [-j]\n")
    assert not (repo.path / ".forge").exists()


def test_settings_that_cannot_be_read(repo: Repo) -> None:
    repo.write("invoke.yaml", "flux:\n  phases: [a\n")
    done = run(repo, "list")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: invoke.yaml is not a configuration, line 3\nhint: ")


def test_programs_are_told_in_json(repo: Repo) -> None:
    done = run(repo, "promote", "app", "-j")
    assert done.code == 2
    (error,) = json.loads(done.out)["errors"]
    assert error["message"] == "promote needs ENVIRONMENT"


def test_tasks_of_somebody_else_are_left_to_invoke(repo: Repo) -> None:
    repo.write("tasks.py", OTHERS)
    done = run(repo, "lint")
    assert done.code == 1
    assert "'lint' did not receive required positional arguments: 'path'" in done.err
    assert run(repo, "lint", "here").out == "here\n"
    assert "promote needs ENVIRONMENT" in run(repo, "flux.promote", "app").err
    assert "Usage: inv promote ARTIFACT" in run(repo, "flux.promote", "--help").out
    assert "Usage: inv[oke] [--core-opts] lint" in run(repo, "--help", "lint").out


@pytest.mark.parametrize("words", [("--list",), ("--help", "build"), ("build", "--help"), ()])
def test_a_pipe_that_nobody_reads(repo: Repo, words: tuple[str, ...]) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    with os.fdopen(ours) as closed:
        done = subprocess.run(
            [sys.executable, "-m", "invoke", *words], cwd=repo.path, stdout=closed, stderr=subprocess.PIPE
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk(repo: Repo) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "invoke", "--list"], cwd=repo.path, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: the output could not be written")
    assert len(done.stderr.splitlines()) == 1
