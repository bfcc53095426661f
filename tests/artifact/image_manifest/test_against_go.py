"""What the strict reader takes, Go's reads alike; and what Go reads otherwise, it does not take."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flux.artifact.image import LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.image_manifest import ImageManifest, parse_manifest
from tests.artifact.image_manifest.manifests import (
    EVIL,
    FLUXES,
    LAYER,
    OURS,
    Reader,
    accepted,
    inserted,
    refused,
)
from tests.artifact.image_manifest.manifests import flux_reads as flux_reads

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


@pytest.mark.stories
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=1000)
@given(documents())
@example(OURS)
@example(FLUXES)
@example(inserted(f'"Layers":{LAYER}'))
@example(inserted(f'"layer\\u017f":{LAYER}'))
def test_what_is_accepted_flux_reads_alike(flux_reads: Reader, content: bytes) -> None:
    read = parse_manifest(content, MANIFEST_TYPE)
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
