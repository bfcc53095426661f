"""What is due of releases."""

from pathlib import Path

import pytest

from flux.errors import FluxError, RegistryError
from flux.monorepo.due import due_releases, news
from flux.registry.target import Registry, Target
from flux.settings import Settings
from tests.commands.helpers import monorepo
from tests.commands.releasing import publish, release
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
        monkeypatch.setattr("flux.monorepo.due.time.time", lambda: now + 8 * 24 * 3600)
        assert news(context, {}) == []
