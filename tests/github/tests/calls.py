"""What the tests of the server have in common."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import pytest
from github import GithubException
from github.GitCommit import GitCommit
from github.InputGitTreeElement import InputGitTreeElement
from github.Repository import Repository

from tests.github.server import GitHub

OCTO = "/repos/octo/monorepo"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


def call(
    github: GitHub,
    method: str,
    path: str,
    token: str | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """A call as it is, for what PyGithub would not send."""
    sent = {"User-Agent": "test", **(headers or {})}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    with closing(HTTPConnection(github.url.removeprefix("http://"))) as connection:
        connection.request(method, path, data, sent)
        response = connection.getresponse()
        text = response.read()
        return Answer(response.status, json.loads(text) if text else None, dict(response.headers.items()))


@contextmanager
def refused(status: int, reason: str) -> Iterator[None]:
    """The call within is answered so; the reason is in the message or in one of the errors."""
    with pytest.raises(GithubException) as caught:
        yield
    assert (caught.value.status, reason in json.dumps(caught.value.data)) == (status, True), caught.value


def commit(
    repo: Repository, files: dict[str, str], message: str = "change", branch: str = "main"
) -> GitCommit:
    """A commit on top of a branch that is on no branch itself, made through the API."""
    tip = repo.get_git_commit(repo.get_git_ref(f"heads/{branch}").object.sha)
    elements = [InputGitTreeElement(path, "100644", "blob", content=text) for path, text in files.items()]
    return repo.create_git_commit(message, repo.create_git_tree(elements, tip.tree), [tip])


def branch(repo: Repository, name: str, files: dict[str, str], base: str = "main") -> str:
    """A branch with one commit more than its base."""
    sha = commit(repo, files, branch=base).sha
    repo.create_git_ref(f"refs/heads/{name}", sha)
    return sha


def told(github: GitHub) -> list[str]:
    """The events since the last time."""
    events = [str(event) for event in github.events]
    github.events.clear()
    return events
