"""Workflows: found, and started."""

import pytest

from tests.github.server import GitHub
from tests.github.tests.calls import refused, told
from tests.repo import Repo

PUBLISH = """\
name: Publish
on:
  release:
    types: [published]
  workflow_dispatch:
    inputs:
      tag:
        required: true
      channel:
        default: stable
jobs: {}
"""

CI = """\
on: [push, pull_request]
jobs: {}
"""


@pytest.fixture(autouse=True)
def workflows(github: GitHub, monorepo: Repo) -> None:
    files = {"publish.yml": PUBLISH, "ci.yaml": CI, "README.md": "none"}
    monorepo.commit("workflows", files={f".github/workflows/{name}": text for name, text in files.items()})
    monorepo.push()
    github.pushed("alice")
    told(github)


def test_workflows_are_found(github: GitHub) -> None:
    repo = github.repo_as("carol")
    found = {workflow.path: workflow for workflow in repo.get_workflows()}
    assert [(path, workflow.name) for path, workflow in found.items()] == [
        (".github/workflows/ci.yaml", ".github/workflows/ci.yaml"),
        (".github/workflows/publish.yml", "Publish"),
    ]
    workflow = repo.get_workflow("publish.yml")
    assert repo.get_workflow(workflow.id).path == ".github/workflows/publish.yml"
    with refused(404, "Not Found"):
        repo.get_workflow("nowhere.yml")


def test_a_dispatch_is_told(github: GitHub) -> None:
    assert github.repo_as("bob").get_workflow("publish.yml").create_dispatch("main", {"tag": "eso-v1.0.0"})
    event = github.events[0]
    assert (str(event), event.sender, event.starts) == ("workflow_dispatch", "bob", True)
    assert event.payload["ref"] == "refs/heads/main"
    assert event.payload["workflow"] == ".github/workflows/publish.yml"
    assert event.payload["inputs"] == {"tag": "eso-v1.0.0", "channel": "stable"}


def test_a_dispatch_by_a_token_of_actions_starts_its_workflow(github: GitHub) -> None:
    repo = github.repo_with(github.actions_token(actions="write"))
    assert repo.get_workflow("publish.yml").create_dispatch("main", {"tag": "x"})
    assert (github.events[0].sender, github.events[0].starts) == ("github-actions[bot]", True)


def test_dispatches_are_refused(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    publish, ci = repo.get_workflow("publish.yml"), repo.get_workflow("ci.yaml")

    def dispatch(ref: str = "main", **inputs: str) -> None:
        publish.create_dispatch(ref, inputs, throw=True)

    with refused(422, "Workflow does not have 'workflow_dispatch' trigger"):
        ci.create_dispatch("main", throw=True)
    with refused(422, "No ref found for: nowhere"):
        dispatch("nowhere", tag="x")
    with refused(422, 'Unexpected inputs provided: [\\"colour\\"]'):
        dispatch(tag="x", colour="blue")
    with refused(422, "Required input 'tag' not provided"):
        dispatch()
    with refused(403, "Resource not accessible by integration"):
        repo = github.repo_with(github.actions_token(contents="write"))
        repo.get_workflow("publish.yml").create_dispatch("main", {"tag": "x"}, throw=True)
    with refused(403, "Must have admin rights"):
        repo = github.repo_as("trudy")
        repo.get_workflow("publish.yml").create_dispatch("main", {"tag": "x"}, throw=True)
    # It is found on the default branch, and read at the ref.
    monorepo.checkout("old", create=True)
    monorepo.git("rm", "--quiet", "-r", ".github")
    monorepo.commit("without")
    monorepo.push()
    with refused(422, "Workflow does not have 'workflow_dispatch' trigger"):
        dispatch("old", tag="x")
    assert told(github) == []
