"""Artifacts in several roots, in nested folders, or the whole repository."""

from pathlib import Path
from typing import Any

import pytest

from flux.artifact.folder import SourceEntry
from flux.commands.check import check_artifacts
from flux.commands.list import list_artifacts
from flux.commands.release import plan_release
from flux.diagnosis.places import check_clashes
from flux.errors import RequestError, SettingError
from flux.monorepo.artifacts import artifacts_at, where
from flux.monorepo.builder import Builder
from flux.monorepo.changed import find_changed
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.publishing import publish_release
from flux.settings import Settings
from tests.commands.invoking import changed
from tests.monorepos import opened
from tests.repo import Repo

TWO_ROOTS = (SourceEntry("infra/components/*"), SourceEntry("apps/*", "app-{name}", ("*.md",)))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"infra/components/eso/a.yaml": "a", "apps/web/b.yaml": "b", "apps/web/c.md": "c"})
    return repo


def revision(repo: Repo, artifact: str, *entries: SourceEntry) -> str:
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
    first, entries = repo.head, (SourceEntry("infra/components/*"), SourceEntry("apps/*"))
    repo.move("apps/web", "infra/components/web")
    moved = repo.commit("moved")
    assert changed(repo, since=first, artifacts=entries).reasons == {}
    assert revision(repo, "web", *entries) == first
    repo.commit(files={"infra/components/web/b.yaml": "other"})
    assert revision(repo, "web", *entries) == repo.head != moved


def test_the_whole_repository_but_what_is_an_artifact_itself(repo: Repo) -> None:
    first, entries = repo.head, (SourceEntry(".", "rest", ("apps", "invoke.yaml")), SourceEntry("apps/*"))
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
        (
            (SourceEntry("*/*/*"), SourceEntry("apps/web", "eso")),
            "two artifacts are named eso: infra/components/eso and",
        ),
        ((SourceEntry(".", "all"), SourceEntry("apps/*")), "apps/web is in two artifacts: all"),
    ],
)
def test_what_cannot_stand_together_is_not_published(repo: Repo, entries: Any, message: str) -> None:
    with opened(repo, Settings(artifacts=entries)) as context:
        sources = Sources(context, repo.head)
        named = sources.clashes()
        assert named
        assert not set(named) & set(sources.choose([]))
        assert set(named) <= set(artifacts_at(context, repo.head))
        for name in named:
            with pytest.raises(SettingError, match=message):
                sources.image_of(name)
        assert all(message in said for said in sources.clashes_named)


@pytest.fixture
def clashing(tmp_path: Path) -> tuple[Repo, Settings]:
    """`b` was fine, until somebody added a folder of that name; `a` is fine."""
    settings = Settings(artifacts=(SourceEntry("**/deploy", "{parent}"),))
    repo = Repo(tmp_path / "repo")
    repo.write("invoke.yaml", "flux:\n  artifacts: [{path: '**/deploy', name: '{parent}'}]\n")
    repo.commit(files={"x/a/deploy/f.yaml": "a: 1\n", "x/b/deploy/f.yaml": "b: 1\n"})
    repo.tag("flux-oci-b-v1.0.0")
    return repo, settings


def test_a_clash_is_a_fault_of_those_that_clash(clashing: tuple[Repo, Settings]) -> None:
    repo, settings = clashing
    with opened(repo, settings) as context:
        Builder(context, Sources(context, repo.head), ["a", "b"], []).build(lambda result: None)
        before = context.registry.repository("b").resolve("latest")
    first = repo.head
    repo.commit(files={"y/b/deploy/f.yaml": "other: 1\n", "x/a/deploy/f.yaml": "a: 2\n"})
    with opened(repo, settings) as context:
        sources = Sources(context, repo.head)
        assert (sources.choose([]), list(sources.clashes())) == (["a"], ["b"])
        built = Builder(context, sources, ["a"], [], everything=True).build(lambda result: None)
        assert [(r.artifact, bool(r.error)) for r in built.results] == [("a", False), ("b", True)]
        (said,) = sources.clashes_named
        assert said.startswith(
            "two artifacts are named b: x/b/deploy and y/b/deploy; give each its own `name`"
        )
        found = find_changed(context, first)
        assert (found.artifacts, found.removed, found.notices) == (["a"], [], [said])
        checked = check_artifacts(context, [])
        assert [f.message for f in checked.findings if f.path == "invoke.yaml"] == [said]
        listing = list_artifacts(context)
        assert [row.artifact for row in listing.artifacts] == ["a", "b"]
        assert listing.notices.count(said) == 1
        with pytest.raises(SettingError, match="two artifacts are named b"):
            plan_release(context, "b", "2.0.0", allow_unchanged=False)
        assert publish_release(context, "flux-oci-b-v1.0.0").result.digest == before  # type: ignore[union-attr]
        assert context.registry.repository("b").resolve("latest") == before
        assert [line.message for line in check_clashes(context)] == [
            "two artifacts are named b: x/b/deploy and y/b/deploy"
        ]


def test_the_end_of_a_clash_is_a_change(clashing: tuple[Repo, Settings]) -> None:
    repo, settings = clashing
    repo.commit(files={"y/b/deploy/f.yaml": "other: 1\n"})
    clash = repo.head
    repo.remove("y")
    repo.commit()
    with opened(repo, settings) as context:
        assert find_changed(context, clash).artifacts == ["b"]
        assert Sources(context, repo.head).revisions(["b"])["b"].commit == repo.head
