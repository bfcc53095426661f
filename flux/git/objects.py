"""Commits, trees and blobs by their names. They never change, so that what was read once is kept."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock

from flux.errors import GitError
from flux.git.batch import Batch, BatchError, Object
from flux.git.process import Process

_MOST_KEPT = 32 * 1024 * 1024  # bytes of all objects that are kept
_LARGEST_KEPT = 4 * 1024 * 1024
_LARGEST_BLOB_KEPT = 64 * 1024
_MOST_TREES = 256  # parsed
_MOST_TAGS = 20  # of tags of tags
NAME = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tree has under a name."""

    mode: int
    oid: str

    @property
    def is_tree(self) -> bool:
        return self.mode == 0o40000

    @property
    def is_blob(self) -> bool:
        """A file or a symbolic link."""
        return self.mode >> 12 in (0o10, 0o12)


class Objects:
    """The objects of a clone; of a partial one also those that origin gives when they are needed."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._batch = Batch(process)
        self._keeping = Lock()
        self._kept: OrderedDict[str, Object] = OrderedDict()
        self._size = 0

    def close(self) -> None:
        self._batch.close()

    def has_commit(self, oid: str) -> bool:
        """Whether this is the name of a commit, or of a tag of one, and the commit is here."""
        with suppress(GitError):
            return self.commit(oid) is not None
        return False

    def commit(self, oid: str) -> tuple[str, bytes] | None:
        """The name and content of a commit, which a tag may name too; None for what is none or not here."""
        for _ in range(_MOST_TAGS):
            found = self.find(oid)
            if found is None or found.kind != "tag":
                return (oid, found.content) if found and found.kind == "commit" else None
            oid = _named(found.content, b"object ")
        return None

    def tree_of(self, oid: str) -> str:
        """The name of a commit's tree. Raises GitError for what is neither commit, tag nor tree."""
        if commit := self.commit(oid):
            return _named(commit[1], b"tree ")
        if (found := self.find(oid)) and found.kind == "tree":
            return oid
        raise GitError(f"object {oid[:12]} is no commit of this clone")

    def tree(self, oid: str) -> Mapping[str, Entry]:
        """The entries of a tree by name. Raises GitError where it is not to be had."""
        found = self.find(oid)
        if found is None or found.kind != "tree":
            raise _lacking(oid)
        return _parse_tree(found.content)

    def blob(self, oid: str) -> bytes:
        """The content of a blob. Raises GitError where it is not to be had."""
        found = self.find(oid)
        if found is None:
            raise _lacking(oid)
        return found.content

    def find(self, oid: str) -> Object | None:
        """An object, None where nobody has it. Raises GitError where git cannot say."""
        if not NAME.fullmatch(oid):
            raise GitError(f"{oid!r} is no name of an object")
        with self._keeping:
            if kept := self._kept.get(oid):
                self._kept.move_to_end(oid)
                return kept
        found = self._ask(oid)
        if found:
            self._keep(oid, found)
        return found

    def _ask(self, oid: str) -> Object | None:
        try:
            found = self._batch.ask(oid)
            if found or not self._partial or not self._process.gain_access():
                return found
        except BatchError as error:
            if not self._partial or not self._process.gain_access():
                raise _lacking(oid) from error
        self._batch.close()  # the next one has the access
        try:
            return self._batch.ask(oid)
        except BatchError as error:
            raise _lacking(oid) from error

    def _keep(self, oid: str, found: Object) -> None:
        if len(found.content) > (_LARGEST_BLOB_KEPT if found.kind == "blob" else _LARGEST_KEPT):
            return
        with self._keeping:
            if oid not in self._kept:
                self._kept[oid] = found
                self._size += len(found.content)
            while self._size > _MOST_KEPT:
                self._size -= len(self._kept.popitem(last=False)[1].content)

    @cached_property
    def _partial(self) -> bool:
        return is_partial(self._process)


def is_partial(process: Process) -> bool:
    """Whether a clone leaves objects at origin until it needs them."""
    with suppress(GitError):
        return bool(process.run("config", "--get-regexp", r"^remote\..*\.promisor$"))
    return False


def _named(content: bytes, header: bytes) -> str:
    """The object that the first line of a commit or tag names."""
    name = content[len(header) : len(header) + 40].decode("ascii", "replace")
    if not content.startswith(header) or not NAME.fullmatch(name):
        raise GitError("an object of this clone cannot be read", "`git fsck` says what is damaged")
    return name


def _lacking(oid: str) -> GitError:
    return GitError(
        f"object {oid[:12]} is neither in this clone nor to be had from origin",
        "`git fetch --refetch origin` brings what a clone lacks",
    )


@lru_cache(maxsize=_MOST_TREES)
def _parse_tree(content: bytes) -> Mapping[str, Entry]:
    entries: dict[str, Entry] = {}
    at = 0
    while at < len(content):
        space = content.find(b" ", at)
        end = content.find(b"\0", space)
        if not at < space < end or len(content) < end + 21:
            raise GitError("a tree of this clone cannot be read", "`git fsck` says what is damaged")
        name = content[space + 1 : end].decode("utf-8", "surrogateescape")
        entries[name] = Entry(int(content[at:space], 8), content[end + 1 : end + 21].hex())
        at = end + 21
    return entries
