"""The folder `.forge`: issues, pull requests, the comments on them, statuses and deployments.

Each is a Markdown file.

The comments of `issues/3.md` are beside it, such as `issues/3.comment-7.md`. Files are written atomically.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident

from flux.errors import ForgeError
from flux.forge.local.document import BrokenDocumentError, Document, parse_document, render_document
from flux.regex import regex

FORGE_FOLDER = ".forge"
ISSUES = "issues"
PULLS = "pulls"
STATUSES = "statuses"
DEPLOYMENTS = "deployments"

_NUMBERED_TOGETHER = (ISSUES, PULLS)

_NAME = regex(r"([0-9]+)(?:\.comment-([0-9]+))?\.md")


class ForgeFolder:
    """Issues and pull requests share their numbers. The numbers of comments are unique, too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path(self, kind: str, number: int) -> Path:
        return self._path / kind / f"{number}.md"

    def kind(self, number: int) -> str | None:
        """Return whether a number is an issue's or a pull request's; None if it is neither."""
        return next((kind for kind in (ISSUES, PULLS) if self.path(kind, number).exists()), None)

    def has(self, kind: str) -> bool:
        return bool(self.numbers(kind))

    def numbers(self, kind: str) -> list[int]:
        return sorted(number for number, comment in self._names(kind) if comment is None)

    def comments(self, kind: str, number: int) -> list[int]:
        return sorted(comment for of, comment in self._names(kind) if comment is not None and of == number)

    def comment_path(self, kind: str, number: int, comment: int) -> Path:
        return self._path / kind / f"{number}.comment-{comment}.md"

    def add(self, kind: str, document: Document) -> int:
        """Write a document under the next number, and return that number."""
        kinds = _NUMBERED_TOGETHER if kind in _NUMBERED_TOGETHER else (kind,)
        with self.locked():
            number = 1 + max((number for each in kinds for number in self.numbers(each)), default=0)
            self.write(self.path(kind, number), document)
        return number

    def add_comment(self, kind: str, number: int, document: Document) -> int:
        with self.locked():
            every = [comment or 0 for place in (ISSUES, PULLS) for _, comment in self._names(place)]
            comment = 1 + max(every, default=0)
            self.write(self.comment_path(kind, number, comment), document)
        return comment

    def read(self, path: Path) -> Document | None:
        """Return the document; None if there is no such file. Raises ForgeError if it cannot be read."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ForgeError(
                f"{path} could not be read: {error.strerror}", "check its permissions"
            ) from error
        with self.legible(path):
            return parse_document(content)

    @contextmanager
    def legible(self, path: Path) -> Iterator[None]:
        """Name the file in errors about the fields of its document."""
        try:
            yield
        except BrokenDocumentError as error:
            raise ForgeError(
                f"{path} cannot be read: {error}", "correct the lines between the two `---` at its top"
            ) from error

    def edit(self, path: Path, change: Callable[[Document], Document]) -> None:
        """Change a file as it is now. Raises ForgeError if there is none."""
        with self.locked():
            document = self.read(path)
            if document is None:
                raise ForgeError(f"there is no {path}", f"`ls {path.parent}` shows what there is")
            with self.legible(path):
                self.write(path, change(document))

    def write(self, path: Path, document: Document) -> None:
        partial = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(render_document(document))
            partial.replace(path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise ForgeError(f"{path} could not be written: {error.strerror}", "check the disk") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        try:
            self._path.mkdir(exist_ok=True)
            if not (ignore := self._path / ".gitignore").exists():
                ignore.write_text("*\n")  # git must ignore all of it
            lock = (self._path / ".lock").open("ab")
        except OSError as error:
            raise ForgeError(f"{self._path} cannot be written: {error.strerror}", "check the disk") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _names(self, kind: str) -> Iterator[tuple[int, int | None]]:
        try:
            paths = list((self._path / kind).iterdir())
        except FileNotFoundError:
            return
        for path in paths:
            if match := _NAME.fullmatch(path.name):
                yield int(match[1]), int(match[2]) if match[2] else None
