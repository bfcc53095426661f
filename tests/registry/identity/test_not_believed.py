"""What an image says of itself is not believed, and no more of it is read than ours has."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.artifact.unpacking import decompressed
from flux.errors import RegistryError
from flux.registry.identity import Standing, Verdict, is_ours, is_same, judge_image
from flux.registry.target import Manifest, Target
from tests.registry.identity.images import OURS, blob, edited, theirs, told
from tests.registry.identity.images import target as target
from tests.registry.images import FLUX_CONFIG, image, push


def test_why_a_size_that_is_not_true_is_foreign(target: Target) -> None:
    push(target, OURS, "latest")
    layer = OURS.layer.content
    document = json.loads(OURS.manifest)
    del document["config"]["data"]
    for part, told_size, known in (
        (document["config"], len(OURS.config) + 1, "config"),
        (document["layers"][0], len(layer) + 1, "layer"),
    ):
        size = part["size"]
        part["size"] = told_size
        manifest = Manifest(json.dumps(document).encode(), MANIFEST_TYPE)
        why = f"its {known} has {size} bytes, not {told_size}"
        assert judge_image(target, manifest, OURS) == Verdict(Standing.FOREIGN, why)
        part["size"] = size
    packed = gzip.compress(OURS.tar, 1, mtime=1)
    target.push_blob(packed)
    assert judge_image(target, told(packed, size=len(packed) + 1), OURS) == Verdict(
        Standing.FOREIGN, f"its layer has {len(packed)} bytes, not {len(packed) + 1}"
    )
    assert judge_image(target, told(packed, size=len(packed) - 1), OURS) == Verdict(
        Standing.FOREIGN, f"its layer has more than the {len(packed) - 1} bytes that it declares"
    )


def test_why_a_layer_that_is_no_gzip_is_other_content(target: Target) -> None:
    target.push_blob(b"not gzip")
    assert judge_image(target, told(b"not gzip"), OURS) == Verdict(
        Standing.OTHER, "its layer is not gzip: it has other bytes"
    )


def test_a_layer_of_twice_the_size_of_the_tar_is_still_looked_at(target: Target) -> None:
    """What cannot be compressed may grow a little; beyond that nothing is fetched."""
    most = 2 * OURS.layer.tar_size + (64 << 10)
    assert judge_image(target, told(b"gone", size=most), OURS).why == "its layer is missing"
    assert judge_image(target, told(b"gone", size=most + 1), OURS) == Verdict(Standing.OTHER)


def test_what_is_ours_to_the_byte_needs_no_blob(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    """Not even its manifest is read."""
    monkeypatch.setattr("flux.registry.identity.parse_manifest", None)
    assert judge_image(target, Manifest(OURS.manifest, MANIFEST_TYPE), OURS) == Verdict(Standing.SAME)


def test_no_piece_beyond_the_size_of_ours_is_unpacked(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = []

    def counted(blob: bytes) -> Iterator[bytes]:
        for piece in decompressed(blob):
            unpacked.append(len(piece))
            yield piece

    monkeypatch.setattr("flux.registry.identity.decompressed", counted)
    for large in (gzip.compress(OURS.tar * 300), gzip.compress(OURS.tar, mtime=0) * 100):
        unpacked.clear()
        assert judge_image(target, theirs(target, large), OURS) == Verdict(Standing.OTHER)
        assert sum(unpacked) <= OURS.layer.tar_size + (256 << 10)


@pytest.mark.parametrize("part", ["config", "layers"])
@pytest.mark.parametrize("change", [-1, 1, 1 << 40])
def test_sizes_that_are_not_true_are_foreign(target: Target, part: str, change: int) -> None:
    """Flux would not pull it, whatever it holds."""
    push(target, OURS, "latest")
    document = json.loads(theirs(target, OURS.layer.content, config=OURS.config).content)
    (document[part] if part == "config" else document[part][0])["size"] += change
    verdict = judge_image(target, Manifest(json.dumps(document).encode(), MANIFEST_TYPE), OURS)
    assert verdict.standing is Standing.FOREIGN
    document = json.loads(theirs(target, gzip.compress(OURS.tar)).content)
    document["layers"][0]["size"] += change
    assert not is_same(target, Manifest(json.dumps(document).encode(), MANIFEST_TYPE), OURS)


def test_a_layer_too_large_for_ours_is_not_fetched(target: Target) -> None:
    told = {"mediaType": LAYER_TYPE, "digest": digest_of(b"never there"), "size": 1 << 40}
    document = json.loads(theirs(target, OURS.layer.content).content) | {"layers": [told]}
    assert judge_image(target, Manifest(json.dumps(document).encode(), MANIFEST_TYPE), OURS) == Verdict(
        Standing.OTHER
    )


def test_a_layer_that_is_missing(target: Target) -> None:
    told = {"mediaType": LAYER_TYPE, "digest": digest_of(b"gone"), "size": 4}
    document = json.loads(theirs(target, OURS.layer.content).content) | {"layers": [told]}
    verdict = judge_image(target, Manifest(json.dumps(document).encode(), MANIFEST_TYPE), OURS)
    assert verdict == Verdict(Standing.OTHER, "its layer is missing")


def test_a_config_that_tells_of_another_layer_is_not_believed(target: Target) -> None:
    """Who may push could else have anything taken for ours, and signed."""
    other = blob(target, image(b"evil").layer.content, LAYER_TYPE)
    manifest = edited(layers=[other])
    assert not is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)
    told = json.dumps({"os": "linux", "rootfs": {"type": "layers", "diff_ids": [OURS.diff_id]}}).encode()
    embedded = {"mediaType": CONFIG_TYPE, "digest": digest_of(told), "data": base64.b64encode(told).decode()}
    for config in (blob(target, told, CONFIG_TYPE), embedded):
        assert not is_same(target, edited(config=config, layers=[other]), OURS)


@pytest.mark.parametrize("config", [FLUX_CONFIG, image(b"other").config, b"{}", b"null", b"<html>", b"\xff"])
def test_the_layer_counts_whatever_the_config_says(target: Target, config: bytes) -> None:
    assert is_same(target, theirs(target, OURS.layer.content, config=config), OURS)
    assert not is_same(target, theirs(target, image(b"other").layer.content, config=config), OURS)


def test_other_content_of_ours_is_known_by_its_manifest_alone(target: Target) -> None:
    """No blob is there to be fetched."""
    assert not is_same(target, Manifest(image(b"other").manifest, MANIFEST_TYPE), OURS)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html>",
        b"\xff",
        b'{"rootfs": null}',
        b'{"rootfs": {"diff_ids": []}}',
        b'{"rootfs": {"diff_ids": null}}',
    ],
)
def test_where_an_embedded_config_tells_nothing_the_layer_does(target: Target, told: bytes) -> None:
    config = blob(target, told, CONFIG_TYPE) | {"data": base64.b64encode(told).decode()}
    other = blob(target, image(b"other").layer.content, LAYER_TYPE)
    push(target, OURS, "latest")
    assert is_same(target, edited(config=config), OURS)
    assert not is_same(target, edited(config=config, layers=[other]), OURS)


def test_of_a_large_layer_no_more_is_unpacked_than_is_needed(target: Target) -> None:
    layer = gzip.compress(OURS.tar) + gzip.compress(bytes(1 << 26)) * 64
    assert not is_same(target, theirs(target, layer), OURS)


@pytest.mark.parametrize(
    "types",
    [
        {"config_type": "application/vnd.oci.image.config.v1+json"},
        {"config_type": ""},
        {"layer_type": "application/vnd.oci.image.layer.v1.tar+gzip"},
        {"layer_type": "application/vnd.cncf.flux.content.v1.tar"},
    ],
    ids=repr,
)
def test_other_media_types_are_another_image(target: Target, types: dict[str, str]) -> None:
    assert not is_same(target, theirs(target, OURS.layer.content, config=OURS.config, **types), OURS)


def test_another_number_of_layers_is_another_image(target: Target) -> None:
    push(target, OURS, "latest")
    for layers in (
        (),
        (OURS.layer.content, OURS.layer.content),
        (OURS.layer.content, image(b"other").layer.content),
    ):
        assert not is_same(target, theirs(target, *layers, config=OURS.config), OURS)


@pytest.mark.parametrize(
    "layer",
    [
        b"",
        b"not gzip",
        OURS.layer.content[:-1],
        OURS.layer.content[:-8],
        OURS.layer.content[:20],
        OURS.layer.content[:-8] + bytes(8),
        OURS.layer.content[:12] + b"\xff" * 40 + OURS.layer.content[52:],
        OURS.layer.content + b"more",
        OURS.layer.content + bytes(512),
        gzip.compress(OURS.tar[:9]) + bytes(8) + gzip.compress(OURS.tar[9:]),
        zlib.compress(OURS.tar),
        b"\x28\xb5\x2f\xfd" + OURS.layer.content,
        OURS.layer.content[:3] + b"\xe0" + OURS.layer.content[4:],
        OURS.tar,
    ],
    ids=[
        "empty",
        "text",
        "cut",
        "no trailer",
        "cut early",
        "wrong sum",
        "wrong bits",
        "more",
        "padded",
        "padded inside",
        "zlib",
        "zstd",
        "flags that nobody knows",
        "not compressed",
    ],
)
def test_a_layer_that_cannot_be_read_is_another_image(target: Target, layer: bytes) -> None:
    assert not is_same(target, theirs(target, layer), OURS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"config": null, "layers": null}',
        b'{"config": [], "layers": {}}',
    ],
)
def test_a_manifest_that_is_none_is_another_image(target: Target, content: bytes) -> None:
    manifest = Manifest(content, MANIFEST_TYPE)
    assert not is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)

_PLACES: list[tuple[list[str | int], str | int]] = [
    ([], "config"),
    ([], "layers"),
    ([], "annotations"),
    (["config"], "mediaType"),
    (["config"], "digest"),
    (["config"], "data"),
    (["layers"], 0),
    (["layers", 0], "mediaType"),
    (["layers", 0], "digest"),
]


@st.composite
def manifests(draw: st.DrawFn) -> bytes:
    """Ours, with one thing in it replaced or removed."""
    document = json.loads(OURS.manifest)
    if draw(st.booleans()):
        document["config"]["digest"] = digest_of(b"other")  # else no blob is asked for
    keys, last = draw(st.sampled_from(_PLACES))
    place: Any = document
    for key in keys:
        place = place[key]
    if draw(st.booleans()):
        place[last] = draw(_JSON)
    else:
        del place[last]
    return json.dumps(document).encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(manifests())
def test_no_manifest_is_a_crash(target: Target, content: bytes) -> None:
    """At worst its blobs are not there, which a RegistryError says."""
    manifest = Manifest(content, MANIFEST_TYPE)
    is_ours(manifest, OURS)
    with suppress(RegistryError):
        is_same(target, manifest, OURS)
