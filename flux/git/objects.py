"""Commits, trees and blobs by object name. They never change, so they are cached."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from flux.artifact.tree import Content, File
from flux.errors import GitError
from flux.git.batch import Batch, BatchError, LargeError, Object
from flux.git.cache import Kept
from flux.git.partial import Partial
from flux.git.process import Process
from flux.git.stream import Stream
from flux.git.tree import Tree
from flux.regex import regex

_MOST_KEPT = 32 * 1024 * 1024  # bytes of all cached objects
_LARGEST_KEPT = 4 * 1024 * 1024
_LARGEST_BLOB_KEPT = 64 * 1024
_LARGEST_HELD = 1024 * 1024
_MOST_PARSED = 16 * 1024 * 1024  # bytes of trees, before parsing
_MOST_TAGS = 20  # of tags of tags
OBJECT_NAME = regex("[0-9a-f]{40}")


class Objects:
    """The objects of a clone. A partial clone fetches the missing ones from origin when they are needed."""

    def __init__(self, process: Process, partial: Partial) -> None:
        self._process = process
        self._partial = partial
        self._batch = Batch(process)
        self._kept: Kept[str, Object] = Kept(_MOST_KEPT, _LARGEST_KEPT)
        self._trees: Kept[str, Tree] = Kept(_MOST_PARSED, _LARGEST_KEPT)
        self._expected = threading.local()

    def close(self) -> None:
        self._batch.close()

    def kind(self, oid: str) -> str:
        """Return the kind of an object: `commit`, `tree`, `blob` or `tag`; empty if it is missing."""
        with suppress(GitError):
            found = self.find(oid)
            return found.kind if found else ""
        return ""

    def commit(self, oid: str) -> tuple[str, bytes] | None:
        """Return the name and content of a commit or a tag's commit; None if missing or not a commit."""
        for _ in range(_MOST_TAGS):
            found = self.find(oid)
            if found is None or found.kind != "tag":
                return (oid, found.content) if found and found.kind == "commit" else None
            oid = _named(found.content, b"object ")
        return None

    def tree_of(self, oid: str) -> str:
        """Return the name of a commit's tree. Raises GitError if the object is not a commit, tag or tree."""
        if commit := self.commit(oid):
            return _named(commit[1], b"tree ")
        if (found := self.find(oid)) and found.kind == "tree":
            return oid
        raise GitError(f"object {oid[:12]} is not a commit of this clone")

    def tree(self, oid: str) -> Tree:
        """Return the entries of a tree by name. Raises GitError if it cannot be read."""
        if (parsed := self._trees.get(oid)) is not None:
            return parsed
        found = self.find(oid)
        if found is None or found.kind != "tree":
            raise _lacking(oid)
        return self._trees.put(oid, Tree(found.content), len(found.content))

    def blob(self, oid: str) -> bytes:
        """Return the content of a blob. Raises GitError if it cannot be read."""
        return self._blob(oid)

    def contents(self, files: Iterable[File]) -> dict[str, bytes]:
        """Return the contents of files by path. Raises GitError if one cannot be read."""
        wanted = {file.path: file.oid for file in files}
        self.obtain_blobs(wanted.values())
        return {path: self.blob(oid) for path, oid in wanted.items()}

    def _blob(self, oid: str, most: int | None = None) -> bytes:
        found = self.find(oid, most)
        if found is None:
            raise _lacking(oid)
        return found.content

    def obtain_blobs(self, oids: Iterable[str]) -> None:
        """Fetch the blobs that a partial clone lacks, in one fetch, before they are read."""
        self._partial.blobs(oids)

    def lacking(self, oids: Iterable[str]) -> list[str]:
        """Return the objects that the clone does not have. A partial clone does not fetch them."""
        wanted = [oid for oid in oids if not self._kept.get(oid)]
        if self._process.promisor:
            return self._partial.lacking(wanted)
        return [oid for oid in wanted if not self.kind(oid)]

    @contextmanager
    def expecting(self, oids: Sequence[str]) -> Iterator[None]:
        """Let this thread open these blobs in this order, without a request for each."""
        self.obtain_blobs(oids)
        self._expected.stream = stream = Stream(self._process, oids)
        try:
            yield
        finally:
            self._expected.stream = None
            stream.close()

    def open(self, oid: str) -> Content:
        """Return the content of a blob. Read it once, and before the next blob is opened. Raises GitError if
        it cannot be read."""
        stream: Stream | None = getattr(self._expected, "stream", None)
        try:
            if stream and (expected := stream.open(oid)):
                return expected
        except BatchError:
            self._expected.stream = None  # one request for each blob shows which one is missing
        try:
            return Content.of(self._blob(oid, _LARGEST_HELD))
        except LargeError as large:
            return Content(large.size, self._alone(oid))

    def _alone(self, oid: str) -> Iterator[bytes]:
        """Yield the pieces of a large blob, from a separate process."""
        stream = Stream(self._process, [oid])
        try:
            content = stream.open(oid)
            if content is None:
                raise _lacking(oid)
            yield from content.pieces
        except BatchError as error:
            raise _lacking(oid) from error
        finally:
            stream.close()

    def find(self, oid: str, most: int | None = None) -> Object | None:
        """Return an object, None if neither the clone nor origin has it. Raises GitError if git cannot tell,
        and LargeError for a blob of more than `most` bytes."""
        if not OBJECT_NAME.fullmatch(oid):
            raise GitError(f"{oid!r} is not the name of an object")
        if kept := self._kept.get(oid):
            return kept
        found = self._ask(oid, most)
        if found and (found.kind != "blob" or len(found.content) <= _LARGEST_BLOB_KEPT):
            self._kept.put(oid, found, len(found.content))
        return found

    def commit_at(self, ref: str) -> str | None:
        """Return the current commit of a ref, None if there is no such ref. Raises GitError if git fails."""
        try:
            found = self._batch.ask(ref + "^{commit}")
        except BatchError as error:
            raise GitError(f"{ref} cannot be read", "`git fsck` says what is damaged") from error
        return found.oid if found else None

    def _ask(self, oid: str, most: int | None) -> Object | None:
        try:
            found = self._batch.ask(oid, most)
            if found or not self._process.promisor or not self._process.gain_access():
                return found
        except BatchError as error:
            if not self._process.promisor or not self._process.gain_access():
                raise _lacking(oid) from error
        self._batch.close()  # the next process has the access
        try:
            return self._batch.ask(oid, most)
        except BatchError as error:
            raise _lacking(oid) from error


def _named(content: bytes, header: bytes) -> str:
    """Return the object that the first line of a commit or tag names."""
    name = content[len(header) : len(header) + 40].decode("ascii", "replace")
    if not content.startswith(header) or not OBJECT_NAME.fullmatch(name):
        raise GitError("an object of this clone cannot be read", "`git fsck` says what is damaged")
    return name


def _lacking(oid: str) -> GitError:
    return GitError(
        f"object {oid[:12]} is not in this clone and could not be fetched from origin",
        "`git fetch --refetch origin` brings what a clone lacks",
    )
