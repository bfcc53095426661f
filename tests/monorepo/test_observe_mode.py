"""What an earlier system left, beside what this one would make of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flux.errors import RegistryError
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.observe_mode import Observed, observe_images, observe_steps
from flux.promotion.plan import Action, Step
from flux.registry.folder.layout import LayoutTarget
from flux.registry.target import Manifest
from flux.settings import Settings
from tests.commands.invoking import build
from tests.commands.invoking import monorepo as make
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make(tmp_path / "repo", {"artifacts/app/a.yaml": "a: 1\n", "artifacts/db/d.yaml": "d: 1\n"})


def observed(repo: Repo) -> dict[str, bool]:
    from flux.monorepo.builder import Builder
    from flux.monorepo.commit_artifacts import Sources

    with opened(repo, Settings(mode="observe"), dry_run=True) as monorepo:
        built = Builder(monorepo, Sources(monorepo, repo.head), ["app", "db"], []).build(lambda result: None)
        return {one.name: one.agrees for one in observe_images(monorepo, built.results)}


def test_images(repo: Repo) -> None:
    assert observed(repo) == {"app:latest": False, "db:latest": False}
    build(repo)
    assert observed(repo) == {"app:latest": True, "db:latest": True}
    # The earlier system names its commits otherwise, and has not built the newest.
    repo.commit("change", files={"artifacts/app/a.yaml": "a: 2\n"})
    assert observed(repo) == {"app:latest": False, "db:latest": True}
    target = LayoutTarget(repo.path / ".registry/db")
    manifest = target.fetch_manifest("latest")
    assert manifest
    target.push_manifest(manifest, "0123abc")
    assert observed(repo) == {"app:latest": False, "db:latest": True}


def test_a_tag_that_would_stay_agrees(repo: Repo) -> None:
    """Also if another tag has the same content with another digest."""
    build(repo)
    target = LayoutTarget(repo.path / ".registry/app")
    manifest = target.fetch_manifest("latest")
    assert manifest
    document = json.loads(manifest.content)
    document["annotations"]["org.opencontainers.image.revision"] = "main/1"
    target.push_manifest(Manifest(json.dumps(document).encode(), manifest.media_type), "latest")
    assert observed(repo) == {"app:latest": True, "db:latest": True}
    repo.commit("change", files={"artifacts/app/a.yaml": "a: 2\n"})
    assert observed(repo) == {"app:latest": False, "db:latest": True}


def test_what_failed_is_not_compared(repo: Repo) -> None:
    result = ImageResult("app", "app", "", tags=("latest",), action=ImageAction.FAILED)
    with opened(repo, dry_run=True) as monorepo:
        assert observe_images(monorepo, [replace(result, error=RegistryError("x", "y"))]) == []


def test_steps() -> None:
    a, b = "sha256:a", "sha256:b"
    steps = [
        Step("app", "at", "1.0.0", a, a, Action.UNCHANGED),
        Step("app", "prod", "1.0.0", b, a, Action.MOVE),
        Step("app", "tt", "1.0.0", None, a, Action.MOVE),
        Step("app", "old", None, b, None, Action.LEFT),
        Step("app", "new", "2.0.0", a, None, Action.MISSING),
    ]
    assert observe_steps(steps) == [
        Observed("app:at", a, a),
        Observed("app:prod", b, a),
        Observed("app:tt", None, a),
    ]
    assert [one.agrees for one in observe_steps(steps)] == [True, False, False]
