"""The layer of an image: compresses a tar that comes in pieces."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flux.artifact.compression import gzip, members


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
        for content in members(tar):
            summed.update(content)
            size += len(content)
            yield content

    content = b"".join(gzip(noted()))
    return Layer(content, digest_of(content), f"sha256:{summed.hexdigest()}", size)
