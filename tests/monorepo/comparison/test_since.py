"""Which commits are compared with --since."""

from pathlib import Path

import pytest

from flux.errors import RequestError
from tests.commands.invoking import (
    ZEROS,
    actions_checkout,
    changed,
    push,
)
from tests.monorepo.changing import edit, says
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


@pytest.mark.parametrize("kind", ["tag", "annotated", "short", "full", "relative", "branch"])
def test_since_any_name_of_a_commit(repo: Repo, kind: str) -> None:
    edit(repo, "app")
    start = repo.head
    repo.tag("v1")
    repo.tag("v1a", message="annotated")
    repo.branch("then")
    edit(repo, "db")
    edit(repo, "web")
    names = {
        "tag": "v1",
        "annotated": "v1a",
        "short": start[:7],
        "full": start,
        "relative": "HEAD~2",
        "branch": "then",
    }
    assert says(changed(repo, since=names[kind])) == ({"db", "web"}, set())
    assert says(changed(repo, push(ZEROS, ZEROS), since=names[kind])) == ({"db", "web"}, set())


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "nonesuch",
        "-",
        "--output=x",
        "--all",
        "-n1",
        "artifacts/app",
        "artifacts/app/base.yaml",
        "HEAD:artifacts",
        "HEAD:artifacts/app/base.yaml",
        "^HEAD",
        "HEAD~1..HEAD",
        "HEAD HEAD~1",
        "HEAD~1\nHEAD",
        "HEAD~100",
        "deadbeef",
        "1" * 40,
        "blob",
        "; touch x",
        "é",
    ],
)
def test_since_what_names_no_commit(repo: Repo, garbage: str) -> None:
    edit(repo, "app")
    repo.tag("blob", "HEAD:artifacts/app/base.yaml")
    with pytest.raises(RequestError) as raised:
        changed(repo, since=garbage)
    assert raised.value.exit_code == 2
    assert raised.value.hint
    assert not (repo.path / "x").exists()


def test_since_a_commit_that_is_ahead(repo: Repo) -> None:
    start = repo.head
    later = edit(repo, "app")
    repo.checkout(start)
    assert says(changed(repo, since=later)) == ({"app"}, set())


def test_since_what_only_origin_has(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    start = repo.head
    edit(repo, "app")
    after = edit(repo, "db")
    repo.push()
    clone = actions_checkout(origin, tmp_path / "clone", after)
    assert says(changed(clone, since="HEAD~2")) == ({"app", "db"}, set())
    clone = actions_checkout(origin, tmp_path / "other", after)
    assert says(changed(clone, since=start)) == ({"app", "db"}, set())
