"""When an image that is there counts as one of ours: for its content, whoever pushed and compressed it."""

import gzip
import json
import zlib
from dataclasses import replace

import pytest

from flux.artifact.image import LAYER_TYPE, MANIFEST_TYPE, Image
from flux.artifact.image_manifest import OTHER_TYPES
from flux.registry.identity import Standing, Verdict, is_ours, is_same, judge_image
from flux.registry.target import Manifest, Target
from tests.registry.identity.images import OURS, blob, edited, theirs
from tests.registry.identity.images import target as target
from tests.registry.images import image, push


def test_what_was_pushed_is_the_same_and_ours(target: Target) -> None:
    manifest = push(target, OURS, "latest")
    assert is_same(target, manifest, OURS)
    assert is_ours(manifest, OURS)


def test_nothing_is_neither(target: Target) -> None:
    assert not is_same(target, None, OURS)
    assert not is_ours(None, OURS)


@pytest.mark.parametrize("level", [0, 1, 9])
def test_the_content_counts_whatever_compressed_it(target: Target, level: int) -> None:
    layer = gzip.compress(OURS.tar, level, mtime=1)
    assert layer != OURS.layer.content
    manifest = theirs(target, layer)
    assert is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)


def test_what_fixed_codes_have_compressed_stays_the_same_image(target: Target) -> None:
    """As this tool did once. Its config and its annotations are those of today."""
    encoder = zlib.compressobj(9, wbits=31, strategy=zlib.Z_FIXED)
    layer = encoder.compress(OURS.tar) + encoder.flush()
    assert layer != OURS.layer.content
    manifest = theirs(target, layer, config=OURS.config)
    assert is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)


def test_a_layer_in_several_gzip_members_is_one_layer(target: Target) -> None:
    half = len(OURS.tar) // 2
    layer = gzip.compress(OURS.tar[:half]) + gzip.compress(OURS.tar[half:])
    assert is_same(target, theirs(target, layer), OURS)


def test_other_content_is_another_image(target: Target) -> None:
    other = image(b"other")
    assert not is_same(target, push(target, other, "latest"), OURS)
    assert not is_same(target, theirs(target, other.layer.content), OURS)
    assert not is_same(target, theirs(target, gzip.compress(OURS.tar + b"\0")), OURS)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (
            image(OURS.tar, commit="b" * 40),
            "its revision is bbbbbbbbbbbb, but main has other content there",
        ),
        (
            image(OURS.tar, source="https://other/y"),
            "its source is 'https://other/y', not https://example.com/x",
        ),
        (image(OURS.tar, source=""), "it has no annotation org.opencontainers.image.source"),
    ],
)
def test_annotations_that_are_not_true_are_foreign(target: Target, other: Image, why: str) -> None:
    """Flux's events and a signature would repeat them."""
    manifest = push(target, other, "latest")
    assert judge_image(target, manifest, OURS) == Verdict(Standing.FOREIGN, why)
    assert not is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)


def test_another_commit_with_the_same_content_may_be_named(target: Target) -> None:
    asked = []

    def is_at(commit: str, diff_id: str) -> bool:
        asked.append(commit)
        return commit == "b" * 40

    ours = replace(OURS, is_at=is_at)
    for commit, same in (("a" * 40, True), ("b" * 40, True), ("c" * 40, False)):
        manifest = push(target, image(OURS.tar, commit=commit), "latest")
        assert is_same(target, manifest, ours) is same
    assert asked == ["b" * 40, "c" * 40]
    # Git is not asked for the content of another.
    assert not is_same(target, push(target, image(b"other", commit="d" * 40), "latest"), ours)
    assert len(asked) == 2


def test_ours_is_ours_to_the_byte() -> None:
    assert is_ours(Manifest(OURS.manifest, MANIFEST_TYPE), OURS)
    for media_type in OTHER_TYPES:
        assert not is_ours(Manifest(OURS.manifest, media_type), OURS)
    assert not is_ours(Manifest(OURS.manifest + b" ", MANIFEST_TYPE), OURS)
    assert not is_ours(Manifest(image(OURS.tar, source="https://other").manifest, MANIFEST_TYPE), OURS)
    assert not is_ours(Manifest(image(OURS.tar, commit="b" * 40).manifest, MANIFEST_TYPE), OURS)
    assert not is_ours(Manifest(image(b"other").manifest, MANIFEST_TYPE), OURS)
    assert not is_ours(edited(annotations={}), OURS)


def test_the_manifest_alone_tells_ours(target: Target) -> None:
    """No blob is there to be fetched, and some tools drop `data`."""
    assert is_same(target, Manifest(OURS.manifest, MANIFEST_TYPE), OURS)
    config = json.loads(OURS.manifest)["config"]
    del config["data"]
    assert is_same(target, edited(config=config), OURS)


@pytest.mark.parametrize("key", ["layers", "Layers", "layer\N{LATIN SMALL LETTER LONG S}", "\\u004cayers"])
def test_a_second_list_of_layers_is_foreign(target: Target, key: str) -> None:
    """Flux would take the second: tests/artifact/image_manifest/."""
    other = json.dumps([blob(target, image(b"evil").layer.content, LAYER_TYPE)])
    for ours in (OURS.manifest, theirs(target, OURS.layer.content).content):
        content = f'{ours.decode()[:-1]},"{key}":{other}}}'.encode()
        verdict = judge_image(target, Manifest(content, MANIFEST_TYPE), OURS)
        assert verdict.standing is Standing.FOREIGN
        assert "layers" in verdict.why


@pytest.mark.parametrize("media_type", [*OTHER_TYPES, "application/x", ""])
def test_another_type_is_other_content(target: Target, media_type: str) -> None:
    for content in (OURS.manifest, b"{}", b"\xff"):
        verdict = judge_image(target, Manifest(content, media_type), OURS)
        assert verdict.standing is Standing.OTHER
        assert verdict.why == f"it is {OTHER_TYPES.get(media_type, f'of the type {media_type!r}')}"
