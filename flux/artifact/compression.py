"""Gzip of layers, by libdeflate.

A layer's digest names its compressed bytes. One version of libdeflate makes the same ones on every processor;
another may make others, so pyproject.toml names one exactly. No identity hangs on it: an image that something
else has compressed is told by its diff ID.

RFC 1952 (gzip), https://github.com/ebiggers/libdeflate
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

_MEMBER = 4 << 20
"""Bytes of content that one member of gzip has. A large layer is several, and never in memory as a whole."""

_AT_ONCE = 4
"""Members of a large layer that are compressed at a time, on as many cores as there are."""

_LEVEL = 8
"""The lowest that makes every layer smaller than zlib's level 6 does, in about the time that this takes."""

_LEVEL_OF_LARGE = 7
"""It makes large layers smaller too, in less time."""


def gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of content as gzip members without name and time. How the content was cut does not matter."""
    contents = _cut(pieces)
    first = next(contents)
    if len(first) < _MEMBER:
        yield _member(first, _LEVEL)
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        begun: deque[Future[bytes]] = deque([pool.submit(_member, first, _LEVEL_OF_LARGE)])
        for content in contents:
            begun.append(pool.submit(_member, content, _LEVEL_OF_LARGE))
            if len(begun) > _AT_ONCE:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def _member(content: bytes, level: int) -> bytes:
    from deflate import gzip_compress

    return bytes(gzip_compress(content, level))


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of each member; there is at least one."""
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
