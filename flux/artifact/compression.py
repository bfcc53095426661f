"""Compresses layers with gzip, by libdeflate.

A layer's digest is that of its compressed bytes. One version of libdeflate makes the same bytes on every
processor. Another version may not, so pyproject.toml pins one. The identity of content does not depend on
it: the diff ID identifies an image that another program has compressed.

RFC 1952 (gzip), https://github.com/ebiggers/libdeflate
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

_MEMBER = 4 << 20
"""Bytes of content in one gzip member. A large layer has several, and is never in memory as a whole."""

_AT_ONCE = 4
"""Members of a large layer that are compressed at the same time, on the available cores."""

_LEVEL = 8
"""The lowest level that makes every layer smaller than zlib's level 6, in about the same time."""

_LEVEL_OF_LARGE = 7
"""This level makes large layers smaller too, in less time."""


def members(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of each member. There is at least one. The sizes of the pieces do not matter."""
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


def gzip(contents: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a gzip member, without name and time, for each content that `members` yields."""
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
