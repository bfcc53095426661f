"""The console script: a monorepo without tasks.py, and lines that are wrong."""

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from tests.commands.invoking import Finished, inv, monorepo
from tests.repo import Repo

SCRIPT = Path(sys.executable).with_name("flux-artifacts")


def run(folder: Path, *arguments: str, **env: str) -> Finished:
    command = [sys.executable, "-m", "flux.program", *arguments]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A monorepo that has settings, and no tasks.py."""
    made = monorepo(tmp_path / "repo", {"components/app/x.yaml": "app: 1\n"}, {"sources": "components"})
    made.remove("tasks.py")
    made.commit("without tasks")
    return made


def test_the_console_script_is_ours() -> None:
    (script,) = entry_points(group="console_scripts", name="flux-artifacts")
    assert script.value == "flux.program:main"


def test_the_script_says_which_it_is(repo: Repo) -> None:
    if not SCRIPT.exists():
        pytest.skip("flux-artifacts is not installed: pip install -e .")
    said = subprocess.run([SCRIPT, "--version"], cwd=repo.path, capture_output=True, text=True, check=True)
    assert said.stdout == f"flux-artifacts {version('flux-artifacts')}, Invoke {version('invoke')}\n"
    wrong = subprocess.run([SCRIPT, "tag", "-a", "ap"], cwd=repo.path, capture_output=True, text=True)
    assert wrong.returncode == 2
    refused = subprocess.run([SCRIPT, "issue.apply", "x"], cwd=repo.path, capture_output=True, text=True)
    assert refused.stderr.splitlines()[1] == "hint: say it as `flux-artifacts issue.apply 3`"


def test_it_needs_no_tasks_and_finds_the_settings_above(repo: Repo) -> None:
    for folder in (repo.path, repo.path / "components" / "app"):
        done = run(folder, "build", "--json", "-n")
        assert done.code == 0, done.said
        assert [each["artifact"] for each in done.document["artifacts"]] == ["app"]
    assert inv(repo, "build").code == 1, "Invoke wants a tasks.py"


def test_variables_are_settings_here_too(repo: Repo) -> None:
    done = run(repo.path, "list", INVOKE_FLUX_SOURCES="")
    assert done.code == 2
    assert "INVOKE_FLUX_SOURCES" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("biuld",), "there is no command 'biuld'"),
        (("build", "app"), "build takes no word 'app'"),
        (("promote", "app"), "promote needs ENVIRONMENT"),
        (("tag", "-a"), "-a needs the name of an artifact"),
        (("-w", "tag"), "--warn-only does nothing here"),
        (("--list-depth", "x", "--list"), "--list-depth and --command-timeout take a number"),
        (("--nonesuch", "tag"), "there is no option '--nonesuch'"),
        (("--help", "nonesuch"), "there is no command 'nonesuch'"),
    ],
)
def test_a_line_that_is_wrong(repo: Repo, arguments: tuple[str, ...], message: str) -> None:
    done = run(repo.path, *arguments)
    assert (done.code, done.out) == (2, "")
    said, hint = done.err.splitlines()
    assert said == f"error: {message}"
    assert hint.startswith("hint: ")
    in_job = run(repo.path, *arguments, GITHUB_ACTIONS="true")
    assert in_job.said.startswith("::error::")
    assert not (repo.path / ".registry").exists()


@pytest.mark.parametrize("content", ["flux: [", "- a\n", "just words\n", "flux:\n\tx: 1\n"])
def test_settings_that_cannot_be_read(repo: Repo, content: str) -> None:
    repo.write("invoke.yaml", content)
    done = run(repo.path, "list")
    assert done.code == 2
    assert done.err.startswith("error: invoke.yaml is not a configuration")
    assert len(done.err.splitlines()) == 2


def test_a_file_of_settings_by_name(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"flux": {"sources": "elsewhere"}}))
    assert run(repo.path, "-f", str(tmp_path / "other.json"), "list", "--json").result == {"artifacts": []}
    assert run(repo.path, "-f", str(tmp_path / "other.txt"), "list").code == 2


def test_help_shows_words_in_their_order(repo: Repo) -> None:
    for arguments in (
        ("--help", "promote"),
        ("promote", "--help"),
        ("promote", "-h"),
        ("build", "promote", "-h"),
    ):
        done = run(repo.path, *arguments)
        assert done.code == 0
        usage = "promote ARTIFACT ENVIRONMENT [VERSION] [--override REASON] [-n] [-j]"
        assert " ".join(done.out.split()).startswith(f"Usage: flux-artifacts {usage} For example")
        assert "flux-artifacts promote eso prod 3.10.0" in done.out
    assert "-a, --artifact NAME" in run(repo.path, "build", "--help").out
    assert "--echo" not in run(repo.path).out


def test_it_waits_for_nothing_heavy() -> None:
    code = "import flux.program, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"flux.program", "flux.tasks"} <= set(loaded)
    assert not {"rich", "semver", "urllib3", "flux.git", "flux.report", "flux.settings"} & set(loaded)
