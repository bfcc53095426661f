"""What every publisher promises: the built-in one in a folder and on a server, and the flux CLI."""

import json
import os
from pathlib import Path

import pytest

from flux.artifact.image import CONFIG_TYPE, CREATED, LAYER_TYPE, MANIFEST_TYPE, REVISION, SOURCE
from flux.registry.identity import is_same
from tests.registry.conftest import Place
from tests.registry.images import content, image, packed, push


def test_an_image_is_stored_as_what_it_is(publishing: Place) -> None:
    publisher, target = publishing.publisher, publishing.target
    digest = publisher.push(packed(), ["first", "second"])
    assert digest
    assert publisher.foresee(packed()) in (digest, None)
    assert sorted(target.tags()) == ["first", "second"]
    assert target.resolve("first") == target.resolve("second") == digest
    manifest = target.fetch_manifest("first")
    assert manifest
    assert is_same(target, manifest, packed())
    assert not is_same(target, manifest, packed(b"other"))
    document = json.loads(manifest.content)
    assert manifest.media_type == document["mediaType"] == MANIFEST_TYPE
    assert document["config"]["mediaType"] == CONFIG_TYPE
    assert [each["mediaType"] for each in document["layers"]] == [LAYER_TYPE]
    assert document["annotations"] == {
        CREATED: "1970-01-01T00:00:00Z",
        REVISION: f"main@sha1:{'a' * 40}",
        SOURCE: "https://example.com/x",
    }
    assert content(target, "first") == packed().tar


def test_the_same_image_has_the_same_digest_wherever_it_is_pushed(
    publishing: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = publishing.publisher.push(packed(), ["a"])
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    elsewhere = tmp_path / "set group ID"
    elsewhere.mkdir()
    elsewhere.chmod(0o2770)
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = os.umask(0o077)
    try:
        assert publishing.registry.publisher("other").push(packed(), ["a"]) == first
    finally:
        os.umask(before)
    assert list(elsewhere.glob("*/*")) == []  # but the folder in which this process stages


def test_a_tag_moves_to_the_very_manifest_and_the_others_stay(publishing: Place) -> None:
    publisher, target = publishing.publisher, publishing.target
    old = publisher.push(packed(b"old"), ["latest", "1.0.0"])
    new = publisher.push(packed(b"new"), ["latest"])
    manifest = target.fetch_manifest("1.0.0")
    assert manifest
    publisher.tag(manifest, "prod_ring1")
    publisher.tag(manifest, "latest")
    tags = {tag: target.resolve(tag) for tag in target.tags()}
    assert tags == {"latest": old, "1.0.0": old, "prod_ring1": old}
    assert target.fetch_manifest("prod_ring1") == manifest
    after = target.fetch_manifest(str(new))
    assert after
    publisher.tag(after, "latest")
    assert target.resolve("latest") == new


def test_an_image_of_another_publisher_is_tagged_as_it_is(publishing: Place) -> None:
    odd = image(b"no tar at all", source="")
    manifest = push(publishing.target, odd, "theirs")
    publishing.publisher.tag(manifest, "ours")
    assert publishing.target.fetch_manifest("ours") == manifest


def test_every_tag_that_a_registry_may_have(publishing: Place) -> None:
    tags = ["a" * 128, "_", "0", "A.b-c_D", "1.0.0-rc.1"]
    digest = publishing.publisher.push(packed(), tags)
    assert {tag: publishing.target.resolve(tag) for tag in publishing.target.tags()} == dict.fromkeys(
        tags, digest
    )


# Layers that nobody would make
