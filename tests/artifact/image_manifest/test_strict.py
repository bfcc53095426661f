"""The strict reader takes what we and flux write. All else is foreign."""

import base64
import json
from typing import Any

import pytest

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.image_manifest import LARGEST_MANIFEST, Foreign, parse_manifest
from flux.artifact.layer import digest_of
from tests.artifact.image_manifest.manifests import (
    EVIL,
    FLUXES,
    LAYER,
    OURS,
    accepted,
    edited,
    inserted,
    refused,
)
from tests.registry.images import image


def test_what_we_write() -> None:
    ours = image(b"content")
    read = accepted(ours.manifest)
    assert (read.config.digest, read.layer.digest) == (ours.config_digest, ours.layer.digest)
    assert (read.config.data, read.config.size) == (ours.config, len(ours.config))
    assert read.annotations == json.loads(OURS)["annotations"]
    assert read.type_fault == ""
    assert accepted(image(source="").manifest).annotations.keys() < read.annotations.keys()


def test_what_flux_writes() -> None:
    read = accepted(FLUXES)
    assert (read.config.size, read.layer.size, read.config.data) == (115, 119, None)
    assert read.layer.digest == "sha256:db30064592346e20a77aa23b91cca6e45f595a9cbc1627412cabd8ebdae88668"
    assert read.annotations["org.opencontainers.image.source"] == "https://example.com/x"
    assert read.type_fault == ""


@pytest.mark.parametrize(
    ("media_type", "why"),
    [
        ("application/vnd.oci.image.index.v1+json", "it is an image index"),
        ("application/vnd.docker.distribution.manifest.list.v2+json", "it is a Docker manifest list"),
        ("application/vnd.docker.distribution.manifest.v2+json", "it is a Docker manifest"),
        ("application/json", "it is of the type 'application/json'"),
        ("", "it is of the type ''"),
        (MANIFEST_TYPE.upper(), f"it is of the type {MANIFEST_TYPE.upper()!r}"),
        ("\x1b[31m" + "x" * 1000, "it is of the type '\\x1b[31m" + "x" * 51 + "…'"),
    ],
)
def test_another_type_is_openly_something_else(media_type: str, why: str) -> None:
    assert parse_manifest(OURS, media_type) == Foreign(why, is_other=True)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("layers", "it has the key 'layers' twice"),
        ("\\u006cayers", "it has the key 'layers' twice"),
        ("Layers", "Flux reads the key 'Layers' as layers"),
        ("LAYERS", "Flux reads the key 'LAYERS' as layers"),
        ("\\u004cayers", "Flux reads the key 'Layers' as layers"),
        (
            "layer\N{LATIN SMALL LETTER LONG S}",
            "Flux reads the key 'layer\N{LATIN SMALL LETTER LONG S}' as layers",
        ),
        ("layer\\u017f", "Flux reads the key 'layer\N{LATIN SMALL LETTER LONG S}' as layers"),
        ("manifests", "it has the key 'manifests', which Flux images do not have"),
        ("subject", "it has the key 'subject', which Flux images do not have"),
        ("", "it has the key '', which Flux images do not have"),
        (
            "\N{RIGHT-TO-LEFT OVERRIDE}\\u001b[0m",
            "it has the key '\\u202e\\x1b[0m', which Flux images do not have",
        ),
    ],
)
def test_a_second_list_of_layers(key: str, why: str) -> None:
    assert refused(inserted(f'"{key}":{LAYER}')) == why


@pytest.mark.parametrize(
    "key", ["Config", "\N{KELVIN SIGN}ind", "MediaType", "\\u0041nnotations", "artifactType"]
)
def test_any_other_key(key: str) -> None:
    refused(inserted(f'"{key}":null'))


@pytest.mark.parametrize(
    "key", ["Digest", "digest", "\\u0044igest", "dige\N{LATIN SMALL LETTER LONG S}t", "data", "urls"]
)
def test_a_second_digest_in_the_layer(key: str) -> None:
    assert refused(OURS.replace(b'"layers":[{', b'"layers":[{"%s":"%s",' % (key.encode(), EVIL.encode())))


@pytest.mark.parametrize("place", ["config", "annotations"])
def test_a_key_twice_at_any_depth(place: str) -> None:
    twice = OURS.replace(f'"{place}":{{'.encode(), f'"{place}":{{"x":"1","x":"2",'.encode())
    assert twice != OURS
    assert refused(twice) == "it has the key 'x' twice"


@pytest.mark.parametrize("key", ["schemaVersion", "mediaType", "config", "layers"])
@pytest.mark.parametrize("value", [None, True, [], {}, "", "2", 2.0, 0, [None], [{}], -1])
def test_a_field_that_is_another(key: str, value: object) -> None:
    refused(edited(lambda document: document.update({key: value})))
    assert refused(edited(lambda document: document.pop(key))) == f"it has no {key}"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("schemaVersion", 1, "its schemaVersion is not 2"),
        ("mediaType", "x", f"its mediaType is not {MANIFEST_TYPE}, the type that the registry returned"),
        ("layers", [1], "its layer is not a JSON object"),
        ("config", 1, "its config is not a JSON object"),
        ("annotations", [], "its annotations are not a JSON object"),
    ],
)
def test_why_a_field_is_refused(field: str, value: object, why: str) -> None:
    assert refused(edited(lambda document: document.update({field: value}))) == why


@pytest.mark.parametrize("part", ["config", "layers"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("digest", EVIL.upper()),
        ("digest", EVIL + "0"),
        ("digest", EVIL + "\n"),
        ("digest", "sha512:" + "0" * 128),
        ("digest", "sha256:" + "\N{FULLWIDTH DIGIT ZERO}" * 64),
        ("digest", None),
        ("size", "4"),
        ("size", None),
        ("size", True),
        ("size", -1),
        ("size", 4.0),
        ("size", 1 << 63),
        ("mediaType", None),
        ("mediaType", 1),
        ("platform", {}),
        ("annotations", {}),
        ("urls", ["https://example.com"]),
        ("artifactType", ""),
    ],
)
def test_a_descriptor_that_is_another(part: str, key: str, value: object) -> None:
    def edit(document: Any) -> None:
        descriptor = document[part] if part == "config" else document[part][0]
        descriptor.pop("data", None)
        descriptor[key] = value

    refused(edited(edit))


@pytest.mark.parametrize(
    "token", ["2.0", "2e0", "20e-1", "true", "-0", "NaN", "Infinity", "-Infinity", "02", "2_0", "9" * 5000]
)
def test_numbers_are_plain(token: str) -> None:
    refused(OURS.replace(b'"schemaVersion":2', b'"schemaVersion":' + token.encode()))
    refused(OURS.replace(b'"size":', b'"size":' + token.encode() + b',"was":', 1))


@pytest.mark.parametrize("layers", [0, 2, 3])
def test_another_number_of_layers(layers: int) -> None:
    content = edited(lambda document: document.update(layers=document["layers"] * layers))
    assert refused(content) == "it does not have exactly one layer"


def test_a_config_that_is_the_layer() -> None:
    """Go finds a descriptor by its digest, and the config first."""
    content = edited(
        lambda document: document["config"].update(digest=document["layers"][0]["digest"]), FLUXES
    )
    assert refused(content) == "its config and its layer are the same blob"


@pytest.mark.parametrize("data", ["", "e30=", "e30", "e31=", "e30=\n", "?", None, 1, [1, 2], "é"])
def test_an_embedded_config_that_is_another(data: object) -> None:
    assert refused(edited(lambda document: document["config"].update(data=data))).startswith(
        ("its config has ", "the data of its config ")
    )
    not_base64 = edited(lambda document: document["config"].update(data="?"))
    assert refused(not_base64) == "its config has data that is not Base64"


@pytest.mark.parametrize(("size", "config"), [(3, b"{}"), (1, b"{}"), (2, b"[]")])
def test_an_embedded_config_of_another_size(size: int, config: bytes) -> None:
    told = {"mediaType": CONFIG_TYPE, "digest": digest_of(b"{}"), "size": size}
    content = edited(
        lambda document: document.update(config=told | {"data": base64.b64encode(config).decode()})
    )
    assert refused(content) == "the data of its config does not match its digest"


@pytest.mark.parametrize("annotations", [None, [], "", {"x": None}, {"x": 1}, {"x": ["y"]}, {"x": {}}])
def test_annotations_that_are_none(annotations: object) -> None:
    assert refused(edited(lambda document: document.update(annotations=annotations))).startswith(
        "its annotation"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not a JSON document"),
        (b"\xef\xbb\xbf" + OURS, "it is not a JSON document"),
        (OURS.decode().encode("utf-16"), "it is not UTF-8"),
        (OURS.decode().encode("utf-16-le"), "it is not a JSON document"),
        (OURS.replace(b"example", b"ex\xffmple"), "it is not UTF-8"),
        (OURS.replace(b"example", b"ex\xed\xa0\x80mple"), "it is not UTF-8"),
        (OURS.replace(b"example", b"ex\\ud800mple"), "it has half of a surrogate pair in a string"),
        (inserted('"\\udc00":1'), "it has half of a surrogate pair in a string"),
        (OURS + b"{}", "it is not a JSON document"),
        (OURS + b"\0", "it is not a JSON document"),
        (OURS + OURS, "it is not a JSON document"),
        (OURS[:-1], "it is not a JSON document"),
        (OURS.replace(b"example", b"ex\tmple"), "it is not a JSON document"),
        (b"[" + OURS + b"]", "it is not a JSON object"),
        (b"null", "it is not a JSON object"),
        (OURS.replace(b'":', b'":/**/', 1), "it is not a JSON document"),
        (OURS[:-1] + b",}", "it is not a JSON document"),
        (b"[" * 100_000, "it has more fields than a Flux image"),
        (inserted('"x":' + "[" * 50 + "]" * 50), "it has the key 'x', which Flux images do not have"),
        (b"[" + b"1," * 100_000 + b"1]", "it has more fields than a Flux image"),
        (OURS + b" " * LARGEST_MANIFEST, "it has more than 4 MiB"),
    ],
)
def test_what_is_no_document(content: bytes, why: str) -> None:
    assert refused(content) == why


def test_media_types_of_others() -> None:
    docker = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    read = accepted(edited(lambda document: document["layers"][0].update(mediaType=docker)))
    assert read.type_fault == f"its layer is of the type {docker!r}, not {LAYER_TYPE}"
    read = accepted(edited(lambda document: document["config"].update(mediaType="\x1b" * 100)))
    assert read.type_fault == "its config is of the type '" + "\\x1b" * 14 + f"\\x1…', not {CONFIG_TYPE}"


@pytest.mark.parametrize(("objects", "is_read"), [(64, True), (65, False)])
def test_no_more_objects_are_read_than_an_image_of_flux_has(objects: int, is_read: bool) -> None:
    found = parse_manifest(b"[" + b",".join([b"{}"] * (objects - 1)) + b"]", MANIFEST_TYPE)
    assert isinstance(found, Foreign)
    assert (found.why != "it has more fields than a Flux image") == is_read
