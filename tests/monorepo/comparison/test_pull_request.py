"""Which commits are compared in a pull request."""

from pathlib import Path

import pytest

from tests.commands.invoking import (
    actions_checkout,
    changed,
    pull_request,
)
from tests.monorepo.changing import edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


def test_a_pull_request_whose_base_moved_on(repo: Repo) -> None:
    repo.checkout("feature", create=True)
    head = edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    repo.git("checkout", "--quiet", "--detach")
    repo.merge("feature")  # as refs/pull/1/merge
    assert says(changed(repo, pull_request(base, head))) == ({"db"}, set())


def test_a_pull_request_that_merged_its_base(repo: Repo) -> None:
    repo.checkout("feature", create=True)
    edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    repo.checkout("feature")
    repo.merge("main")
    head = edit(repo, "web")
    assert says(changed(repo, pull_request(base, head))) == ({"db", "web"}, set())


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_pull_request_in_the_clone_that_actions_makes(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    base_at_start = repo.head
    repo.checkout("feature", create=True)
    edit(repo, "db")
    head = edit(repo, "db")
    repo.push("origin", "feature:refs/pull/1/head")
    repo.checkout("main")
    edit(repo, "app")
    base = edit(repo, "app")
    repo.push()
    repo.git("checkout", "--quiet", "--detach")
    merge = repo.merge("feature")
    repo.push("origin", "HEAD:refs/pull/1/merge")
    clone = actions_checkout(origin, tmp_path / "clone", merge, "1/merge", depth)
    for event in (pull_request(base, head), pull_request(base_at_start, head)):
        assert says(changed(clone, event)) == ({"db"}, set())


def test_a_pull_request_of_unrelated_history(repo: Repo) -> None:
    base = repo.head
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.remove("artifacts/web")
    head = repo.commit("other root")
    found = changed(repo, pull_request(base, head))
    assert says(found) == ({"app", "db"}, set())
    assert "no history in common" in str(found.notices[0])
