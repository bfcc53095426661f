"""Files as git's trees have them, and the differences between two trees."""

from dataclasses import dataclass

REGULAR = 0o100644
EXECUTABLE = 0o100755
FOLDER = 0o040000
SYMLINK = 0o120000
SUBMODULE = 0o160000


@dataclass(frozen=True, slots=True)
class File:
    """One entry of a tree.

    `path` is relative to the artifact's folder, its parts joined by `/`; bytes that are not UTF-8 are kept
    as surrogate escapes. `mode` is git's, `oid` the blob's object name.
    """

    path: str
    mode: int
    oid: str


@dataclass(frozen=True, slots=True)
class Change:
    """One file that differs between two trees; `path` is relative to the repository's root."""

    path: str
    added: bool = False
    deleted: bool = False


def parents(path: str) -> list[str]:
    """The folders that hold `path`, outermost first: `a/b/c` is in `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def path_bytes(path: str) -> bytes:
    """The path as git stores it."""
    return path.encode("utf-8", "surrogateescape")
