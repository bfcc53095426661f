"""A pull request of the test GitHub."""

import pytest
from github.PullRequest import PullRequest
from github.Repository import Repository

from tests.github.server import GitHub
from tests.github.tests.calls import branch, told


@pytest.fixture
def repo(github: GitHub) -> Repository:
    return github.repo_as("bob")


@pytest.fixture
def pull(github: GitHub, repo: Repository) -> PullRequest:
    """From `work`, which adds a file."""
    branch(repo, "work", {"a": "1\n"})
    made = repo.create_pull("main", "work", title="Work", body="What I did.")
    told(github)
    return made
