"""Tar files, right and wrong, to unpack."""

from collections.abc import Iterator

import pytest

from flux.artifact.archive import BLOCK
from flux.artifact.unpacking import entries
from flux.errors import ContentError
from tests.artifact.trees import archived

A = archived([("a", 0o644, b"content")])


def header(name: bytes = b"x", kind: bytes = b"0", size: int = 0, **fields: bytes) -> bytes:
    """A header with its checksum right; `at_345=b"…"` puts bytes at an offset."""
    block = bytearray(archived([("x", 0o644, b"")])[:BLOCK])
    block[0:100] = name.ljust(100, b"\0")
    block[124:136] = b"%011o\0" % size
    block[156:157] = kind
    for field, value in fields.items():
        at = int(field.removeprefix("at_"))
        block[at : at + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pax(*records: bytes, kind: bytes = b"x") -> bytes:
    content = b"".join(records)
    return header(b"pax", kind, len(content)) + content + bytes(-len(content) % BLOCK)


def record(key: bytes, value: bytes) -> bytes:
    rest = b" %s=%s\n" % (key, value)
    length = next(n for n in range(1, 10**6) if len(str(n)) + len(rest) == n)
    return b"%d%s" % (length, rest)


END = bytes(2 * BLOCK)


def refused(tar: bytes) -> str:
    with pytest.raises(ContentError) as raised:
        list(entries([tar]))
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 1000
    return raised.value.message


def pieces(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    for size in sizes:
        yield content[:size]
        content = content[size:]
    yield content
