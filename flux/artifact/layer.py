"""The layer of an image: a tar in pieces, and the compressed result."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flux.artifact.compression import gzip


@dataclass(frozen=True)
class Layer:
    """A compressed layer, with the digest and the size of the tar that is in it."""

    content: bytes = field(repr=False)
    digest: str
    diff_id: str
    tar_size: int


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def pack(tar: Iterable[bytes]) -> Layer:
    """The layer of a tar, of which no more than a few MiB are held at a time."""
    summed, size = hashlib.sha256(), 0

    def noted() -> Iterator[bytes]:
        nonlocal size
        for piece in tar:
            summed.update(piece)
            size += len(piece)
            yield piece

    content = b"".join(gzip(noted()))
    return Layer(content, digest_of(content), f"sha256:{summed.hexdigest()}", size)
