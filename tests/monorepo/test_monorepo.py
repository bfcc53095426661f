"""How often a command asks origin."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flux.commands.build import plan_build
from flux.commands.list import list_artifacts
from flux.environments.converge import converge
from flux.environments.status import find_status
from flux.monorepo.monorepo import Monorepo
from flux.settings import Settings
from tests.commands.invoking import monorepo
from tests.commands.releasing import CONFIG, PHASES, publish_versions
from tests.git.conftest import counted as counted
from tests.git.counted import CountedGit
from tests.monorepos import opened
from tests.repo import Repo

COMMANDS: dict[str, tuple[Callable[[Monorepo], object], int]] = {
    "tag": (lambda monorepo: converge(monorepo, []), 1),
    "build": (lambda monorepo: plan_build(monorepo, [], False, None).build(lambda done: None), 1),
    "changed": (lambda monorepo: plan_build(monorepo, [], True, None).build(lambda done: None), 1),
    # The tip, and the tags.
    "list": (list_artifacts, 2),
    "status": (lambda monorepo: find_status(monorepo, []), 2),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")})
    publish_versions(repo, {"app": ["1.0.0"], "db": ["1.0.0"]}, ".registry")
    repo.commit(files={CONFIG: json.dumps({"app": {"at_ring1": "1.0.0"}})})
    repo.bare_origin()
    return repo


def asked(repo: Repo, counted: CountedGit, command: Callable[[Monorepo], object]) -> int:
    with opened(repo, Settings(registry=".registry", phases=PHASES)) as found:
        counted.forget()
        command(found)
        return len(counted.of("ls-remote"))


@pytest.mark.parametrize("name", COMMANDS)
def test_where_nothing_is_to_be_written_origin_is_asked_once(
    repo: Repo, counted: CountedGit, name: str
) -> None:
    asked(repo, counted, COMMANDS["tag"][0])
    asked(repo, counted, COMMANDS["build"][0])
    command, times = COMMANDS[name]
    assert asked(repo, counted, command) <= times


@pytest.mark.parametrize("name", ["tag", "build"])
def test_after_a_write_the_tip_is_asked_for_again(repo: Repo, counted: CountedGit, name: str) -> None:
    if name == "build":
        repo.commit(files={"artifacts/app/x.yaml": "app: 3\n"})
        repo.push("origin", "HEAD:main")
    command, times = COMMANDS[name]
    assert asked(repo, counted, command) > times
    assert asked(repo, counted, command) == times


def test_the_tip_is_asked_for_once_until_it_is_to_be_the_newest(repo: Repo, counted: CountedGit) -> None:
    with opened(repo) as found:
        counted.forget()
        first = found.tip
        repo.commit("newer")
        repo.push("origin", "HEAD:main")
        assert found.tip == first
        assert len(counted.of("ls-remote")) == 1
        assert found.newest_tip() == repo.head == found.tip
        assert len(counted.of("ls-remote")) == 2
