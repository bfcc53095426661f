"""What the next word can be, as Python knows it and as people see it in their shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flux.tasks import ns
from flux.tasks.completion import COMMAND, OPTION, WantedWords, find_wanted
from tests import parts
from tests.commands.invoking import monorepo
from tests.conftest import need
from tests.repo import Repo
from tests.terminal import Terminal

COMMANDS = {word: ns[word] for name, aliases in ns.task_names.items() for word in (name, *aliases)}


def wanted(line: str) -> WantedWords:
    return find_wanted(line.split(" "), COMMANDS)


@pytest.mark.parametrize(
    ("line", "kind", "typed"),
    [
        ("", COMMAND, ""),
        ("pro", COMMAND, "pro"),
        ("--he", OPTION, "--he"),
        ("check bui", COMMAND, "bui"),
        ("check --json bui", COMMAND, "bui"),
        ("build --", OPTION, "--"),
        ("build -a es", "artifact", "es"),
        ("build --artifact es", "artifact", "es"),
        ("build -a eso ta", COMMAND, "ta"),
        ("build --digests ", "digests", ""),
        ("promote es", "artifact", "es"),
        ("promote eso --dry-run pr", "environment", "pr"),
        ("promote eso prod 1.", "version", "1."),
        ("promote eso prod 1.0.0 ", COMMAND, ""),
        ("promote eso tag", "environment", "tag"),
        ("rollback eso prod --to ", "to", ""),
        ("log ", "artifact", ""),
        ("log eso ", "environment", ""),
        ("issue ", "tag", ""),
        ("open ", "what", ""),
    ],
)
def test_what_the_next_word_is(line: str, kind: str, typed: str) -> None:
    found = wanted(line)
    assert (found.kind, found.typed, found.begin) == (kind, typed, "")


def test_a_list_of_artifacts_and_a_value_behind_its_option() -> None:
    assert wanted("build -a eso,ce") == WantedWords("artifact", "ce", "eso,", "build")
    assert wanted("tag --artifact=eso,ce") == WantedWords("artifact", "ce", "--artifact=eso,", "tag")
    assert wanted("promote eso prod ").given == ("eso", "prod")


# In each shell. Its words come from the program, which stands beside `inv`.

LINES = [
    ("inv promote cert", "cert-manager"),
    ("inv promote eso pro", "prod"),
    ("inv promote eso prod 2", "2.0.0"),
    ("flux-artifacts publish flux-oci-eso-v1.0", "flux-oci-eso-v1.0.0"),
    ("inv tag -a eso,cert", "eso,cert-manager"),
    ("inv recon", "reconcile"),
    ("flux-artifacts build --ch", "--changed"),
    ("inv own_", "own-task"),
]


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """It has a task of its own, too."""
    phases = {"at": ["at_ring1"], "prod": ["prod_ring1"]}
    files = {"artifacts/eso/x.yaml": "a: 1\n", "artifacts/cert-manager/x.yaml": "b: 1\n"}
    made = monorepo(tmp_path_factory.mktemp("shells") / "repo", files, {"phases": phases})
    made.write(
        "tasks.py",
        "from invoke import task\nfrom flux.tasks import ns\n\n\n@task\ndef own_task(c):\n    pass\n\n\n"
        "ns.add_task(own_task)\n",
    )
    made.commit("a task")
    for version in ("1.0.0", "2.0.0"):
        made.tag(f"flux-oci-eso-v{version}")
    bin_ = made.path.parent / "bin"
    bin_.mkdir()
    for name, module in (("inv", "invoke"), ("flux-artifacts", "flux.program")):
        program = bin_ / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m {module} "$@"\n')
        program.chmod(0o755)
    return made


def environment(repo: Repo) -> dict[str, str]:
    path = f"{repo.path.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(Path(__file__).parents[2]), "PS1": "$ ", "HISTFILE": ""}


def script(shell: str) -> str:
    command = [sys.executable, "-m", "flux.program", "--print-completion-script", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def at_a_shell(repo: Repo, command: list[str], start: str) -> None:
    """Each line is typed, then Tab, then a key that shows the line as it is now."""
    with Terminal(command, repo.path, environment(repo), columns=200) as terminal:
        terminal.press(f"{start}; echo rea''dy\n")
        terminal.wait_for(r"(?m)^ready")
        for typed, completed in LINES:
            if "own_" in typed:
                typed = typed.replace("own_", "own-")
            terminal.forget()
            terminal.press(f"{typed}\t")
            terminal.wait_for(f"{typed.rpartition(' ')[0]} {completed}")
            terminal.press("\x15")


@pytest.mark.stories
def test_bash(repo: Repo) -> None:
    repo.path.joinpath("../bash.sh").write_text(script("bash"))
    bash = need(lambda: parts.shell("bash"))
    at_a_shell(repo, [bash, "--norc", "-i"], "source ../bash.sh")


@pytest.mark.stories
def test_zsh(repo: Repo) -> None:
    repo.path.joinpath("../zsh.sh").write_text(script("zsh"))
    zsh = need(lambda: parts.shell("zsh"))
    start = "autoload -Uz compinit && compinit -u -D && source ../zsh.sh"
    at_a_shell(repo, [zsh, "-f", "-i"], start)


@pytest.mark.stories
def test_fish(repo: Repo) -> None:
    repo.path.joinpath("../completion.fish").write_text(script("fish"))
    fish = need(lambda: parts.shell("fish"))
    for typed, completed in LINES:
        line = typed.replace("own_", "own-")
        code = f"source ../completion.fish; complete -C '{line}'"
        done = subprocess.run(
            [fish, "--no-config", "-c", code],
            cwd=repo.path,
            env={**os.environ, **environment(repo)},
            capture_output=True,
            text=True,
        )
        assert completed in done.stdout.split("\n"), (typed, done.stdout, done.stderr)


def test_another_shell_is_refused() -> None:
    command = [sys.executable, "-m", "flux.program", "--print-completion-script", "tcsh"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[1] == "hint: say one of bash, fish, zsh"
    assert shutil.which("sh")


def test_what_is_wrong_completes_nothing(tmp_path: Path) -> None:
    """Neither a folder without a clone nor settings that are wrong print anything."""
    for content in ("flux: {jobs: x}\n", "flux: {}\n"):
        (tmp_path / "invoke.yaml").write_text(content)
        command = [sys.executable, "-m", "flux.program", "--complete", "--", "promote", ""]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
