"""Artifacts in several roots, in nested folders, or the whole repository."""

from pathlib import Path
from typing import Any

import pytest

from flux.artifact.folder import Entry
from flux.errors import RequestError, SettingError
from flux.monorepo.artifacts import artifacts_at, where
from flux.monorepo.sources import Sources
from flux.settings import Settings
from tests.commands.helpers import changed
from tests.monorepos import opened
from tests.repo import Repo

TWO_ROOTS = (Entry("infra/components/*"), Entry("apps/*", "app-{name}", ("*.md",)))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"infra/components/eso/a.yaml": "a", "apps/web/b.yaml": "b", "apps/web/c.md": "c"})
    return repo


def revision(repo: Repo, artifact: str, *entries: Entry) -> str:
    with opened(repo, Settings(artifacts=entries)) as context:
        return Sources(context, repo.head).revisions([artifact])[artifact].commit


def test_two_roots(repo: Repo) -> None:
    with opened(repo, Settings(artifacts=TWO_ROOTS)) as context:
        sources = Sources(context, repo.head)
        assert artifacts_at(context, repo.head) == sources.choose([]) == ["eso", "app-web"]
        assert sources.folder("app-web") == "apps/web"
        (source,) = sources.load(["app-web"])
        assert [file.path for file in source.files if not source.excludes(file.path)] == ["b.yaml"]
        with pytest.raises(RequestError, match=r"there is no artifact 'web'.*did you mean app-web") as raised:
            sources.choose(["web"])
        assert where(sources.layout) == "the folders infra/components/*, apps/*"
        assert "artifacts are the folders infra/components/*, apps/*: eso, app-web" in raised.value.hint


def test_each_root_has_changes_of_its_own(repo: Repo) -> None:
    first = repo.head
    repo.commit(files={"apps/web/c.md": "other", "infra/x.yaml": "x"})
    assert changed(repo, since=first, artifacts=TWO_ROOTS).reasons == {}
    repo.commit(files={"apps/web/b.yaml": "other"})
    assert changed(repo, since=first, artifacts=TWO_ROOTS).reasons == {"app-web": ["apps/web/b.yaml"]}
    assert revision(repo, "eso", *TWO_ROOTS) == first
    assert revision(repo, "app-web", *TWO_ROOTS) == repo.head
    repo.write("infra/components/eso/a.yaml", "not committed")
    assert changed(repo, since=first, artifacts=TWO_ROOTS).uncommitted == {
        "eso": ["infra/components/eso/a.yaml"]
    }


def test_a_folder_that_moves_from_one_root_to_another_changes_nothing_by_itself(repo: Repo) -> None:
    first, entries = repo.head, (Entry("infra/components/*"), Entry("apps/*"))
    repo.move("apps/web", "infra/components/web")
    moved = repo.commit("moved")
    assert changed(repo, since=first, artifacts=entries).reasons == {}
    assert revision(repo, "web", *entries) == first
    repo.commit(files={"infra/components/web/b.yaml": "other"})
    assert revision(repo, "web", *entries) == repo.head != moved


def test_the_whole_repository_but_what_is_an_artifact_itself(repo: Repo) -> None:
    first, entries = repo.head, (Entry(".", "rest", ("apps", "invoke.yaml")), Entry("apps/*"))
    repo.commit(files={"apps/web/b.yaml": "other", "invoke.yaml": "other: 1\n"})
    assert changed(repo, since=first, artifacts=entries).artifacts == ["web"]
    assert revision(repo, "rest", *entries) == first
    with opened(repo, Settings(artifacts=entries)) as context:
        (source,) = Sources(context, repo.head).load(["rest"])
        kept = [file.path for file in source.files if not source.excludes(file.path)]
        assert kept == ["infra/components/eso/a.yaml"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((Entry("*/*/*"), Entry("apps/web", "eso")), "two artifacts are named eso: infra/components/eso and"),
        ((Entry(".", "all"), Entry("apps/*")), "apps/web is in two artifacts: all"),
    ],
)
def test_what_cannot_stand_together_is_a_wrong_request(repo: Repo, entries: Any, message: str) -> None:
    with opened(repo, Settings(artifacts=entries)) as context:
        for ask in (
            lambda: artifacts_at(context, repo.head),
            lambda: Sources(context, repo.head).choose([]),
            lambda: Sources(context, repo.head).image_of("eso"),
        ):
            with pytest.raises(SettingError, match=message):
                ask()
