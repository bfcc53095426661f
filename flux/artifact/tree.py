"""Files in git's trees, and the differences between two trees."""

from collections.abc import Iterable
from typing import NamedTuple, Self

REGULAR = 0o100644
EXECUTABLE = 0o100755
FOLDER = 0o040000
SYMLINK = 0o120000
SUBMODULE = 0o160000


class File(NamedTuple):
    """One entry of a tree.

    `path` is relative to the artifact's folder, with `/` between its parts. Bytes that are not UTF-8 become
    surrogate escapes. `mode` is git's, `oid` the blob's object name.
    """

    path: str
    mode: int
    oid: str


class Change(NamedTuple):
    """One file that differs between two trees; `path` is relative to the repository's root."""

    path: str
    added: bool = False
    deleted: bool = False


class Content(NamedTuple):
    """The content of a file: its size in bytes, and its pieces."""

    size: int
    pieces: Iterable[bytes]

    @classmethod
    def of(cls, content: bytes) -> Self:
        return cls(len(content), (content,))

    def whole(self) -> bytes:
        return b"".join(self.pieces)


def parents(path: str) -> list[str]:
    """Return the folders that contain `path`, outermost first: `a/b/c` is in `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def path_bytes(path: str) -> bytes:
    """Return the path as git stores it."""
    return path.encode("utf-8", "surrogateescape")
