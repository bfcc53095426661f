"""When an image that is there counts as one of ours: for its content, whoever pushed and compressed it."""

import base64
import gzip
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, Image, digest_of
from flux.errors import RegistryError
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.identity import is_ours, is_same
from flux.registry.target import Manifest, Target
from tests.registry.images import FLUX_CONFIG, image, push

OURS = image(b"content" * 1000)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return LayoutRegistry("images", tmp_path).repository("artifact")


def blob(target: Target, content: bytes, media_type: str) -> dict[str, Any]:
    target.push_blob(content)
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def theirs(
    target: Target,
    *layers: bytes,
    config: bytes = FLUX_CONFIG,
    config_type: str = CONFIG_TYPE,
    layer_type: str = LAYER_TYPE,
) -> Manifest:
    """An image that someone else made."""
    document = {
        "schemaVersion": 2,
        "config": blob(target, config, config_type),
        "layers": [blob(target, layer, layer_type) for layer in layers],
    }
    return Manifest(json.dumps(document).encode(), MANIFEST_TYPE)


def edited(**fields: Any) -> Manifest:
    return Manifest(json.dumps(json.loads(OURS.manifest) | fields).encode(), MANIFEST_TYPE)


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
    assert layer != OURS.layer
    manifest = theirs(target, layer)
    assert is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)


def test_a_layer_in_several_gzip_members_is_one_layer(target: Target) -> None:
    half = len(OURS.tar) // 2
    layer = gzip.compress(OURS.tar[:half]) + gzip.compress(OURS.tar[half:])
    assert is_same(target, theirs(target, layer), OURS)


def test_other_content_is_another_image(target: Target) -> None:
    other = image(b"other")
    assert not is_same(target, push(target, other, "latest"), OURS)
    assert not is_same(target, theirs(target, other.layer), OURS)
    assert not is_same(target, theirs(target, gzip.compress(OURS.tar + b"\0")), OURS)


@pytest.mark.parametrize("other", [image(OURS.tar, commit="b" * 40), image(OURS.tar, source="https://other")])
def test_annotations_do_not_count(target: Target, other: Image) -> None:
    manifest = push(target, other, "latest")
    assert manifest.content != OURS.manifest
    assert is_same(target, manifest, OURS)


def test_ours_is_of_the_same_revision() -> None:
    assert is_ours(Manifest(image(OURS.tar, source="https://other").manifest, MANIFEST_TYPE), OURS)
    assert not is_ours(Manifest(image(OURS.tar, commit="b" * 40).manifest, MANIFEST_TYPE), OURS)
    assert not is_ours(Manifest(image(b"other").manifest, MANIFEST_TYPE), OURS)
    assert not is_ours(edited(annotations={}), OURS)


def test_the_manifest_alone_tells_ours(target: Target) -> None:
    """No blob is there to be fetched, and some tools drop `data`."""
    assert is_same(target, Manifest(OURS.manifest, MANIFEST_TYPE), OURS)
    config = json.loads(OURS.manifest)["config"]
    del config["data"]
    assert is_same(target, edited(config=config), OURS)


def test_a_config_that_tells_of_another_layer_is_not_believed(target: Target) -> None:
    """Who may push could else have anything taken for ours, and signed."""
    other = blob(target, image(b"evil").layer, LAYER_TYPE)
    manifest = edited(layers=[other])
    assert not is_same(target, manifest, OURS)
    assert not is_ours(manifest, OURS)
    told = json.dumps({"os": "linux", "rootfs": {"type": "layers", "diff_ids": [OURS.diff_id]}}).encode()
    embedded = {"mediaType": CONFIG_TYPE, "digest": digest_of(told), "data": base64.b64encode(told).decode()}
    for config in (blob(target, told, CONFIG_TYPE), embedded):
        assert not is_same(target, edited(config=config, layers=[other]), OURS)


@pytest.mark.parametrize("config", [FLUX_CONFIG, image(b"other").config, b"{}", b"null", b"<html>", b"\xff"])
def test_the_layer_counts_whatever_the_config_says(target: Target, config: bytes) -> None:
    assert is_same(target, theirs(target, OURS.layer, config=config), OURS)
    assert not is_same(target, theirs(target, image(b"other").layer, config=config), OURS)


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
    other = blob(target, image(b"other").layer, LAYER_TYPE)
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
    assert not is_same(target, theirs(target, OURS.layer, config=OURS.config, **types), OURS)


def test_another_number_of_layers_is_another_image(target: Target) -> None:
    push(target, OURS, "latest")
    for layers in ((), (OURS.layer, OURS.layer), (OURS.layer, image(b"other").layer)):
        assert not is_same(target, theirs(target, *layers, config=OURS.config), OURS)


@pytest.mark.parametrize(
    "layer",
    [
        b"",
        b"not gzip",
        OURS.layer[:-1],
        OURS.layer[:-8],
        OURS.layer[:20],
        OURS.layer[:-8] + bytes(8),
        OURS.layer[:12] + b"\xff" * 40 + OURS.layer[52:],
        OURS.layer + b"more",
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
