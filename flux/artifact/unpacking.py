"""Unpacks a layer from a registry, piece by piece. At most one file is in memory.

The rules are those of Flux, which unpacks with Go's compress/gzip and archive/tar. It refuses entries that
two readers may read differently: sparse files, types in the mode's bits, contradictory headers.

RFC 1952 (gzip), https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html,
https://github.com/fluxcd/pkg/blob/main/tar/untar.go
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flux.artifact.archive import BLOCK
from flux.artifact.tree import parents
from flux.errors import ContentError

# A gzip member may end anywhere, and zlib copies the bytes after it. So it gets few bytes at a time.
_READ, _CHUNK = 8 << 10, 256 << 10
_GZIP = zlib.MAX_WBITS | 16

_MOST_HEADER = 1 << 20  # Go's limit for names and PAX records
_MOST_PATH = 4096  # bytes: no system unpacks a longer one
_MOST_DEPTH = 100
_MOST_ENTRIES = 50_000
_MOST_NAMES = 8 << 20  # characters of all paths
_MOST_SHOWN = 100

_TYPES = {b"0": 0o100000, b"\0": 0o100000, b"5": 0o040000, b"2": 0o120000}
"""Files, files in the old format, folders and symlinks, with their type bits in a mode: sys/stat.h."""

_NUMBERS = ((100, 108), (108, 116), (116, 124), (124, 136), (136, 148))
"""The offsets of the mode, the user, the group, the size and the time in a header."""

_NO_SIZE = -1
_FOLDER, _SYMLINK, _PAX, _LONG_NAME, _LONG_LINK = b"5", b"2", b"x", b"L", b"K"


@dataclass(frozen=True)
class LayerEntry:
    """An entry of a layer. A folder has no content."""

    path: str
    mode: int
    content: bytes | None


def decompressed(layer: bytes) -> Iterator[bytes]:
    """Yield the content of a layer of one or more gzip members, in pieces of at most 256 KiB.

    Raises ContentError if the layer is not gzip, is cut off, has a wrong checksum, or has other bytes after
    its end.
    """
    at, rest, member = 0, b"", zlib.decompressobj(_GZIP)
    try:
        while at < len(layer) or rest:
            if not rest:
                rest, at = layer[at : at + _READ], at + _READ
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            if piece := member.decompress(rest, _CHUNK):
                yield piece
            rest = member.unconsumed_tail or member.unused_data
            while not rest and not member.eof and (piece := member.decompress(b"", _CHUNK)):
                yield piece
    except zlib.error as error:
        raise ContentError("its layer is not gzip: it has other bytes") from error
    if not member.eof:
        raise ContentError("its layer is not gzip: it ends too early")


def entries(pieces: Iterable[bytes]) -> Iterator[LayerEntry]:
    """Yield the files and folders of a tar, in its order. Symlinks are left out, as in Flux.

    Raises ContentError if it is not a tar, has entries that Flux does not unpack, or exceeds a limit.
    """
    tar = _TarStream(pieces)
    names = _Names()
    while (header := _next(tar)) is not None:
        content = tar.take(header.size, header.size)
        names.add(header)
        if header.kind != _SYMLINK:
            yield LayerEntry(header.path, header.mode & 0o7777, None if header.kind == _FOLDER else content)
    if tar.at == 0:
        raise _no_tar("it is empty")
    if any(any(piece) for piece in tar.remaining()):
        raise _no_tar("it goes on after its end")


@dataclass(frozen=True)
class _Header:
    name: bytes
    mode: int
    size: int
    kind: bytes

    @property
    def path(self) -> str:
        """Return the path by Flux's rules. Raises ContentError for a path outside the artifact."""
        name = self.name.decode("utf-8", "surrogateescape")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or not name or ".." in parts or "\\" in name or "../" in name:
            raise self.fault("path of a file")
        if self.kind != _FOLDER and (not parts or name.endswith(("/", "/."))):
            raise self.fault("file")
        return "/".join(parts) or "."

    def fault(self, what: str) -> ContentError:
        name = self.name[:_MOST_SHOWN].decode("utf-8", "surrogateescape")
        return ContentError(f"{name!r} in it is not a {what}")


class _TarStream:
    """Reads a given number of bytes from pieces, and keeps at most one piece."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""
        self.at = 0

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end."""
        found, missing = [], size
        while missing and (piece := self._rest or next(self._pieces, b"")):
            found.append(piece[:missing])
            self._rest = piece[missing:]
            missing -= len(found[-1])
        self.at += size - missing
        return b"".join(found)

    def take(self, size: int, most: int) -> bytes:
        """Return an entry's content and skip its padding. Raises ContentError if too large or cut off."""
        if size > most:
            raise _no_tar("a header is too large")
        content = self.read(size)
        if len(content) < size or len(self.read(-size % BLOCK)) < -size % BLOCK:
            raise _no_tar("it ends too early")
        return content

    def remaining(self) -> Iterator[bytes]:
        yield self._rest
        yield from self._pieces


class _Names:
    """The paths so far. A path cannot be both a file and a folder."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._bytes = 0

    def add(self, header: _Header) -> None:
        path = header.path
        if len(header.name) > _MOST_PATH or path.count("/") >= _MOST_DEPTH:
            raise ContentError(f"a path in it is longer than {_MOST_PATH} bytes or {_MOST_DEPTH} folders")
        if header.kind == _SYMLINK:
            return
        above = list(parents(path))
        is_folder = header.kind == _FOLDER
        if path in (self._files if is_folder else self._folders) or not self._files.isdisjoint(above):
            raise header.fault("path of its own: it is a file and a folder")
        self._add(self._folders, above)
        self._add(self._folders if is_folder else self._files, [path])

    def _add(self, names: set[str], paths: Iterable[str]) -> None:
        for path in paths:
            self._bytes += 0 if path in names else len(path)
            names.add(path)
        if len(self._files) + len(self._folders) > _MOST_ENTRIES or self._bytes > _MOST_NAMES:
            raise ContentError(f"it holds more than {_MOST_ENTRIES} files and folders, or names too long")


def _next(tar: _TarStream) -> _Header | None:
    """Return the next entry's header, with the values of PAX and GNU headers before it. None at the end."""
    name: bytes | None = None
    size: int | None = None
    before: set[bytes] = set()
    while (block := _block(tar)) is not None:
        header = _parsed(block, tar.at == BLOCK)
        if header.kind not in (_PAX, _LONG_NAME, _LONG_LINK):
            return _plain(header, name, size)
        if header.kind in before or {_PAX, _LONG_NAME} <= before | {header.kind}:
            raise _no_tar("its headers contradict one another")
        before.add(header.kind)
        content = tar.take(header.size, _MOST_HEADER)
        if header.kind == _LONG_NAME:
            name = content.partition(b"\0")[0]
        elif header.kind == _PAX:
            name, size = _pax(content)
    if before:
        raise _no_tar("it is damaged")
    return None


def _block(tar: _TarStream) -> bytes | None:
    """Return the next header. None at the end: two blocks of zeros, or no more bytes (also after one)."""
    block = tar.read(BLOCK)
    if not block:
        return None
    if any(block):
        if len(block) < BLOCK:
            raise _no_tar("it is damaged")
        return block
    second = tar.read(BLOCK)
    if len(block) < BLOCK or len(second) not in (0, BLOCK) or any(second):
        raise _no_tar("it is damaged")
    return None


def _parsed(block: bytes, first: bool) -> _Header:
    total = sum(block[:148]) + 8 * ord(" ") + sum(block[156:])
    try:
        if _number(block[148:156]) != total:
            raise ValueError
        mode, _, _, size, _ = (_number(block[at:end]) for at, end in _NUMBERS)
    except ValueError as error:
        why = "it does not begin with a header" if first else "it is damaged"
        raise _no_tar(why) from error
    name = block[:100].partition(b"\0")[0]
    is_ustar = block[257:263] == b"ustar\0" and block[508:] != b"tar\0"
    if any(block[345:500]) and not is_ustar:
        raise _no_tar("a header has an old format")  # Go reads its prefix from another place, or reads none
    prefix = block[345:500].partition(b"\0")[0]
    return _Header(prefix + b"/" + name if prefix else name, mode, size, block[156:157])


def _number(field: bytes) -> int:
    """Return an octal number, or a larger one in GNU's form. Raises ValueError for anything else."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise ValueError(field)
    return int(digits or b"0", 8)


def _pax(content: bytes) -> tuple[bytes | None, int | None]:
    """Return the path and the size in a PAX header."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(content):
        length, space, _ = content[at : at + 8].partition(b" ")
        end = at + int(length) if length.isdigit() else at
        key, equals, value = content[at + len(length) + 1 : end - 1].partition(b"=")
        if not space or not equals or content[end - 1 : end] != b"\n" or key in found or b"\0" in value:
            raise _no_tar("a PAX header is damaged")
        found[key] = value
        at = end
    path, size = found.get(b"path") or None, found.get(b"size")
    if any(key.startswith(b"GNU.sparse.") for key in found):
        return path, _NO_SIZE
    if not size:
        return path, None
    return path, int(size) if size.isdigit() and len(size) <= 18 else _NO_SIZE


def _plain(header: _Header, name: bytes | None, size: int | None) -> _Header:
    """Return a header with the name and the size from the headers before it.

    Raises ContentError if Flux does not unpack the entry, or another reader may read it differently.
    """
    name, size = header.name if name is None else name, header.size if size is None else size
    header = _Header(name, header.mode, size, header.kind)
    kind = _TYPES.get(header.kind)
    told = header.mode & ~0o7777
    is_file = header.kind in (b"0", b"\0")
    if kind is None or told not in (0, kind) or header.size < 0 or (header.size and not is_file):
        raise header.fault("file")
    return header


def _no_tar(why: str) -> ContentError:
    return ContentError(f"its layer is not a tar: {why}")
