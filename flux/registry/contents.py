"""Reads the files of an image, whoever pushed it."""

from collections.abc import Iterable

from flux.artifact.image_manifest import Foreign, ImageManifest, parse_manifest
from flux.artifact.unpacking import LayerEntry, decompressed, entries
from flux.errors import ContentError, RegistryError, TooLargeError
from flux.registry.target import Manifest, Target

_MOST_BYTES = 100 << 20
"""The limit of Flux itself: DefaultMaxUntarSize in github.com/fluxcd/pkg/tar."""

# YAML compresses to a sixth to an eighth of its size. A large layer that compresses more may be an attack.
_MOST_TIMES, _ALWAYS_FITS = 12, 32 << 20

_INSTEAD = "publish an image of the artifact in its place"


def contents(target: Target, manifest: Manifest) -> dict[str, bytes]:
    """Return the files that Flux unpacks from an image, by path: the last of each name, and no symlinks.

    Raises RegistryError if it is not an image of an artifact, or holds more than 100 MiB. Raises
    BlobMissingError if its layer is missing.
    """
    return _files(_unpacked(target, manifest))


def modes(target: Target, manifest: Manifest) -> dict[str, int]:
    """Return the modes of an image's files and folders: the first of each name, which stays. Raises the
    errors of `contents`."""
    found: dict[str, int] = {}
    for entry in _unpacked(target, manifest):
        found.setdefault(entry.path, entry.mode)
    return found


def has_files(target: Target, manifest: Manifest, tar: Iterable[bytes]) -> bool:
    """Whether an image has the files of a layer, whatever their modes."""
    try:
        return contents(target, manifest) == _files(entries(tar))
    except (RegistryError, ContentError):
        return False


def _files(found: Iterable[LayerEntry]) -> dict[str, bytes]:
    return {entry.path: entry.content for entry in found if entry.content is not None}


def _unpacked(target: Target, manifest: Manifest) -> list[LayerEntry]:
    read = parse_manifest(manifest.content, manifest.media_type)
    if isinstance(read, Foreign):
        raise RegistryError(
            f"{manifest.digest} cannot be shown: it is not an image of one layer", f"{read.why}: {_INSTEAD}"
        )
    try:
        layer = _layer(target, read)
        _require_bounded(layer)
        return list(entries(decompressed(layer)))
    except ContentError as error:
        raise RegistryError(f"{manifest.digest} cannot be shown: {error.message}", _INSTEAD) from error


def _layer(target: Target, manifest: ImageManifest) -> bytes:
    if fault := manifest.type_fault:
        raise ContentError(fault)
    if manifest.layer.size > _MOST_BYTES:
        raise ContentError(_too_much())
    size = manifest.layer.size
    try:
        layer = target.fetch_blob(manifest.layer.digest, size)
    except TooLargeError as error:
        raise ContentError(f"its layer has more than the {size} bytes that it declares") from error
    if len(layer) != size:
        raise ContentError(f"its layer has {len(layer)} bytes, not the {size} that it declares")
    return layer


def _require_bounded(layer: bytes) -> None:
    """Raises ContentError if a layer unpacks to too much, before any of it is kept in memory."""
    size = 0
    for piece in decompressed(layer):
        size += len(piece)
        if size > _MOST_BYTES:
            raise ContentError(_too_much())
    if size > max(_ALWAYS_FITS, _MOST_TIMES * len(layer)):
        raise ContentError(f"it unpacks to more than {_MOST_TIMES} times its size")


def _too_much() -> str:
    return f"it holds more than {_MOST_BYTES >> 20} MiB"
