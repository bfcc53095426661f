"""A dry run reads everything and writes nothing."""

from flux.registry.dry import DryRegistry
from tests.registry.conftest import Place
from tests.registry.images import image, packed, push


def test_a_dry_run_reads_everything_and_writes_nothing(place: Place) -> None:
    there = push(place.target, image(b"there"), "latest")
    before = place.writes()
    dry = DryRegistry(place.registry)
    target = dry.repository("artifact")
    new = push(target, image(b"new"), "latest", "new")
    push(dry.repository("new"), image(), "latest")
    assert place.writes() == before
    assert place.target.fetch_manifest(new.digest) is None
    assert place.registry.repository("new").tags() == []

    assert dry.name("artifact") == place.registry.name("artifact")
    assert target.resolve("latest") == there.digest
    assert target.fetch_manifest("latest") == there
    assert target.fetch_blob(image(b"there").config_digest) == image(b"there").config
    assert target.tags() == ["latest"]


def test_a_dry_run_tells_what_can_be_foreseen_and_writes_nothing(publishing: Place) -> None:
    publishing.publisher.push(packed(b"there"), ["latest"])
    before = publishing.writes()
    dry = DryRegistry(publishing.registry).publisher("artifact")
    assert dry.push(packed(), ["latest"]) == publishing.publisher.foresee(packed()) == dry.foresee(packed())
    there = dry.target.fetch_manifest("latest")
    assert there
    dry.tag(there, "other")
    assert publishing.writes() == before
    assert publishing.target.tags() == ["latest"]
