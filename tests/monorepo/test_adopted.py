"""Which released version an environment's tag is: by its digest, else by its content."""

from pathlib import Path

import pytest

from flux.monorepo.adopted import environment_tags, import_desired, released_beside
from flux.registry.folder.layout import LayoutTarget
from flux.settings import Settings
from tests.monorepos import opened
from tests.registry.images import packed, push
from tests.repo import Repo

GIVEN = Settings(release_tag="{artifact}/v{version}", repository="x/{name}")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/app/a.yaml": "a"})
    for version in ("1.0.0", "1.1.0"):
        repo.git("tag", f"app/v{version}")
    return repo


def test_by_digest_by_content_and_not_at_all(repo: Repo) -> None:
    target = LayoutTarget(repo.path / ".registry/x/app")
    push(target, packed(b"one"), "v1.0.0", "at")
    push(target, packed(b"two"), "1.1.0")
    push(target, packed(b"two", commit="b" * 40), "tt")
    push(target, packed(b"three"), "9.9.9", "prod")
    with opened(repo, GIVEN) as monorepo:
        tags = environment_tags(monorepo, ["app", "none"])
        assert {name: set(found) for name, found in tags.items()} == {
            "app": {"v1.0.0", "1.1.0", "9.9.9", "at", "tt", "prod"}
        }
        state, unmanaged = import_desired(monorepo, ["app", "none"], tags)
    assert state == {"app": {"at": "1.0.0", "tt": "1.1.0"}}
    assert [(one.environment, one.why.message) for one in unmanaged] == [
        ("prod", "no released version has its content")
    ]


def test_maintenance_branches_have_releases_of_their_own(repo: Repo) -> None:
    """A branch that only has releases of main is none, nor is a branch by another name."""
    for name in ("release-0.x", "release-1.x", "feature/1"):
        repo.checkout(name, create=True)
        repo.commit(files={"artifacts/app/a.yaml": name})
        if name != "release-0.x":
            repo.git("tag", {"release-1.x": "app/v1.0.1", "feature/1": "app/v1.0.2"}[name])
        repo.checkout("main")
    with opened(repo, GIVEN) as monorepo:
        assert released_beside(monorepo, GIVEN.tag_form) == {"release-1.x": "app/v1.0.1"}
