"""Both forges, each of a repository of its own that has one commit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flux.forge.forge import Forge, PullRequest
from flux.forge.github.forge import GitHubForge
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.github.fixtures import RunGitHub
from tests.github.fixtures import run_github as run_github
from tests.github.server import GitHub
from tests.repo import Repo


@dataclass(frozen=True)
class Place:
    """A forge, and the repository that its branches and tags are in.

    `login` is the account that asks, `url` what all addresses begin with, `merge` what a person does with a
    pull request.
    """

    forge: Forge
    repo: Repo
    login: str
    url: str
    merge: Callable[[PullRequest], None]

    @property
    def tip(self) -> str:
        return self.repo.git("rev-parse", "refs/heads/main")

    def commit(self, path: str = "file", content: bytes = b"new\n", onto: str | None = None) -> str:
        """A commit on no branch."""
        return self.forge.commit([onto or self.tip], {path: content}, f"Change {path}")

    def start(self, branch: str, path: str = "file") -> str:
        """A branch with one commit that main lacks."""
        commit = self.commit(path)
        assert self.forge.create_branch(branch, commit)
        return commit

    def propose(self, branch: str = "topic") -> PullRequest:
        self.start(branch, path=branch)
        return self.forge.create_pull_request("Title", "Body", branch, "main")


@pytest.fixture(params=["local", "hub"])
def place(request: pytest.FixtureRequest) -> Place:
    fixture: Place = request.getfixturevalue(request.param)
    return fixture


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"file": "old\n", "folder/other": "kept\n"})
    return repo


@pytest.fixture
def local(repo: Repo) -> Place:
    def merge(pull: PullRequest) -> None:
        repo.merge(pull.branch)

    git = Clone(repo.path)
    forge = LocalForge(git.root, git)
    return Place(forge, repo, "Test <test@example.com>", git.root.as_uri(), merge)


@pytest.fixture
def bare(repo: Repo) -> Repo:
    return repo.bare_origin()


@pytest.fixture
def server(bare: Repo, run_github: RunGitHub) -> Iterator[GitHub]:
    with run_github(bare.path) as server:
        yield server


@pytest.fixture
def hub(bare: Repo, server: GitHub) -> Place:
    # All that the forge says that it needs, and no more.
    token = server.fine_grained_token(
        "alice",
        contents="write",
        issues="write",
        pull_requests="write",
        actions="write",
        statuses="write",
        deployments="write",
    )
    merger = server.client(server.token("bob"))

    def merge(pull: PullRequest) -> None:
        merger.get_repo("octo/monorepo").get_pull(pull.number).merge()

    forge = GitHubForge(server.url, "octo/monorepo", token)
    return Place(forge, bare, "alice", f"{server.url}/octo/monorepo", merge)
