"""The tasks for artifacts: names, revisions and chains on the command line."""

from pathlib import Path

import pytest

from tests.commands.invoking import (
    inv,
    monorepo,
)
from tests.monorepo.building import NAMES
from tests.monorepo.building import repo as repo
from tests.monorepo.changing import FILES, edit
from tests.repo import Repo


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], NAMES),
        (["-a", "web", "--artifact", "app"], ["app", "web"]),
        (["-a", "web,app"], ["app", "web"]),
        (["-a", "app,app", "--artifact=app"], ["app"]),
    ],
)
def test_artifacts_by_name(repo: Repo, arguments: list[str], expected: list[str]) -> None:
    ran = inv(repo, "build", "--json", "--dry-run", *arguments)
    assert ran.code == 0, ran.said
    assert [result["artifact"] for result in ran.document["artifacts"]] == expected


def test_what_is_not_committed_is_named(repo: Repo) -> None:
    repo.write("artifacts/app/new.yaml", "a: 1\n")
    said = "app: not committed, so in no image: artifacts/app/new.yaml"
    assert inv(repo, "build", "--dry-run").err.splitlines() == [said]
    assert inv(repo, "build", "--dry-run", "--json", "-a", "app").document["notices"] == [said]
    assert inv(repo, "build", "--dry-run", "-a", "web").err == ""
    # Somebody who asks for what changed means that, too.
    assert said in inv(repo, "build", "--dry-run", "--changed").err.splitlines()


@pytest.mark.parametrize("empty", ["", ",", " ", ", ,"])
def test_an_empty_name_is_not_all_of_them(repo: Repo, empty: str) -> None:
    """A workflow whose expression came out empty: `inv build -a "${{ matrix.artefact }}"`."""
    ran = inv(repo, "build", f"--artifact={empty}")
    assert ran.code == 2
    assert not (repo.path / ".registry").exists()


def test_since_on_the_command_line(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.tag("v1")
    edit(repo, "app")
    assert inv(repo, "changed", "--json", "--since", "v1").document["artifacts"] == ["app"]
    for garbage in ("--since=--output=x", "--since=", "--since=nonesuch"):
        ran = inv(repo, "changed", "--json", garbage)
        assert (ran.code, ran.result) == (2, {}), ran.said
        assert len(ran.err.splitlines()) == 2, "what happened, and what to do"
        assert [f"error: {each['message']}" for each in ran.document["errors"]] == ran.err.splitlines()[:1]
    assert repo.git("status", "--porcelain") == ""


def test_chained_tasks(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    ran = inv(repo, "list", "changed", "build", "--dry-run")
    assert ran.code == 0
    assert "No artifact changed." in ran.out
    here = f"{repo.head[:12]} is on main already"
    assert f"{here}: to compare it with an earlier commit, say `--since REF`" in ran.err
