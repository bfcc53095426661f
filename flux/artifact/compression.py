"""Gzip of layers, by libdeflate.

A layer's digest names its compressed bytes. One version of libdeflate makes the same ones on every processor;
another may make others, so pyproject.toml names one exactly. No identity hangs on it: an image that something
else has compressed is told by its diff ID.

RFC 1952 (gzip), https://github.com/ebiggers/libdeflate
"""

from collections.abc import Iterable, Iterator

_MEMBER = 4 << 20
"""Bytes of content that one member of gzip has. A large layer is several, and never in memory as a whole."""

_LEVEL = 8
"""The lowest that makes every layer smaller than zlib's level 6 does, in about the time that this takes."""


def gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What comes in pieces as members of gzip without name and time. How it was cut makes no difference."""
    from deflate import gzip_compress

    for content in _cut(pieces):
        yield bytes(gzip_compress(content, _LEVEL))


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of each member; there is one at least."""
    held = bytearray()
    is_first = True
    for piece in pieces:
        held += piece
        while len(held) >= _MEMBER:
            yield bytes(held[:_MEMBER])
            del held[:_MEMBER]
            is_first = False
    if held or is_first:
        yield bytes(held)
