"""What is built is what was compared, whatever event started the run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.helpers import actions, build, changed, monorepo, pull_request, push
from tests.repo import Repo

FILE = "artifacts/app/x.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", {FILE: "v: 0\n"})


def test_a_pull_requests_head_is_built(repo: Repo, tmp_path: Path) -> None:
    """Whatever is checked out: of `pull_request_target` the base is, of `pull_request` a merge."""
    base = repo.head
    repo.checkout("side", create=True)
    head = repo.commit(files={FILE: "v: 1\n"})
    repo.checkout("main")
    repo.commit(files={"README.md": "x"})
    for checked_out in (base, repo.merge("side")):
        repo.checkout(checked_out)
        for only_changed in (True, False):
            images = str(tmp_path / f"{checked_out}{only_changed}")
            event = pull_request(base, head)
            built = build(repo, event=event, only_changed=only_changed, registry=images)
            assert built.commit == head
            assert built.results[0].tags == (head[:12],)


def test_a_pushed_commit_is_built(repo: Repo, tmp_path: Path) -> None:
    first = repo.head
    second = repo.commit(files={FILE: "v: 1\n"})
    repo.commit(files={FILE: "v: 2\n"})
    for only_changed in (True, False):
        images = str(tmp_path / str(only_changed))
        built = build(repo, event=push(first, second), only_changed=only_changed, registry=images)
        assert built.commit == second


@pytest.mark.parametrize("name", ["merge_group", "workflow_dispatch", "schedule", "release"])
def test_what_was_compared_is_said_where_nothing_changed(repo: Repo, name: str) -> None:
    event = replace(actions(None), name=name)
    head = repo.head
    assert changed(repo, event).notices == [f"{head[:12]} is on main: compared with itself, it has no change"]
    repo.checkout("side", create=True)
    side = repo.commit(files={"README.md": "x"})
    assert changed(repo, event).notices == [f"nothing changed from {head[:12]} to {side[:12]}"]
    later = repo.commit(files={FILE: "v: 3\n"})
    found = changed(repo, event)
    assert (found.notices, found.head, found.artifacts) == ([], later, ["app"])
