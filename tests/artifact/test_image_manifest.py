"""The strict reader takes what we and flux write. All else is foreign, above all what Go reads otherwise."""

import base64
import json
import struct
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.image_manifest import MOST_BYTES, Foreign, ImageManifest, parse
from flux.artifact.layer import digest_of
from tests import parts
from tests.conftest import need
from tests.registry.images import image

OURS = image(b"content").manifest
# What `flux push artifact` 2.9.4 has pushed.
FLUXES = (
    b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":'
    b'"application/vnd.cncf.flux.config.v1+json","size":115,"digest":'
    b'"sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe"},"layers":[{"mediaType":'
    b'"application/vnd.cncf.flux.content.v1.tar+gzip","size":119,"digest":'
    b'"sha256:db30064592346e20a77aa23b91cca6e45f595a9cbc1627412cabd8ebdae88668"}],"annotations":{'
    b'"org.opencontainers.image.created":"1970-01-01T00:00:00Z","org.opencontainers.image.revision":'
    b'"main@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","org.opencontainers.image.source":'
    b'"https://example.com/x"}}'
)
EVIL = digest_of(b"evil")

Reader = Callable[[bytes], Any]


@pytest.fixture(scope="module")
def flux_reads() -> Iterator[Reader]:
    """What Flux takes a manifest for; None where it has an error."""
    program = need(parts.reader)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        stdin, stdout = process.stdin, process.stdout

        def read(content: bytes) -> Any:
            stdin.write(struct.pack(">I", len(content)) + content)
            stdin.flush()
            return json.loads(stdout.readline())

        yield read
        stdin.close()


def accepted(content: bytes) -> ImageManifest:
    read = parse(content, MANIFEST_TYPE)
    assert isinstance(read, ImageManifest), read
    return read


def refused(content: bytes, media_type: str = MANIFEST_TYPE) -> str:
    read = parse(content, media_type)
    assert isinstance(read, Foreign)
    assert read.why
    assert read.why.isprintable()
    assert len(read.why) < 300
    return read.why


def edited(edit: Callable[[Any], object], content: bytes = OURS) -> bytes:
    document = json.loads(content)
    edit(document)
    return json.dumps(document).encode()


def inserted(more: str, content: bytes = OURS) -> bytes:
    """More keys at the end of the document."""
    return content[:-1] + b"," + more.encode() + b"}"


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
    assert parse(OURS, media_type) == Foreign(why, is_other=True)


LAYER = json.dumps([{"mediaType": LAYER_TYPE, "digest": EVIL, "size": 4}])


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
        (OURS + b" " * MOST_BYTES, "it has more than 4 MiB"),
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


# Against Go

Pairs = list[tuple[str, Any]]
"""An object as it is written: keys with their escapes, any number of times."""


class Object(list[tuple[str, Any]]):
    pass


def written(value: Any, space: str) -> str:
    """JSON of a document of Objects, lists, and tokens as they are."""
    if isinstance(value, Object):
        return "{" + f",{space}".join(f'"{key}"{space}:{written(v, space)}' for key, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(v, space) for v in value) + space + "]"
    return str(value)


def tokens(value: Any) -> Any:
    """A document of Objects and tokens."""
    if isinstance(value, dict):
        return Object((key, tokens(v)) for key, v in value.items())
    return [tokens(v) for v in value] if isinstance(value, list) else json.dumps(value)


def objects(value: Any) -> list[Object]:
    inside = [v for _, v in value] if isinstance(value, Object) else value if isinstance(value, list) else []
    return ([value] if isinstance(value, Object) else []) + [o for v in inside for o in objects(v)]


_FOLDS = {
    "s": "\N{LATIN SMALL LETTER LONG S}",
    "k": "\N{KELVIN SIGN}",
    "S": "\N{LATIN SMALL LETTER LONG S}",
    "K": "\N{KELVIN SIGN}",
}
_TOKENS = st.sampled_from(
    [
        *("null", "true", "0", "-0", "2", "2.0", "2e0", "1E400", "-1", "4", "9223372036854775807"),
        *("9223372036854775808", '""', '"2"', "[]", "{}", "[null]", "[[[[[[]]]]]]", '{"a":{"a":{}}}', "NaN"),
        *(f'"{EVIL}"', f'"{EVIL.upper()}"', '"\\ud800"', '"\\ud83d\\ude00"', '"\x01"', '"é"', '"\\/\\b"'),
        *(f'"{LAYER_TYPE}"', f'"{MANIFEST_TYPE}"', LAYER, LAYER[1:-1], '{"x":"y"}', '"e30="'),
    ]
)
_KEYS = st.sampled_from(
    [
        *("schemaVersion", "mediaType", "config", "layers", "annotations", "subject", "artifactType", "data"),
        *("digest", "size", "urls", "platform", "manifests", "x", "org.opencontainers.image.source"),
    ]
)


@st.composite
def spelt(draw: st.DrawFn, key: str) -> str:
    """A key, as it is or as Go may take it for the same."""
    at = draw(st.integers(0, max(0, len(key) - 1)))
    how = draw(st.sampled_from(["same", "case", "fold", "escape", "upper", "case and escape"]))
    one = key[at : at + 1]
    match how:
        case "case":
            one = one.swapcase()
        case "fold":
            at, one = next(((i, _FOLDS[c]) for i, c in enumerate(key) if c in _FOLDS), (at, one))
        case "escape" | "case and escape":
            one = "".join(f"\\u{ord(c.swapcase() if ' ' in how else c):04x}" for c in one)
        case "upper":
            return key.upper()
    return key[:at] + one + key[at + 1 :]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Our manifest or flux's, after a few changes of the kind that readers differ in."""
    document = tokens(json.loads(draw(st.sampled_from([OURS, FLUXES]))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(objects(document)))
        at = draw(st.integers(0, max(0, len(place) - 1)))
        match draw(st.sampled_from(["respell", "repeat", "insert", "replace", "delete", "shuffle"])):
            case "respell" if place:
                place[at] = (draw(spelt(place[at][0])), place[at][1])
            case "repeat" if place:
                key, value = draw(st.sampled_from(place))
                place.insert(at, (draw(spelt(key)), draw(_TOKENS | st.just(value))))
            case "insert":
                place.insert(at, (draw(_KEYS.flatmap(spelt)), draw(_TOKENS)))
            case "replace" if place:
                place[at] = (place[at][0], draw(_TOKENS))
            case "delete" if place:
                del place[at]
            case "shuffle":
                place[:] = draw(st.permutations(place))
    text = written(document, draw(st.sampled_from(["", " ", "\n\t"]))).encode("utf-8", "surrogatepass")
    before = draw(st.sampled_from([b""] * 8 + [b"\xef\xbb\xbf", b" ", b"[", b"\0"]))
    behind = draw(st.sampled_from([b""] * 8 + [b"\n", b"{}", b",", b"\0", b"]", b"\xff", OURS]))
    if text and draw(st.integers(0, 19)) == 0:
        spot = draw(st.integers(0, len(text) - 1))
        text = text[:spot] + draw(st.binary(max_size=2)) + text[spot + 1 :]
    return before + text + behind


def agree(read: ImageManifest, go: Any) -> None:
    """Go reads the very same."""

    def told(descriptor: Any) -> dict[str, Any]:
        data = {} if descriptor.data is None else {"data": base64.b64encode(descriptor.data).decode()}
        return {
            "mediaType": descriptor.media_type,
            "size": descriptor.size,
            "digest": descriptor.digest,
        } | data

    annotations = {"annotations": dict(read.annotations)} if read.annotations else {}
    assert (
        go
        == {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": told(read.config),
            "layers": [told(read.layer)],
        }
        | annotations
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=1000)
@given(documents())
@example(OURS)
@example(FLUXES)
@example(inserted(f'"Layers":{LAYER}'))
@example(inserted(f'"layer\\u017f":{LAYER}'))
def test_what_is_accepted_flux_reads_alike(flux_reads: Reader, content: bytes) -> None:
    read = parse(content, MANIFEST_TYPE)
    if isinstance(read, ImageManifest):
        agree(read, flux_reads(content))
    else:
        assert read.why.isprintable()


@given(st.permutations(list(json.loads(FLUXES).items())), st.sampled_from([None, 0, 2]), st.booleans())
def test_the_same_document_in_another_writing(
    flux_reads: Reader, items: list[tuple[str, Any]], indent: int | None, ascii_only: bool
) -> None:
    """It is not an accident that anything is accepted above."""
    document = dict(items)
    document["annotations"] = document["annotations"] | {"é \U0001f600": "\N{LINE SEPARATOR}"}
    content = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()
    agree(accepted(content), flux_reads(content))


@pytest.mark.parametrize("key", ["Layers", "layer\\u017f", "\\u004cAYERS", "layers"])
def test_flux_takes_the_second_list_of_layers(flux_reads: Reader, key: str) -> None:
    """This is what the strictness is for: Python's reader sees our layer in the first three."""
    content = inserted(f'"{key}":{LAYER}')
    assert flux_reads(content)["layers"][0]["digest"] == EVIL
    refused(content)


@pytest.mark.parametrize(("objects", "is_read"), [(64, True), (65, False)])
def test_no_more_objects_are_read_than_an_image_of_flux_has(objects: int, is_read: bool) -> None:
    found = parse(b"[" + b",".join([b"{}"] * (objects - 1)) + b"]", MANIFEST_TYPE)
    assert isinstance(found, Foreign)
    assert (found.why != "it has more fields than a Flux image") == is_read
