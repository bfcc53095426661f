"""Partial clones: fetches many missing objects at once, before git would fetch them one by one."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from flux.errors import GitError
from flux.git.empty_clone import empty_clone
from flux.git.origin import Origin
from flux.git.process import Process
from flux.git.shallow import Shallow


class Partial:
    """Fetches what a clone left at origin (`git clone --filter`). It does nothing for another clone.

    Each method needs one or two fetches. It raises nothing if origin does not have an object: git asks
    again when the object is read, and the error comes then.
    """

    def __init__(self, process: Process, origin: Origin, shallow: Shallow) -> None:
        self._process = process
        self._origin = origin
        self._shallow = shallow
        self._bringing = Lock()
        self._brought = set[tuple[object, ...]]()

    def history(self, commit: str, files: Sequence[str] = (), *, line: bool = True) -> None:
        """Fetch the trees of a commit's history and each version of some files. With `line`, fetch only
        those of the first-parent line."""
        span = (*(["--first-parent"] if line else []), commit)
        self._once(("history", span, tuple(files)), lambda: self._history(span, files))

    def trees(self, *commits: str) -> None:
        """Fetch the trees of these commits."""
        self._once(("trees", commits), lambda: self._fetch(self._lacking_trees("--no-walk", *commits)))

    def blobs(self, oids: Iterable[str]) -> None:
        """Fetch these blobs."""
        if self._process.promisor:
            with suppress(GitError):
                self._fetch(self._lacking(list(dict.fromkeys(oids))))

    def _once(self, what: tuple[object, ...], bring: Callable[[], None]) -> None:
        if not self._process.promisor:
            return
        with self._bringing:
            key = (*what, bool(self._shallow.edge()))
            if key not in self._brought:
                self._brought.add(key)
                with suppress(GitError):
                    bring()

    def _history(self, span: Sequence[str], files: Sequence[str]) -> None:
        self._fetch(self._lacking_trees(*span))
        if files:
            self._fetch(self._missing(*span, "--", *files))

    def _lacking_trees(self, *span: str) -> list[str]:
        return self._missing("--filter=blob:none", *span)

    def _missing(self, *span: str) -> list[str]:
        """Return the objects that are missing in a range of history, without fetching them."""
        listed = self._process.run("rev-list", "--objects", "--missing=print", *span)
        return [line[1:] for line in listed.split("\n") if line.startswith("?")]

    def _lacking(self, oids: Sequence[str]) -> list[str]:
        """Return the missing objects. A scratch clone over the same objects cannot fetch them."""
        if not oids:
            return []
        with tempfile.TemporaryDirectory() as scratch:
            environment = empty_clone(Path(scratch), self._process.objects)
            asked = "".join(f"{oid}\n" for oid in oids).encode()
            listed = self._process.pipe(asked, "cat-file", "--batch-check", environment=environment)
        return [line.partition(" ")[0] for line in listed.split("\n") if line.endswith(" missing")]

    def _fetch(self, oids: Sequence[str]) -> None:
        """Fetch objects by name, with the trees below trees. Git itself would fetch one at a time."""
        if oids:
            self._origin.fetch_objects(self._process.promisor, oids)
