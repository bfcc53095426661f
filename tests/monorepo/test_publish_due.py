"""Releases whose event was lost are published, and images of the others are compared with git."""

from pathlib import Path

import pytest

from flux.errors import UnvouchedError
from flux.monorepo.publish_due import DuePublisher
from flux.monorepo.vouching import Vouching
from flux.monorepo.work import Work
from tests.commands.promoted import registry_of
from tests.commands.promoting import World
from tests.git.counted import CountedGit
from tests.registry.images import image, push


def publish_due(world: World) -> Work:
    done = Work()
    with world.opened() as monorepo:
        DuePublisher(monorepo, Vouching(monorepo), done).publish(monorepo.tip)
    return done


def test_what_is_missing_is_published_once(local: World) -> None:
    tag = local.release("eso", "1.2.0", publish=False)
    done = publish_due(local)
    assert (done.repaired, done.errors, done.notices) == ([f"{tag}: pushed"], [], [])
    assert [*done.digests] == ["eso 1.0.0", "eso 1.2.0"], "desired, and the newest"
    again = publish_due(local)
    assert (again.repaired, again.digests.items()) == ([], done.digests.items())


def test_one_walk_finds_what_each_missing_release_is_made_of(
    local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = [local.release("eso", version, publish=False) for version in ("1.2.0", "1.3.0")]
    tags.append(local.release("dashboard", "0.1.0", publish=False))
    counted = CountedGit.make(tmp_path / "counted")
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    assert {f"{tag}: pushed" for tag in tags} == set(publish_due(local).repaired)
    assert len(counted.of("diff-tree")) == 1


def test_what_publish_always_refuses_is_a_warning(world: World) -> None:
    world.repo.checkout("aside", create=True)
    world.repo.commit(files={"artifacts/eso/x.yaml": "aside\n"})
    world.repo.tag("flux-oci-eso-v9.0.0")
    if world.github:
        world.repo.push("origin", "flux-oci-eso-v9.0.0")
    world.repo.checkout("main")
    done = publish_due(world)
    assert not done.errors
    assert any("flux-oci-eso-v9.0.0" in str(notice) for notice in done.notices)


def test_one_registry_that_fails_leaves_the_other_artifacts_to_be_published(local: World) -> None:
    tag = local.release("eso", "1.2.0", publish=False)
    local.release("dashboard", "0.1.0", publish=False)
    (local.repo.path / ".registry/dashboard").mkdir(parents=True, exist_ok=True)
    (local.repo.path / ".registry/dashboard/index.json").write_text("not JSON")
    done = publish_due(local)
    assert any(what.startswith(f"{tag}: ") for what in done.repaired)
    assert {about.removeprefix("flux-oci-").partition("-v")[0] for about, _ in done.errors} == {"dashboard"}


def test_a_version_with_other_content_has_no_digest_to_sign(local: World) -> None:
    push(registry_of(local), image(b"other"), "1.0.0")
    done = publish_due(local)
    assert [*done.digests] == ["eso 1.1.0"]
    ((about, error),) = done.errors
    assert (about, type(error)) == ("flux-oci-eso-v1.0.0", UnvouchedError)
