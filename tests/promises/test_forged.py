"""Who can write to the registry, but not to git, gets nothing into an environment."""

import json

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.errors import UnvouchedError
from flux.registry.target import Manifest
from tests.commands.invoking import inv
from tests.commands.releasing import status, tag
from tests.commands.tagging import FIRST, World
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.registry.images import packed, push

INDEX = "application/vnd.oci.image.index.v1+json"


def forge(world: World, *tags: str) -> Manifest:
    """Put an image of other content under tags of `app`."""
    return push(world.open().repository("app"), packed(b"evil: 1\n", source=""), *tags)


def retold(world: World, version: str) -> Manifest:
    """The same content of `app` under another digest, as flux would push it at a later time."""
    target = world.open().repository("app")
    there = target.fetch_manifest(version)
    assert there
    document = json.loads(there.content)
    document["annotations"]["org.opencontainers.image.created"] = "2020-02-20T20:20:20Z"
    return Manifest(json.dumps(document).encode(), MANIFEST_TYPE)


def test_a_forged_version_moves_no_tag_and_the_others_move(world: World) -> None:
    world.want(FIRST)
    forge(world, "1.0.0")
    done = tag(world.repo, registry=world.place.location)
    (failed,) = done.failed
    assert (failed.artifact, failed.environment) == ("app", "prod_ring1")
    assert isinstance(failed.error, UnvouchedError)
    assert world.environments() == {
        "app": {"at_ring1": "1.1.0", "at_ring2": "1.1.0"},
        "db": {"at_ring1": "1.0.0"},
    }


def test_inv_tag_fails_with_what_to_do(world: World) -> None:
    world.want(FIRST)
    forge(world, "1.0.0")
    done = inv(world.repo, "tag", env={"INVOKE_FLUX_REGISTRY": world.place.location})
    assert done.code == 1
    assert "app 1.0.0 in the registry is not what git builds" in done.said
    assert "release a higher version" in done.said


def test_an_index_under_a_version_is_other_content(world: World) -> None:
    world.want({"app": {"prod_ring1": "1.0.0"}})
    target = world.open().repository("app")
    good = target.fetch_manifest("1.0.0")
    assert good
    entry = {"mediaType": MANIFEST_TYPE, "digest": good.digest, "size": len(good.content)}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    target.push_manifest(Manifest(json.dumps(index).encode(), INDEX), "1.0.0")
    (failed,) = tag(world.repo, registry=world.place.location).failed
    assert isinstance(failed.error, UnvouchedError)
    assert "an image index" in failed.error.message
    assert world.tags()["app"].get("prod_ring1") is None


def test_a_tag_whose_content_is_right_stays_where_it_is(world: World) -> None:
    world.want({"app": {"prod_ring1": "1.0.0"}})
    target = world.open().repository("app")
    other = retold(world, "1.0.0")
    target.push_manifest(other, "prod_ring1")
    done = tag(world.repo, registry=world.place.location)
    assert [step.action for step in done.steps] == ["unchanged"]
    assert target.resolve("prod_ring1") == other.digest
    assert not status(world.repo, registry=world.place.location).drifts


def test_a_right_tag_stays_and_a_forged_version_is_told(world: World) -> None:
    """The environment has what it should have, whatever the version's tag points at by now."""
    world.want({"app": {"prod_ring1": "1.0.0"}})
    tag(world.repo, registry=world.place.location)
    right = world.open().repository("app").resolve("prod_ring1")
    forge(world, "1.0.0")
    tag(world.repo, registry=world.place.location)
    assert world.open().repository("app").resolve("prod_ring1") == right


@pytest.mark.parametrize("tags", [("prod_ring1",), ("1.0.0", "prod_ring1")])
def test_status_tells_of_what_is_not_the_releases(world: World, tags: tuple[str, ...]) -> None:
    world.want({"app": {"prod_ring1": "1.0.0"}})
    tag(world.repo, registry=world.place.location)
    forge(world, *tags)
    checked = inv(world.repo, "status", "--check", env={"INVOKE_FLUX_REGISTRY": world.place.location})
    assert checked.code == 1
    assert "No drift" not in checked.said
    if len(tags) == 2:
        assert "1.0.0, not the release's" in " ".join(checked.out.split())


def test_a_forged_tag_is_moved_back(world: World) -> None:
    world.want({"app": {"prod_ring1": "1.0.0"}})
    tag(world.repo, registry=world.place.location)
    forge(world, "prod_ring1")
    assert [step.action for step in tag(world.repo, registry=world.place.location).steps] == ["moved"]
    assert world.environments()["app"] == {"prod_ring1": "1.0.0"}
