"""The files of an image, whoever pushed it."""

import tarfile
import zlib
from collections.abc import Iterable, Iterator
from gzip import GzipFile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from flux.artifact.archive import BLOCK
from flux.artifact.image import LAYER_TYPE
from flux.errors import RegistryError
from flux.registry.target import Manifest, Target

_MOST_BYTES = 100 << 20
"""As Flux's own reader has it: DefaultMaxUntarSize in github.com/fluxcd/pkg/tar."""


_Entry = tuple[str, int, bytes | None]
"""Path, mode and content of what is in a layer; a folder has no content."""


class _NotOneError(Exception):
    """What it is instead of an image of an artifact."""


def contents(target: Target, manifest: Manifest) -> dict[str, bytes]:
    """The files of an image by path, those that Flux unpacks from it: of one name the last, and no symlinks.

    Raises RegistryError for what is no image of an artifact, or holds more than 100 MiB, and
    BlobMissingError where its layer is missing.
    """
    return _files(_unpacked(target, manifest))


def modes(target: Target, manifest: Manifest) -> dict[str, int]:
    """The modes of an image's files and folders. Raises what `contents` does."""
    return {path: mode for path, mode, _ in _unpacked(target, manifest)}


def has_files(target: Target, manifest: Manifest, tar: bytes) -> bool:
    """Whether an image has the files of a layer, whatever their modes."""
    try:
        return contents(target, manifest) == _files(_entries(tar))
    except (RegistryError, _NotOneError):
        return False


def _files(entries: Iterable[_Entry]) -> dict[str, bytes]:
    return {path: content for path, _, content in entries if content is not None}


def _unpacked(target: Target, manifest: Manifest) -> list[_Entry]:
    try:
        layer = _layer(manifest.document)
        return list(_entries(_decompressed(target.fetch_blob(layer))))
    except _NotOneError as error:
        raise RegistryError(
            f"{manifest.digest} cannot be shown: {error}", "publish an image of the artifact in its place"
        ) from error


def _layer(document: dict[str, Any] | None) -> str:
    """The digest of the one layer. Raises _NotOneError."""
    try:
        (layer,) = (document or {})["layers"]
        media_type, digest, size = layer["mediaType"], layer["digest"], layer.get("size")
    except (KeyError, TypeError, ValueError) as error:
        raise _NotOneError("it is no image of one layer") from error
    if media_type != LAYER_TYPE or not isinstance(digest, str):
        raise _NotOneError(f"its layer is of the type {media_type!r}, not {LAYER_TYPE}")
    if isinstance(size, int) and size > _MOST_BYTES:
        raise _NotOneError(_too_much())
    return digest


def _decompressed(layer: bytes) -> bytes:
    try:
        with GzipFile(fileobj=BytesIO(layer)) as file:
            tar = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        why = "it ends too early" if isinstance(error, EOFError) else "it has other bytes"
        raise _NotOneError(f"its layer is no gzip: {why}") from error
    if len(tar) > _MOST_BYTES:
        raise _NotOneError(_too_much())
    return tar


def _entries(tar: bytes) -> Iterator[_Entry]:
    end = 0
    try:
        with tarfile.open(fileobj=BytesIO(tar), mode="r:", encoding="utf-8") as archive:
            for member in archive:
                path = _path(member)
                end = member.offset_data
                if member.isdir():
                    yield path, member.mode, None
                if member.isdir() or member.issym():
                    continue
                file = archive.extractfile(member) if member.isreg() and not member.issparse() else None
                if file is None or path == ".":
                    raise _NotOneError(f"{member.name!r} in it is no file")
                end += member.size + -member.size % BLOCK
                yield path, member.mode, file.read()
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        why = "it ends too early, or has other bytes" if tar else "it is empty"
        raise _NotOneError(f"its layer is no tar: {why}") from error
    if any(tar[end : end + BLOCK]):  # where tarfile stops as if that were the end
        raise _NotOneError("its layer is no tar: it is broken in the middle")


def _path(member: tarfile.TarInfo) -> str:
    """The path of an entry, by Flux's own rules. Raises _NotOneError for one that leads elsewhere."""
    path = PurePosixPath(member.name)
    if member.size < 0 or path.is_absolute() or ".." in path.parts or "\\" in member.name:
        raise _NotOneError(f"{member.name!r} in it is no path of a file")
    return str(path)


def _too_much() -> str:
    return f"it holds more than {_MOST_BYTES >> 20} MiB"
