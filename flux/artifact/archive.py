"""The tar archive of an artifact, byte for byte as `flux push artifact` makes it from a clean checkout.

Flux writes with Go's archive/tar: a plain ustar header per entry, and a PAX header before it if the name does
not fit in ustar. Names, owners and times that depend on the machine are zeroed. Python's tarfile writes
other device fields and another padding at the end.

https://pkg.go.dev/archive/tar, https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
"""

from collections.abc import Iterable, Iterator

from flux.artifact.tree import Content, path_bytes

BLOCK = 512
_NAME, _PREFIX = 100, 155


def archive(entries: Iterable[tuple[str, int, Content | None]]) -> Iterator[bytes]:
    """Yield a tar of `(path, permissions, content)`, in the given order; content None means a folder."""
    for path, permissions, content in entries:
        kind = b"5" if content is None else b"0"
        size = content.size if content else 0
        yield b"".join(_headers(path_bytes(path), permissions, size, kind))
        if content:
            yield from content.pieces
            yield bytes(-size % BLOCK)
    yield bytes(2 * BLOCK)


def _headers(name: bytes, permissions: int, size: int, kind: bytes) -> Iterator[bytes]:
    prefix, suffix = _split(name)
    if name.isascii() and len(suffix) <= _NAME:
        yield _header(suffix, permissions, size, kind, prefix, devices=True)
        return
    record = _pax_record(b"path", name)
    folder, _, file = name.rpartition(b"/")
    pax_name = _ascii(b"/".join(part for part in (folder, b"PaxHeaders.0", file) if part))
    yield _header(pax_name[:_NAME].rstrip(b"/"), 0, len(record), b"x", devices=False)
    yield from _padded(record)
    yield _header(_cut(_ascii(name)), permissions, size, kind, devices=True)


def _header(
    name: bytes, permissions: int, size: int, kind: bytes, prefix: bytes = b"", *, devices: bool
) -> bytes:
    device = b"0000000\0" if devices else bytes(8)
    before = b"".join(
        (
            name.ljust(_NAME, b"\0"),
            b"%07o\0" % permissions,
            b"0000000\0" * 2,
            b"%011o\0" % size,
            b"0" * 11 + b"\0",
        )
    )
    after = b"".join(
        [kind, bytes(100), b"ustar\x0000", bytes(64), device, device, prefix.ljust(_PREFIX, b"\0"), bytes(12)]
    )
    checksum = sum(before) + 8 * ord(" ") + sum(after)
    return b"%s%06o\0 %s" % (before, checksum, after)


def _padded(content: bytes) -> list[bytes]:
    return [content, bytes(-len(content) % BLOCK)]


def _split(name: bytes) -> tuple[bytes, bytes]:
    """Return ustar's prefix and name fields. Split the name as Go does, if necessary and possible."""
    if len(name) <= _NAME:
        return b"", name
    at = name[: _PREFIX + 1].rfind(b"/")
    if at <= 0 or not 0 < len(name) - at - 1 <= _NAME:
        return b"", name
    return name[:at], name[at + 1 :]


def _pax_record(key: bytes, value: bytes) -> bytes:
    """Return `LENGTH key=value` and a newline. The length includes its own digits."""
    rest = b" %s=%s\n" % (key, value)
    length = len(rest) + len(str(len(rest)))
    return b"%d%s" % (len(rest) + len(str(length)), rest)


def _ascii(name: bytes) -> bytes:
    return bytes(byte for byte in name if byte < 0x80)


def _cut(name: bytes) -> bytes:
    """Return a name cut to its field. Readers take a file name that ends in a slash for a folder, so Go ends
    the name before these slashes, and leaves the other bytes unchanged."""
    field = name[:_NAME]
    if len(name) <= _NAME or not field.endswith(b"/"):
        return field
    end = len(field[:-1].rstrip(b"/"))
    return field[:end] + b"\0" + field[end + 1 :]
