r"""The strict reader of image manifests. Flux reads every accepted manifest in the same way.

Flux reads with Go's `encoding/json`. Go ignores case in keys (`Layers`, `layer\u017F`), uses the last of
several equal keys, reads a missing or null value as empty, and ignores text after the document. Each of these
can show one thing to people and another to a cluster. So none is accepted: every key must be known, spelled
as Flux spells it, and unique.

https://github.com/opencontainers/image-spec/blob/main/manifest.md, https://pkg.go.dev/encoding/json#Unmarshal
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.regex import regex

# Other objects that a tag may have: media type and common name.
OTHER_TYPES = {
    "application/vnd.oci.image.index.v1+json": "an image index",
    "application/vnd.docker.distribution.manifest.list.v2+json": "a Docker manifest list",
    "application/vnd.docker.distribution.manifest.v2+json": "a Docker manifest",
    "application/vnd.docker.distribution.manifest.v1+prettyjws": "a Docker manifest of schema 1",
    "application/vnd.docker.distribution.manifest.v1+json": "a Docker manifest of schema 1",
    "application/vnd.oci.artifact.manifest.v1+json": "an OCI artifact manifest",
}

LARGEST_MANIFEST = 4 << 20
# A Flux image has six levels and about twenty values.
_MOST_NESTED, _MOST_VALUES = 64, 1000
_MOST_SHOWN = 60

_DIGEST = regex(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Descriptor:
    """A manifest's descriptor of a blob. `data` is the blob itself, if the manifest contains it."""

    media_type: str
    digest: str
    size: int
    data: bytes | None = None


@dataclass(frozen=True)
class ImageManifest:
    """A manifest with one config and one layer, which Go reads in the same way."""

    config: Descriptor
    layer: Descriptor
    annotations: Mapping[str, str]

    @property
    def type_fault(self) -> str:
        """Return why its media types are not those of a Flux image; empty if they are."""
        for name, has, wanted in (
            ("config", self.config.media_type, CONFIG_TYPE),
            ("layer", self.layer.media_type, LAYER_TYPE),
        ):
            if has != wanted:
                return f"its {name} is of the type {quote_untrusted(has)}, not {wanted}"
        return ""


@dataclass(frozen=True)
class Foreign:
    """The reason why a manifest is not accepted, as a clause. `is_other`: it is clearly of another kind."""

    why: str
    is_other: bool = False


class _ForeignError(Exception):
    """A manifest is not accepted. The message is the reason."""


def parse_manifest(content: bytes, media_type: str) -> ImageManifest | Foreign:
    """Return the parsed manifest, or why it is not accepted. `media_type` comes from the registry."""
    if media_type in OTHER_TYPES:
        return Foreign(f"it is {OTHER_TYPES[media_type]}", is_other=True)
    if media_type != MANIFEST_TYPE:
        return Foreign(f"it is of the type {quote_untrusted(media_type)}", is_other=True)
    try:
        return _manifest(_document(content))
    except _ForeignError as error:
        return Foreign(str(error))


def quote_untrusted(text: str) -> str:
    """Return untrusted text in quotes: short, in one line, and without control characters."""
    quoted = repr(text[:_MOST_SHOWN])
    if len(text) <= _MOST_SHOWN and len(quoted) <= _MOST_SHOWN + 2:
        return quoted
    return f"{quoted[:_MOST_SHOWN]}…{quoted[0]}"


# JSON


def _document(content: bytes) -> object:
    if len(content) > LARGEST_MANIFEST:
        raise _ForeignError(f"it has more than {LARGEST_MANIFEST >> 20} MiB")
    if content.count(b"{") + content.count(b"[") > _MOST_NESTED or content.count(b",") > _MOST_VALUES:
        raise _ForeignError("it has more fields than a Flux image")
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_integer,
            parse_constant=_no_integer,
        )
    except UnicodeDecodeError as error:
        raise _ForeignError("it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _ForeignError("it is not a JSON document") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, if its keys are unique and its strings are valid Unicode."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _ForeignError(f"it has the key {quote_untrusted(key)} twice")
        for text in (key, value):
            if isinstance(text, str) and re.search("[\ud800-\udfff]", text):
                raise _ForeignError("it has half of a surrogate pair in a string")
        found[key] = value
    return found


def _integer(token: str) -> int:
    # Go reads 64 bits. It reads -0 as 0, but nobody writes -0.
    if token.startswith("-") or len(token) > 19 or int(token) >= 1 << 63:
        raise _ForeignError(f"it has the number {quote_untrusted(token)}")
    return int(token)


def _no_integer(token: str) -> NoReturn:
    raise _ForeignError(f"it has the number {quote_untrusted(token)}")


# The content of the document


def _manifest(document: object) -> ImageManifest:
    known = ("schemaVersion", "mediaType", "config", "layers")
    manifest = _fields(document, "it", known, ("annotations",))
    if type(manifest["schemaVersion"]) is not int or manifest["schemaVersion"] != 2:
        raise _ForeignError("its schemaVersion is not 2")
    if manifest["mediaType"] != MANIFEST_TYPE:
        raise _ForeignError(f"its mediaType is not {MANIFEST_TYPE}, the type that the registry returned")
    layers = manifest["layers"]
    if not isinstance(layers, list) or len(layers) != 1:
        raise _ForeignError("it does not have exactly one layer")
    config = _descriptor(manifest["config"], "its config", ("data",))
    layer = _descriptor(layers[0], "its layer")
    if config.digest == layer.digest:
        raise _ForeignError(
            "its config and its layer are the same blob"
        )  # Go finds a descriptor by its digest
    return ImageManifest(config, layer, _annotations(manifest.get("annotations", {})))


def _fields(
    value: object, what: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the object if it has all required keys and no unknown ones."""
    if not isinstance(value, dict):
        raise _ForeignError(f"{what} is not a JSON object")
    known = (*required, *optional)
    for key in value:
        if key in known:
            continue
        for other in known:
            if key.casefold() == other.casefold():
                raise _ForeignError(f"Flux reads the key {quote_untrusted(key)} as {other}")
        raise _ForeignError(f"{what} has the key {quote_untrusted(key)}, which Flux images do not have")
    for key in required:
        if key not in value:
            raise _ForeignError(f"{what} has no {key}")
    return value


def _descriptor(value: object, what: str, optional: tuple[str, ...] = ()) -> Descriptor:
    fields = _fields(value, what, ("mediaType", "digest", "size"), optional)
    media_type, digest, size, data = (fields.get(key) for key in ("mediaType", "digest", "size", "data"))
    if not isinstance(media_type, str):
        raise _ForeignError(f"{what} has a mediaType that is not a text")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise _ForeignError(f"{what} has a digest that is not a sha256 digest")
    if type(size) is not int:
        raise _ForeignError(f"{what} has a size that is not a number of bytes")
    return Descriptor(media_type, digest, size, _data(data, digest, size) if "data" in fields else None)


def _data(value: object, digest: str, size: int) -> bytes:
    """Return an embedded config. It must match the descriptor."""
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode() != value:
        raise _ForeignError("its config has data that is not Base64")
    if len(data) != size or digest_of(data) != digest:
        raise _ForeignError("the data of its config does not match its digest")
    return data


def _annotations(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _ForeignError("its annotations are not a JSON object")
    for key, text in value.items():
        if not isinstance(text, str):
            raise _ForeignError(f"its annotation {quote_untrusted(key)} is not a text")
    return value
