"""What is built is what was compared, whatever event started the run."""

from dataclasses import replace
from pathlib import Path

import pytest

from flux.commands.check import check_artifacts
from flux.errors import RequestError
from tests.commands.invoking import actions, build, changed, monorepo, pull_request, push
from tests.monorepos import opened
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


def test_a_push_that_deletes_builds_nothing(repo: Repo) -> None:
    """Rather than what happens to be checked out."""
    event = push(repo.head, None, "refs/heads/side")
    built = build(repo, event=event, only_changed=True)
    assert (built.results, built.notices) == ([], ["refs/heads/side was deleted: nothing to build"])
    with pytest.raises(RequestError, match="refs/heads/side was deleted"):
        build(repo, event=event)


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule", "release"])
def test_what_was_compared_is_said_where_nothing_changed(repo: Repo, name: str) -> None:
    event = replace(actions(None), name=name)
    head = repo.head
    assert changed(repo, event).notices == [
        f"{head[:12]} was compared with itself: it is on main, and no event says what came before it"
    ]
    repo.checkout("side", create=True)
    side = repo.commit(files={"README.md": "x"})
    assert changed(repo, event).notices == [f"nothing changed from {head[:12]} to {side[:12]}"]
    later = repo.commit(files={FILE: "v: 3\n"})
    found = changed(repo, event)
    assert (found.notices, found.head, found.artifacts) == ([], later, ["app"])


def test_a_group_of_a_merge_queue_is_compared_with_what_waits_before_it(repo: Repo, tmp_path: Path) -> None:
    """And not with main, which has none of them."""
    repo.checkout("queue", create=True)
    before = repo.commit(files={"artifacts/db/x.yaml": "v: 1\n"})
    head = repo.commit(files={FILE: "v: 1\n"})
    event = replace(pull_request(before, head), name="merge_group")
    for checked_out in ("queue", "main"):
        repo.checkout(checked_out)
        found = changed(repo, event)
        assert (found.artifacts, found.base, found.head) == (["app"], before, head)
        built = build(repo, event=event, only_changed=True, registry=str(tmp_path / checked_out))
        assert (built.commit, [result.artifact for result in built.results]) == (head, ["app"])
    same = changed(repo, replace(pull_request(before, before), name="merge_group"))
    assert same.notices
    later = repo.commit("no artifact", files={"README.md": "x"})
    said = changed(repo, replace(pull_request(repo.git("rev-parse", "HEAD^"), later), name="merge_group"))
    assert said.notices == [f"nothing changed from {repo.git('rev-parse', 'HEAD^')[:12]} to {later[:12]}"]


def test_the_head_of_a_pull_request_is_checked(repo: Repo) -> None:
    """Of `pull_request_target` the base is checked out; of `pull_request` a merge, which has all of it."""
    good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\n"
    base = repo.commit(files={FILE: good})
    repo.checkout("side", create=True)
    head = repo.commit(files={FILE: "v: [\n"})
    repo.checkout("main")
    event = pull_request(base, head)
    for name, failed in (("pull_request", False), ("pull_request_target", True)):
        with opened(repo, event=replace(event, name=name)) as monorepo:
            assert check_artifacts(monorepo, []).failed is failed
