"""Nothing is proposed, moved or given out to be signed but what git builds for a release."""

import json

import pytest

from flux.errors import RequestError, UnvouchedError
from flux.registry import open_registry
from flux.registry.target import Manifest, Target
from tests.commands.promoting import World
from tests.registry.images import packed, push

TAG = "flux-oci-eso-v1.1.0"


def repository(world: World) -> Target:
    return open_registry(world.registry, world.repo.path, 1, None).repository("eso")


def untag(world: World, tag: str) -> None:
    """Delete a tag from the registry, which is a folder."""
    index = world.repo.path / world.registry / "eso" / "index.json"
    document = json.loads(index.read_text())
    name = "org.opencontainers.image.ref.name"
    document["manifests"] = [e for e in document["manifests"] if e["annotations"][name] != tag]
    index.write_text(json.dumps(document))


def forge(world: World, *tags: str) -> Manifest:
    return push(repository(world), packed(b"evil: 1\n", source=""), *tags)


def test_a_version_that_no_release_made_is_not_proposed(world: World) -> None:
    forge(world, "9.9.9")
    with pytest.raises(UnvouchedError, match=r"no release of eso 9\.9\.9"):
        world.promote("eso", "prod_ring1", "9.9.9")
    assert world.pulls(None) == []


def test_a_version_that_was_overwritten_is_not_proposed(world: World) -> None:
    forge(world, "1.1.0")
    with pytest.raises(UnvouchedError):
        world.promote("eso", "prod_ring1", "1.1.0")
    world.open(TAG)
    with pytest.raises(UnvouchedError):
        world.apply(world.tick("prod_ring1"))
    assert world.pulls(None) == []


def test_nothing_is_rolled_back_to_what_was_overwritten(world: World) -> None:
    world.promote("eso", "prod", "1.1.0")
    world.merge()
    world.tag()
    before = world.tags()
    forge(world, "1.0.0")
    with pytest.raises(UnvouchedError):
        world.roll_back("eso", "prod")
    assert world.pulls() == []
    assert world.tags()["prod_ring1"] == before["prod_ring1"]


def test_reconcile_moves_and_gives_out_nothing_that_was_overwritten(world: World) -> None:
    world.promote("eso", "prod_ring1", "1.1.0")
    world.merge()
    evil = forge(world, "1.1.0").digest
    done = world.reconcile()
    assert any(isinstance(error, UnvouchedError) for _, error in done.errors)
    assert world.tags()["prod_ring1"] != evil
    assert not [reference for reference in done.digests.values() if reference.endswith(evil)]


def test_reconcile_and_publish_mend_a_commit_tag_that_was_overwritten(world: World) -> None:
    world.reconcile()
    target = repository(world)
    right = target.resolve("latest")
    (commit,) = (tag for tag in target.tags() if len(tag) == 12 and target.resolve(tag) == right)
    for mend in (world.reconcile, lambda: world.publish(TAG)):
        evil = forge(world, commit).digest
        assert target.resolve(commit) == evil
        mend()
        assert target.resolve(commit) == right


def test_reconcile_tells_of_a_version_that_is_the_tips_and_not_its_releases(world: World) -> None:
    """Git builds that image too, but for no release of this version."""
    world.change({"artifacts/eso/x.yaml": "eso: newer\n"})
    world.reconcile()
    target = repository(world)
    newer = target.fetch_manifest("latest")
    assert newer
    assert newer != target.fetch_manifest("1.1.0")
    target.push_manifest(newer, "1.1.0")
    done = world.reconcile()
    assert [(about, type(error)) for about, error in done.errors] == [(TAG, UnvouchedError)]
    assert "eso 1.1.0" not in done.digests


def test_reconcile_gives_out_the_others_where_a_version_cannot_be_read(world: World) -> None:
    world.release("eso", "1.2.0")
    digest = repository(world).resolve("1.0.0")
    assert digest
    (world.repo.path / world.registry / "eso" / "blobs" / digest.replace(":", "/")).write_bytes(b"broken")
    done = world.reconcile()
    assert "flux-oci-eso-v1.0.0" in [about for about, _ in done.errors]
    assert "eso 1.2.0" in done.digests
    assert "eso 1.0.0" not in done.digests


def test_reconcile_tells_of_an_environment_that_was_forged_with_its_version(world: World) -> None:
    forge(world, "1.0.0", "prod_ring1", "prod_ring2", "at_ring1")
    done = world.reconcile()
    assert [type(error) for _, error in done.errors] == [UnvouchedError]


def test_a_version_that_is_published_again_can_be_promoted(world: World) -> None:
    world.open(TAG)
    tag = world.release("eso", "1.2.0", publish=False)
    with pytest.raises(RequestError, match="is not published"):
        world.promote("eso", "at", "1.2.0")
    world.publish(tag)
    assert world.promote("eso", "at", "1.2.0").pull_request


def test_a_version_that_was_deleted_warns_in_its_pull_request_until_it_is_back(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at_ring1"))
    assert "does not have" not in world.pull().body
    untag(world, "1.1.0")
    world.sync()
    assert "The registry does not have `eso` 1.1.0 any more." in world.pull().body
    world.publish(TAG)
    world.sync()
    assert "does not have" not in world.pull().body
