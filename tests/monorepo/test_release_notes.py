"""Notes are those of the artifact, wherever its folder was."""

import json
from pathlib import Path

import pytest

from flux.commands.release import plan_release
from flux.monorepo.release_notes import commits_of, notes_of
from flux.monorepo.releases import releases
from flux.settings import Settings, read_settings
from tests.commands.invoking import monorepo
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


def test_a_commit_counts_for_the_artifact_whose_files_it_changed(tmp_path: Path) -> None:
    """As published: what is in a folder and is another's, or left out, counts for nothing."""
    entries = [
        {"path": "apps/*", "exclude": ["apps/web/charts"]},
        {"path": "apps/web/charts", "name": "charts"},
    ]
    settings = {"flux": {"artifacts": entries, "ignore": ["CHANGELOG.md"]}}
    repo = monorepo(
        tmp_path / "repo",
        {
            "invoke.yaml": json.dumps(settings),
            "apps/web/a.yaml": "a: 1\n",
            "apps/web/charts/c.yaml": "c: 1\n",
            "README.md": "x",
        },
    )
    repo.tag("flux-oci-web-v1.0.0")
    repo.tag("flux-oci-charts-v1.0.0")
    of_charts = repo.commit("feat!: charts", files={"apps/web/charts/c.yaml": "c: 2\n"})
    repo.commit("log", files={"apps/web/CHANGELOG.md": "more"})
    repo.commit("picture", files={"apps/web/logo.png": "more"})
    of_web = repo.commit("fix: web", files={"apps/web/a.yaml": "a: 2\n"})
    with opened(repo, read_settings(settings["flux"], {})) as context:
        for artifact, commits, bump in (("web", [of_web], "1.0.1"), ("charts", [of_charts], "2.0.0")):
            (last,) = releases(context, [artifact])
            logged = commits_of(context, artifact, repo.head, last)
            assert [one.commit for one in logged] == commits
            assert str(plan_release(context, artifact, "auto", allow_unchanged=False).version) == bump


def test_what_only_the_settings_changed_is_told(repo: Repo) -> None:
    repo.commit("notes", files={"artifacts/app/CHANGELOG.md": "x"})
    repo.tag("flux-oci-app-v1.1.0")
    repo.commit("other", files={"invoke.yaml": json.dumps({"flux": {"jobs": 2}})})
    left_out = repo.commit(
        "ignore", files={"invoke.yaml": json.dumps({"flux": {"ignore": ["CHANGELOG.md"]}})}
    )
    with opened(repo, Settings(ignore=("CHANGELOG.md",))) as context:
        last = releases(context, ["app"])[-1]
        assert [one.commit for one in commits_of(context, "app", left_out, last)] == [left_out]
        assert releases(context, ["db"]) == []
        assert left_out not in [one.commit for one in commits_of(context, "db", left_out, None)]


def test_what_a_merge_changed_itself_counts_for_whose_file_it_is(repo: Repo) -> None:
    repo.checkout("side", create=True)
    side = repo.commit("side", files={f"artifacts/{FILE}": "a: side\n"})
    repo.checkout("main")
    repo.commit("main", files={"artifacts/db/x.yaml": "a: main\n", "artifacts/app/logo.png": "1"})
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    repo.write("artifacts/app/logo.png", "of the merge")
    repo.write("artifacts/db/x.yaml", "a: of the merge\n")
    merge = repo.commit("merge")
    with opened(repo) as context:
        (last,) = releases(context, ["app"])
        assert [one.commit for one in commits_of(context, "app", merge, last)] == [side]
        assert commits_of(context, "db", merge, last)[0].commit == merge


def test_a_release_whose_settings_nobody_can_read(repo: Repo) -> None:
    repo.commit("bad", files={"invoke.yaml": "flux: [", f"artifacts/{FILE}": "a: 2\n"})
    repo.tag("flux-oci-app-v1.1.0")
    good = repo.commit("fix: good", files={"invoke.yaml": "{}", f"artifacts/{FILE}": "a: 3\n"})
    with opened(repo) as context:
        last = releases(context, ["app"])[-1]
        assert "good" in notes_of(context, "app", good, last, "next")
