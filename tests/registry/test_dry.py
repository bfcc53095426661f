"""A dry run reads everything and writes nothing."""

from flux.registry.dry import DryRegistry
from tests.registry.conftest import Place
from tests.registry.images import image, packed, push


def test_a_dry_run_reads_everything_and_writes_nothing(place: Place) -> None:
    there = push(place.target, image(b"there"), "latest")
    before = place.writes()
    dry = DryRegistry(place.registry)
    target = dry.repository("artifact")
    assert target.resolve("latest") == there.digest
    assert target.fetch_manifest("latest") == there
    assert target.tags() == ["latest"]
    new = push(target, image(b"new"), "latest", "new")
    push(dry.repository("new"), image(), "latest")
    assert place.writes() == before
    assert place.target.fetch_manifest(new.digest) is None
    assert place.registry.repository("new").tags() == []

    assert dry.name("artifact") == place.registry.name("artifact")
    assert target.fetch_blob(image(b"there").config_digest) == image(b"there").config


def test_a_dry_run_tells_what_can_be_foreseen_and_writes_nothing(publishing: Place) -> None:
    publishing.publisher.push(packed(b"there"), ["latest"])
    before = publishing.writes()
    dry = DryRegistry(publishing.registry).publisher("artifact")
    assert dry.push(packed(), ["latest"]) == publishing.publisher.foresee(packed()) == dry.foresee(packed())
    there = publishing.target.fetch_manifest("latest")
    assert there
    dry.tag(there, "other")
    assert publishing.writes() == before
    assert publishing.target.tags() == ["latest"]


def test_what_follows_sees_what_a_dry_run_would_have_written(publishing: Place) -> None:
    there = publishing.publisher.push(packed(b"there"), ["latest"])
    before = publishing.writes()
    dry = DryRegistry(publishing.registry)
    new = packed(b"new")
    dry.publisher("artifact").push(new, ["latest", "1.0.0"])
    target = dry.repository("artifact")
    manifest = target.fetch_manifest("1.0.0")
    assert manifest
    assert manifest.content == new.manifest
    assert target.resolve("latest") == manifest.digest != there
    assert target.fetch_manifest(manifest.digest) == manifest
    assert [target.fetch_blob(d) for d in (new.config_digest, new.layer.digest)] == [
        new.config,
        new.layer.content,
    ]
    dry.publisher("artifact").tag_at_once(manifest, ["at", "tt"])
    assert sorted(target.tags()) == ["1.0.0", "at", "latest", "tt"]
    assert dry.repository("other").tags() == []
    assert publishing.writes() == before
    assert DryRegistry(publishing.registry).repository("artifact").tags() == ["latest"]
