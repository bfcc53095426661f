"""What is due of releases."""

from pathlib import Path

import pytest

from flux.errors import FluxError, RegistryError
from flux.monorepo.due_releases import due_releases, news
from flux.registry.target import Registry, Target
from flux.settings import Settings
from tests.commands.invoking import monorepo
from tests.commands.releasing import publish, release
from tests.git.counted import CountedGit
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """`app` has three releases, of which the last is not published; `db` has none."""
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": "a: 1\n" for name in ("app", "db")})
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        repo.commit(version, files={"artifacts/app/x.yaml": f"version: {version}\n"})
        planned, *_ = release(repo, "app", version)
        if version != "1.2.0":
            publish(repo, planned.tag)
    return repo


def never(artifact: str, error: FluxError) -> None:
    raise AssertionError(artifact)


def test_the_newest_and_the_desired_releases(repo: Repo) -> None:
    with opened(repo) as context:
        for desired, versions in (({}, {"1.2.0"}), ({"app": {"at": "1.0.0"}}, {"1.0.0", "1.2.0"})):
            due = due_releases(context, desired, never)
            assert {str(released.version) for released, _ in due} == versions
            assert {str(r.version) for r, manifest in due if manifest is None} == {"1.2.0"}


def test_every_release_that_the_registry_lacks_is_due(repo: Repo) -> None:
    """The desired and the newest first, then of the others that of the newest commit."""
    with opened(repo) as context:
        lacking = [str(r.version) for r, manifest in due_releases(context, {}, never) if manifest is None]
        assert lacking == ["1.2.0"]
    (repo.path / ".registry/app/index.json").unlink()
    repo.branch("release/1.0", "flux-oci-app-v1.0.0")
    repo.checkout("release/1.0")
    repo.commit("fix", files={"artifacts/app/x.yaml": "fixed: 1\n"})
    repo.tag("flux-oci-app-v1.0.1")
    repo.checkout("main")
    with opened(repo, Settings(branches=("main", "release/*"))) as context:
        due = due_releases(context, {"app": {"at": "1.0.0"}}, never)
    assert [str(released.version) for released, _ in due] == ["1.0.0", "1.2.0", "1.0.1", "1.1.0"]


def test_lost_releases_of_an_earlier_system_stay_lost(repo: Repo) -> None:
    """Whatever is desired of them, and the newest, are published all the same."""
    (repo.path / ".registry/app/index.json").unlink()
    for adopted, versions in (
        (repo.head, ["1.0.0", "1.2.0"]),
        ("a" * 40, ["1.0.0", "1.2.0", "1.1.0"]),
        ("", ["1.0.0", "1.2.0", "1.1.0"]),
    ):
        with opened(repo, Settings(adopted=adopted)) as context:
            due = due_releases(context, {"app": {"at": "1.0.0"}}, never)
        assert [str(released.version) for released, _ in due] == versions


def test_the_tags_are_listed_once_for_the_news_of_all(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(repo, "db", "1.0.0")
    counted = CountedGit.make(tmp_path / "counted")
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    with opened(repo, Settings(forge="local")) as context:
        assert [found.artifact for found in news(context, {})] == ["app", "db"]
    assert len(counted.of("for-each-ref")) <= 2  # one by the forge


def test_a_stray_tag_is_not_due(repo: Repo) -> None:
    repo.checkout("side", create=True)
    repo.commit("side", files={"artifacts/app/x.yaml": "stray: 1\n"})
    repo.tag("flux-oci-app-v9.0.0")
    repo.checkout("main")
    with opened(repo, Settings(forge="local")) as context:
        due = due_releases(context, {}, never)
        assert [str(released.version) for released, _ in due] == ["1.2.0"]
        assert [str(found.version) for found in news(context, {})] == ["1.2.0"]


def test_a_hotfix_is_news_while_something_lower_is_deployed(repo: Repo) -> None:
    repo.branch("release/1.1", "flux-oci-app-v1.1.0")
    repo.checkout("release/1.1")
    repo.commit("fix", files={"artifacts/app/x.yaml": "fixed: 1\n"})
    branches = ("main", "release/*")
    release(repo, "app", "1.1.1", branches=branches)
    repo.checkout("main")
    with opened(repo, Settings(forge="local", branches=branches)) as context:
        for deployed, versions in (
            ({}, ["1.2.0"]),
            ({"at": "1.1.0", "prod": "1.1.0"}, ["1.2.0", "1.1.1"]),
            ({"at": "1.2.0", "prod": "1.1.0"}, ["1.1.1"]),
            ({"at": "1.2.0", "prod": "1.1.1"}, []),
            ({"at": "1.2.0", "prod": "1.2.0"}, []),
        ):
            assert [str(found.version) for found in news(context, {"app": deployed})] == versions


def test_a_repository_that_does_not_answer_is_told(repo: Repo) -> None:
    class Broken:
        def __init__(self, registry: Registry) -> None:
            self._registry = registry

        def repository(self, artifact: str) -> Target:
            raise RegistryError("the registry is tired")

        def __getattr__(self, name: str) -> object:
            return getattr(self._registry, name)

    told: list[str] = []
    with opened(repo) as context:
        registry = context.registry
    with opened(repo, registry=Broken(registry)) as context:  # type: ignore[arg-type]
        assert due_releases(context, {}, lambda artifact, error: told.append(f"{artifact}: {error}")) == []
    assert told == ["flux-oci-app-v1.2.0: the registry is tired"]


def test_news_is_the_newest_release_above_all_that_is_deployed(repo: Repo) -> None:
    with opened(repo, Settings(forge="local")) as context:
        assert [str(found.version) for found in news(context, {})] == ["1.2.0"]
        assert [str(found.version) for found in news(context, {"app": {"at": "1.1.0"}})] == ["1.2.0"]
        for deployed in ("1.2.0", "2.0.0"):
            assert news(context, {"app": {"at": "1.0.0", "tt": deployed}}) == []


def test_an_old_release_is_no_news(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(repo, Settings(forge="local")) as context:
        now = context.forge.releases()[0].published
        monkeypatch.setattr("flux.monorepo.due_releases.time.time", lambda: now + 8 * 24 * 3600)
        assert news(context, {}) == []
