"""The layer of an image: compresses a tar that comes in pieces."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flux.artifact.compression import gzip


@dataclass(frozen=True)
class Layer:
    """A compressed layer, with the digest and the size of its tar."""

    content: bytes = field(repr=False)
    digest: str
    diff_id: str
    tar_size: int


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def pack(tar: Iterable[bytes]) -> Layer:
    """Return the layer of a tar. At most a few MiB of the tar are in memory at a time."""
    summed, size = hashlib.sha256(), 0

    def noted() -> Iterator[bytes]:
        nonlocal size
        for piece in tar:
            summed.update(piece)
            size += len(piece)
            yield piece

    content = b"".join(gzip(noted()))
    return Layer(content, digest_of(content), f"sha256:{summed.hexdigest()}", size)
