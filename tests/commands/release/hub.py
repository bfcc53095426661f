"""A clone of what the test GitHub serves, to release from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flux.forge.github.forge import GitHubForge
from tests.commands.invoking import Actions, in_actions
from tests.commands.to_release import repo as repo
from tests.github.fixtures import RunGitHub
from tests.github.fixtures import run_github as run_github
from tests.github.server import GitHub
from tests.repo import Repo

ALL = {"contents": "write", "issues": "write", "pull_requests": "write", "actions": "write"}


@dataclass(frozen=True)
class Hub:
    """A clone of what the test GitHub serves."""

    repo: Repo
    server: GitHub
    origin: Repo

    def forge(self, token: str) -> GitHubForge:
        return GitHubForge(self.server.url, "octo/monorepo", token)

    @property
    def dispatched(self) -> list[tuple[str, Any]]:
        return [
            (event.payload["workflow"], event.payload["inputs"])
            for event in self.server.events
            if event.name == "workflow_dispatch" and event.starts
        ]

    @property
    def released(self) -> list[str]:
        return [
            event.action or "" for event in self.server.events if event.name == "release" and event.starts
        ]

    def job(self, folder: Path, token: str, name: str = "workflow_dispatch") -> Actions:
        job = in_actions(folder, name, {"ref": "refs/heads/main"})
        job.env.update(self.server.environment(token))
        return job


@pytest.fixture
def hub(repo: Repo, run_github: RunGitHub) -> Iterator[Hub]:
    for workflow in ("release-flux-artifact.yml", "manage-flux-releases.yml"):
        content = {"on": {"workflow_dispatch": {"inputs": {"tag": {"type": "string"}}}}, "jobs": {}}
        repo.write(f".github/workflows/{workflow}", json.dumps(content))
    repo.commit("workflows")
    origin = repo.bare_origin()
    with run_github(origin.path) as server:
        yield Hub(repo, server, origin)
