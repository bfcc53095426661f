"""What every place for images promises, tried on a folder and on a real registry."""

import os

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.dry import DryRegistry
from flux.registry.target import Manifest
from tests.registry.conftest import Place
from tests.registry.images import image, push

NOWHERE = digest_of(b"pushed by nobody")


def test_nothing_is_where_nothing_was_pushed(place: Place) -> None:
    target = place.target
    assert target.resolve("latest") is None
    assert target.fetch_manifest("latest") is None
    assert target.fetch_manifest(NOWHERE) is None
    assert target.tags() == []
    with pytest.raises(RegistryError):
        target.fetch_blob(NOWHERE)
    assert place.writes() == []


def test_what_was_pushed_leaves_the_rest_absent(place: Place) -> None:
    push(place.target, image(), "1.0.0")
    assert place.target.resolve("1.0") is None
    assert place.target.fetch_manifest("1.0") is None
    assert place.target.fetch_manifest(NOWHERE) is None
    other = place.registry.repository("other")
    assert (other.resolve("1.0.0"), other.fetch_manifest("1.0.0"), other.tags()) == (None, None, [])


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff\r\n" * 3, os.urandom(3 << 20)], ids=["empty", "odd", "big"]
)
def test_a_blob_comes_back_as_it_went(place: Place, content: bytes) -> None:
    place.target.push_blob(content)
    assert place.target.fetch_blob(digest_of(content)) == content


def test_a_blob_that_is_there_is_not_sent_again(place: Place) -> None:
    place.target.push_blob(b"content")
    before = place.writes()
    assert before
    place.target.push_blob(b"content")
    assert place.writes() == before
    place.target.push_blob(b"other content")
    assert place.writes() != before


def test_a_manifest_comes_back_as_it_went(place: Place) -> None:
    plain = image()
    push(place.target, plain)
    # The same document, but in bytes that no library would write again.
    content = plain.manifest.replace(b'"schemaVersion":2', b' "schemaVersion" :\t2 ') + b"\n"
    pushed = Manifest(content, MANIFEST_TYPE)
    place.target.push_manifest(pushed, "odd")
    assert place.target.fetch_manifest("odd") == pushed
    assert place.target.fetch_manifest(pushed.digest) == pushed
    assert place.target.resolve("odd") == pushed.digest == digest_of(content)


def test_a_manifest_under_two_tags(place: Place) -> None:
    manifest = push(place.target, image(), "latest", "1.0.0")
    assert sorted(place.target.tags()) == ["1.0.0", "latest"]
    for reference in ("latest", "1.0.0", manifest.digest):
        assert place.target.fetch_manifest(reference) == manifest
    assert place.target.resolve("latest") == place.target.resolve("1.0.0") == manifest.digest


def test_a_tag_moves_and_the_others_stay(place: Place) -> None:
    old = push(place.target, image(b"old"), "latest", "1.0.0")
    new = push(place.target, image(b"new"), "latest")
    assert place.target.resolve("latest") == new.digest
    assert place.target.fetch_manifest("latest") == new
    assert place.target.fetch_manifest("1.0.0") == old
    assert sorted(place.target.tags()) == ["1.0.0", "latest"]
    place.target.push_manifest(old, "latest")
    assert place.target.resolve("latest") == old.digest
    assert place.target.fetch_manifest(old.digest) == old


def test_a_digest_stays_when_its_last_tag_moves_away(place: Place) -> None:
    old = push(place.target, image(b"old"), "latest")
    push(place.target, image(b"new"), "latest")
    assert place.target.tags() == ["latest"]
    assert place.target.fetch_manifest(old.digest) == old


def test_the_same_again_changes_nothing(place: Place) -> None:
    manifest = push(place.target, image(), "latest")
    push(place.target, image(), "latest")
    assert place.target.tags() == ["latest"]
    assert place.target.fetch_manifest("latest") == manifest


def test_every_tag_is_listed_however_many(place: Place) -> None:
    tags = [f"{number:x}_{'x' * 100}" for number in range(130)]
    push(place.target, image(), *tags)
    assert sorted(place.target.tags()) == sorted(tags)


def test_the_longest_and_oddest_tags(place: Place) -> None:
    tags = ["a" * 128, "_", "0", "A.b-c_D"]
    manifest = push(place.target, image(), *tags)
    assert [place.target.resolve(tag) for tag in tags] == [manifest.digest] * 4
    assert sorted(place.target.tags()) == sorted(tags)


def test_content_that_was_altered_is_noticed(place: Place) -> None:
    altered = image(os.urandom(16))  # the server keeps equal content once for all repositories
    manifest = push(place.target, altered, "latest")
    for content, other in (
        (manifest.content, manifest.content.replace(b"https://example.com", b"https://example.org")),
        (altered.layer.content, altered.layer.content[:-1] + b"?"),
    ):
        place.alter(content, other)
    for reference in ("latest", manifest.digest):
        with pytest.raises(RegistryError, match="digest"):
            place.target.fetch_manifest(reference)
    with pytest.raises(RegistryError, match="digest"):
        place.target.fetch_blob(digest_of(altered.layer.content))


def test_to_try_a_push_leaves_nothing_behind(place: Place) -> None:
    place.target.try_push()
    assert (place.files(), place.target.tags()) == ([], [])
    push(place.target, image(), "latest")
    files, writes = place.files(), place.writes()
    place.target.try_push()
    DryRegistry(place.registry).repository("artifact").try_push()
    assert (place.files(), place.writes()) == (files, writes)


def test_repositories_have_names_that_people_can_use(place: Place) -> None:
    assert place.registry.name("artifact") == f"{place.location}/artifact"
