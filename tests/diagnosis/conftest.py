"""A monorepo, and a GitHub that has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.invoking import (
    monorepo,
)
from tests.diagnosis.examining import FILES, Spoil, UnsafeWith, asked, safe, unsafe
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.repo import Repo


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo = monorepo(tmp_path / "repo", FILES)
    monkeypatch.chdir(repo.path)
    return repo


@pytest.fixture
def github(repo: Repo, run_github: RunGitHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """A GitHub that has the repository, under the name that gh knows for one that is not a real one."""
    bare = repo.bare_origin()
    with run_github(bare.path) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", "octo/monorepo")
        yield server


@pytest.fixture
def unsafe_with(github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> UnsafeWith:
    """What is unsafe if all is as it should be, except what `spoil` changes."""

    def unsafe_with(spoil: Spoil) -> dict[str, str]:
        safe(github, repo)
        spoil(github.repository("octo/monorepo"))
        return unsafe(asked(github, monkeypatch, github.token("alice")))

    return unsafe_with
