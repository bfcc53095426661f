"""Notes are those of the artifact, wherever its folder was."""

import json
from pathlib import Path

import pytest

from flux.monorepo.notes import commits_of, notes_of
from flux.monorepo.releases import releases
from flux.settings import Settings
from tests.commands.helpers import monorepo
from tests.monorepos import opened
from tests.repo import Repo

FILE = "app/x.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = monorepo(tmp_path / "repo", {f"artifacts/{FILE}": "a: 1\n", "artifacts/db/x.yaml": "a: 1\n"})
    repo.tag("flux-oci-app-v1.0.0")
    return repo


def test_commits_of_both_folders_of_an_artifact_that_moved(repo: Repo) -> None:
    before = repo.commit("feat: before", files={f"artifacts/{FILE}": "a: 2\n"})
    repo.commit("of another", files={"artifacts/db/x.yaml": "a: 2\n"})
    repo.move("artifacts", "apps")
    moved = repo.commit("move", files={"invoke.yaml": json.dumps({"flux": {"sources": "apps"}})})
    after = repo.commit("fix!: after", files={f"apps/{FILE}": "a: 3\n"})
    with opened(repo, Settings(sources="apps")) as context:
        (last,) = releases(context, ["app"])
        logged = commits_of(context, "app", after, last)
        assert [one.commit for one in logged] == [after, moved, before]
        text = notes_of(context, "app", after, last, "next")
    assert text.index("Breaking changes") < text.index("Features") < text.index("move")
    assert "of another" not in text


def test_commits_of_a_folder_between(repo: Repo) -> None:
    repo.move("artifacts", "apps")
    repo.commit("move", files={"invoke.yaml": json.dumps({"flux": {"sources": "apps"}})})
    between = repo.commit("feat!: between", files={f"apps/{FILE}": "a: 3\n"})
    repo.move("apps", "deploy")
    after = repo.commit("move again", files={"invoke.yaml": json.dumps({"flux": {"sources": "deploy"}})})
    with opened(repo, Settings(sources="deploy")) as context:
        (last,) = releases(context, ["app"])
        assert between in [one.commit for one in commits_of(context, "app", after, last)]


def test_a_release_whose_settings_nobody_can_read(repo: Repo) -> None:
    repo.commit("bad", files={"invoke.yaml": "flux: [", f"artifacts/{FILE}": "a: 2\n"})
    repo.tag("flux-oci-app-v1.1.0")
    good = repo.commit("fix: good", files={"invoke.yaml": "{}", f"artifacts/{FILE}": "a: 3\n"})
    with opened(repo) as context:
        last = releases(context, ["app"])[-1]
        assert "good" in notes_of(context, "app", good, last, "next")
