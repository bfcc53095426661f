"""The examples of docs/ are true: each command prints what is written there.

An ellipsis stands for anything, and `sha256:abcd…` for a digest: the same letters for the same one, other
letters for another, all through the page. The progress that `inv` tells of is not shown.
"""

import os
import re
import shutil
import socket
import subprocess
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands.registry.engines import engine as engine
from tests.parts import RunRegistry
from tests.repo import Repo

ROOT = Path(__file__).parents[2]
_EXAMPLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_STEP = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_LABEL = re.compile(r"sha256:([0-9a-f]{4})…")


def matcher(written: str, labels: set[str]) -> str:
    """A regular expression for what is written, with a group for each of its digests."""
    pattern = ""
    for part in re.split(r"(sha256:[0-9a-f]{4}…|…)", written.rstrip()):
        if label := _LABEL.fullmatch(part):
            seen = f"d{label[1]}" in labels
            pattern += f"sha256:(?P=d{label[1]})" if seen else f"sha256:(?P<d{label[1]}>[0-9a-f]{{64}})"
            labels.add(f"d{label[1]}")
        else:
            pattern += "(?s:.*)" if part == "…" else re.escape(part)
    return pattern


@dataclass
class Session:
    """A shell in a clone in which a page is typed. `instead` is what this machine has in place of words."""

    folder: Path
    env: dict[str, str]
    instead: dict[str, str] = field(default_factory=dict)
    only_output: tuple[str, ...] = ()
    """Commands whose notices and progress no page shows."""

    def type(self, command: str) -> str:
        for written, here in self.instead.items():
            command = command.replace(written, here)
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.env[name] = value
            return ""
        quiet = any(each in command for each in self.only_output)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        said = done.stdout.rstrip()
        for written, here in self.instead.items():
            said = said.replace(here, written)
        return said


def type_page(name: str, session: Session) -> None:
    """Type what a page's examples type, one after another, and hold what is printed against the page."""
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    written, printed = "", ""
    for command, output in (step for example in _EXAMPLE.findall(page) for step in _STEP.findall(example)):
        said = session.type(command)
        assert re.fullmatch(matcher(output, set()), said), f"$ {command}\n{said}"
        written += output
        printed += said + "\n" if said else ""
    assert written, "the page has an example"
    # Over the whole page: one digest for each four letters, and no two have the same.
    found = re.fullmatch(matcher(written, set()), printed.rstrip())
    assert found
    assert len(set(found.groupdict().values())) == len(found.groupdict())


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A clone with the artifacts and the settings of this repository in one commit, and an origin."""
    repo = Repo(tmp_path / "repo")
    shutil.copytree(ROOT / "artifacts", repo.path / "artifacts")
    for name in ("tasks.py", "invoke.yaml"):
        shutil.copy(ROOT / name, repo.path)
    repo.commit("everything")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", repo.path, clone], check=True, umask=0o022)
    scripts = sysconfig.get_path("scripts")
    env = {**os.environ, "PATH": os.pathsep.join([scripts, os.environ["PATH"]])}
    return Session(clone, env)


@pytest.mark.stories
@pytest.mark.usefixtures("flux_cli")
def test_the_page_on_the_flux_cli(session: Session, run_registry: RunRegistry, tmp_path: Path) -> None:
    session.env |= {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "INVOKE_FLUX_SOURCE": "https://git.example.com/platform/monorepo",
    }
    session.only_output = ("inv ",)
    with run_registry(tmp_path / "registry") as server:
        session.instead["localhost:5000"] = f"localhost:{server.host.rpartition(':')[2]}"
        type_page("how-to/flux-cli.md", session)


@pytest.mark.stories
def test_the_page_on_the_command_line(session: Session) -> None:
    with (session.folder / "artifacts/eso/base/helmrelease.yaml").open("a") as file:
        file.write("# more\n")
    subprocess.run(["git", "commit", "--quiet", "-am", "feat(eso): more"], cwd=session.folder, check=True)
    type_page("reference/command-line.md", session)


def test_the_page_on_troubles(session: Session) -> None:
    with socket.socket() as closed:  # bound, so that nobody else listens there
        closed.bind(("127.0.0.1", 0))
        session.instead["127.0.0.1:5001"] = f"127.0.0.1:{closed.getsockname()[1]}"
        type_page("troubleshooting.md", session)


def test_the_page_on_json(session: Session) -> None:
    session.only_output = ("--json",)
    type_page("reference/json.md", session)


@pytest.mark.stories
def test_the_tutorial(session: Session) -> None:
    subprocess.run(["git", "remote", "remove", "origin"], cwd=session.folder, check=True)
    type_page("tutorials/try-it.md", session)


@pytest.mark.usefixtures("engine")
def test_the_page_on_a_local_registry(session: Session) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        session.instead["5001"] = str(free.getsockname()[1])
    session.env["DOCKER_HOST"] = os.environ["DOCKER_HOST"]
    type_page("how-to/local-registry.md", session)


def test_every_page_with_an_example_is_typed() -> None:
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    shown = {str(page) for page in pages if "```console" in (ROOT / "docs" / page).read_text()}
    assert shown == set(re.findall(r'type_page\("(.+?)", ', Path(__file__).read_text()))
