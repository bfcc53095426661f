"""A folder with one OCI image layout per repository, as skopeo, oras and crane read them.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md

Files are replaced atomically, and the index changes under a lock. So a killed process or a second writer
breaks nothing.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import get_ident
from typing import Any

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import BlobMissingError, RegistryError, TooLargeError
from flux.registry.target import Manifest

_TAG = "org.opencontainers.image.ref.name"
_ANEW = "delete the folder of that artifact and build it again"
_ELSEWHERE = "check the disk and its permissions, or set `flux.registry` to another folder"
_INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


class LayoutTarget:
    """One image layout. `registry` is the folder of all layouts; if it is new, git ignores it."""

    def __init__(self, folder: Path, registry: Path | None = None) -> None:
        self._folder = folder
        self._registry = registry
        self._index = folder / "index.json"

    def resolve(self, tag: str) -> str | None:
        return next((_digest(entry) for entry in self._manifests() if _tag(entry) == tag), None)

    def fetch_manifest(self, reference: str) -> Manifest | None:
        entries = [entry for entry in self._manifests() if reference in (_tag(entry), _digest(entry))]
        if not entries and ":" not in reference:
            return None
        digest = _digest(entries[0]) if entries else reference
        try:
            content = self.fetch_blob(digest)
        except BlobMissingError:
            return None
        return Manifest(content, _media_type(entries[0]) if entries else _told_media_type(content))

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        path = self._blob(digest)
        try:
            with path.open("rb") as file:
                content = file.read(-1 if size is None else size + 1)
        except FileNotFoundError as error:
            raise BlobMissingError(f"{path} is missing", _ANEW) from error
        except OSError as error:
            raise RegistryError(
                f"{path} could not be read: {error.strerror}", "check its permissions"
            ) from error
        if size is not None and len(content) > size:
            raise TooLargeError(f"{path} has more than the {size} bytes that its manifest declares", _ANEW)
        if digest_of(content) != digest:
            raise RegistryError(f"{path} does not have its digest", _ANEW)
        return content

    def push_blob(self, content: bytes) -> None:
        path = self._blob(digest_of(content))
        if not self._has(path, len(content)):
            self._write(path, content)

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        self.push_blob(manifest.content)
        with self._locked():
            self._write(self._folder / "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
            others = [entry for entry in self._manifests() if _tag(entry) != tag]
            entry = {
                "mediaType": manifest.media_type,
                "digest": manifest.digest,
                "size": len(manifest.content),
                "annotations": {_TAG: tag},
            }
            index = {"schemaVersion": 2, "mediaType": _INDEX_TYPE, "manifests": [*others, entry]}
            self._write(self._index, json.dumps(index, indent=2).encode())

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        return ()

    def tags(self) -> list[str]:
        return [tag for entry in self._manifests() if (tag := _tag(entry)) is not None]

    def try_push(self) -> None:
        there = next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())
        try:
            with TemporaryFile(dir=there):
                pass
        except OSError as error:
            raise RegistryError(
                f"{self._folder} could not be written: {error.strerror}", _ELSEWHERE
            ) from error

    def _blob(self, digest: str) -> Path:
        algorithm, _, hexadecimal = digest.partition(":")
        if algorithm != "sha256" or len(hexadecimal) != 64 or set(hexadecimal) - set("0123456789abcdef"):
            raise RegistryError(f"{self._folder} names a blob {digest!r}, which is not a sha256 digest")
        return self._folder / "blobs" / algorithm / hexadecimal

    @staticmethod
    def _has(path: Path, size: int) -> bool:
        try:
            return path.stat().st_size == size
        except OSError:
            return False

    def _manifests(self) -> list[dict[str, Any]]:
        path = self._index
        try:
            manifests = json.loads(path.read_bytes())["manifests"]
            valid = all(
                isinstance(entry["digest"], str) and isinstance(entry.get("annotations") or {}, dict)
                for entry in manifests
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RegistryError(f"{path} could not be read: {error.strerror}", _ELSEWHERE) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            valid = False
        if not valid:
            raise RegistryError(
                f"{path} is not the index of an OCI image layout",
                "move the folder away and build again, or set `flux.registry` to another",
            )
        entries: list[dict[str, Any]] = manifests
        return entries

    def _write(self, path: Path, content: bytes) -> None:
        partial = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
        try:
            if self._registry and not self._registry.exists():
                self._registry.mkdir(parents=True, exist_ok=True)
                (self._registry / ".gitignore").write_text("*\n")
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise RegistryError(
                f"{path} could not be written: {error.strerror}",
                _ELSEWHERE,
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        path = self._folder / ".lock"
        try:
            lock = path.open("ab")
        except OSError as error:
            raise RegistryError(
                f"{path} could not be opened: {error.strerror}", "check its permissions"
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _digest(entry: dict[str, Any]) -> str:
    digest: str = entry["digest"]
    return digest


def _tag(entry: dict[str, Any]) -> str | None:
    tag: str | None = (entry.get("annotations") or {}).get(_TAG)
    return tag


def _media_type(entry: dict[str, Any]) -> str:
    media_type = entry.get("mediaType")
    return media_type if isinstance(media_type, str) else ""


def _told_media_type(manifest: bytes) -> str:
    """Return the media type of a manifest that no tag points at."""
    try:
        media_type = json.loads(manifest)["mediaType"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return MANIFEST_TYPE
    return media_type if isinstance(media_type, str) else MANIFEST_TYPE
