"""One `git cat-file --batch` that reads all objects of a clone, for any number of threads."""

import os
import subprocess
import weakref
from collections.abc import Callable
from threading import Lock
from typing import IO, NamedTuple

from flux.git.process import Process
from flux.regex import regex

_READ_AHEAD = 64 * 1024  # bytes that a pipe holds
_MOST_PARSED = 256 * 1024 * 1024  # bytes of a commit, a tree or a tag
_HEADER = regex(r"([0-9a-f]{40}) (commit|tree|blob|tag) ([0-9]{1,18})\n")


class Object(NamedTuple):
    """An object as git stores it. `kind` is `commit`, `tree`, `blob` or `tag`."""

    oid: str
    kind: str
    content: bytes


class LargeError(Exception):
    """A blob is larger than the limit; `size` is its size in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class BatchError(Exception):
    """Git ended without an answer: the object is damaged, or could not be fetched."""


class Batch:
    """The process. It starts at the first request, and again if it has ended."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._asking = Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._stop: Callable[[], object] = lambda: None

    def ask(self, name: str, most: int | None = None) -> Object | None:
        """Return the object with a name or ref, None if there is none. Raises BatchError if git fails, and
        LargeError for a blob of more than `most` bytes.

        It finds objects fetched and refs moved in the meantime: git looks for new packs before it says
        that an object is missing, and reads a ref each time.
        """
        if "\n" in name:
            return None
        with self._asking:
            started = self._running is None
            try:
                return self._ask(name, most)
            except BatchError:
                if started:
                    raise
            return self._ask(name, most)  # the process may have ended before

    def close(self) -> None:
        """End the process. The next request starts another."""
        with self._asking:
            self._close()

    def _ask(self, name: str, most: int | None) -> Object | None:
        running = self._running or self._start()
        assert running.stdin
        assert running.stdout
        try:
            running.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            running.stdin.flush()
            header = running.stdout.readline()
            if header.endswith((b" missing\n", b" ambiguous\n")):
                return None
            oid, kind, size = parse_header(header)
            if most is not None and kind == "blob" and size > most:
                raise LargeError(size)
            content = running.stdout.read(size)
            if len(content) != size or running.stdout.read(1) != b"\n":
                raise BatchError(f"git ended in {name}")
        except BaseException as error:  # the next answer would belong to this request
            self._close()
            if isinstance(error, OSError | ValueError):
                raise BatchError(f"git ended at {name}") from error
            raise
        return Object(oid, kind, content)

    def _start(self) -> "subprocess.Popen[bytes]":
        self._running = running = start_piped(self._process, subprocess.PIPE, "cat-file", "--batch")
        self._stop = weakref.finalize(self, end_piped, running)
        return running

    def _close(self) -> None:
        self._stop()
        self._running = None


def start_piped(process: Process, stdin: int | IO[bytes], *arguments: str) -> "subprocess.Popen[bytes]":
    """Start git with a pipe for its answers. Its stderr is dropped: nothing reads it, and a full pipe would
    block git."""
    return subprocess.Popen(
        process.command(*arguments),
        bufsize=_READ_AHEAD,
        cwd=process.root,
        env={**os.environ, **process.environment(), "LC_ALL": "C", "LANGUAGE": "C"},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def parse_header(header: bytes) -> tuple[str, str, int]:
    """Return the name, kind and size of the object that follows."""
    found = _HEADER.fullmatch(header.decode("ascii", "replace"))
    if not found:
        raise BatchError("git ended without an answer")
    oid, kind, size = found[1], found[2], int(found[3])
    if kind != "blob" and size > _MOST_PARSED:
        raise BatchError(f"{oid} is a {kind} of {size} bytes")
    return oid, kind, size


def end_piped(running: "subprocess.Popen[bytes]") -> None:
    running.kill()
    running.communicate()
