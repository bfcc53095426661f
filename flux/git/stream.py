"""Many blobs in a known order, from one `git cat-file` that does not wait for each request."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Thread

from flux.artifact.tree import Content
from flux.git.batch import BatchError, end_piped, parse_header, start_piped
from flux.git.process import LITTLE_MEMORY, Process

_PIECE = 256 << 10

_LITTLE = (*LITTLE_MEMORY, "-c", "core.bigFileThreshold=1m")
"""With these, git too holds only a piece of a large blob, unless the blob is stored as a delta."""


class Stream:
    """The blobs with these names. At most a piece of a large blob is in memory.

    Raises BatchError if git ends before it has answered.
    """

    def __init__(self, process: Process, oids: Sequence[str]) -> None:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as names:
            self._running: subprocess.Popen[bytes] = start_piped(
                process, names, *_LITTLE, "cat-file", "--batch", "--buffer"
            )
        asked = "".join(f"{oid}\n" for oid in oids).encode()
        # Git stops reading while its answers are not read, so the pipe may stay full for long.
        Thread(target=_ask, args=(writing, asked), daemon=True).start()
        self._left = 0

    def open(self, oid: str) -> Content | None:
        """Return a blob, None if it is not among the remaining ones. Blobs before it are skipped."""
        stdout = self._running.stdout
        assert stdout
        for _ in self._rest():
            pass
        while header := stdout.readline():
            if header.endswith(b" missing\n"):
                continue
            name, _, size = parse_header(header)
            self._left = size + 1  # plus a newline
            if name == oid:
                return Content(size, self._rest(1))
            for _ in self._rest():
                pass
        return None

    def close(self) -> None:
        end_piped(self._running)

    def _rest(self, but: int = 0) -> Iterator[bytes]:
        """Yield the rest of the blob that was opened last, except its last `but` bytes."""
        stdout = self._running.stdout
        assert stdout
        while self._left > but:
            piece = stdout.read(min(_PIECE, self._left - but))
            if not piece:
                raise BatchError("git ended in a blob")
            self._left -= len(piece)
            yield piece


def _ask(pipe: int, names: bytes) -> None:
    """Write the names, unless git has already ended."""
    with suppress(BrokenPipeError), os.fdopen(pipe, "wb") as stream:
        stream.write(names)
