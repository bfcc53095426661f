"""Partial clones: what they have left at origin is brought at once, before it is read one by one."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from flux.errors import GitError
from flux.git.empty import empty_clone
from flux.git.origin import Origin
from flux.git.process import Process
from flux.git.shallow import Shallow


class Partial:
    """What a clone has left at origin (`git clone --filter`). Of another clone there is nothing to bring.

    Each method brings what it names with one or two fetches. Where origin does not give it, nothing is
    raised here: git asks once more when the object is read, and who reads it says what is lacking.
    """

    def __init__(self, process: Process, origin: Origin, shallow: Shallow) -> None:
        self._process = process
        self._origin = origin
        self._shallow = shallow
        self._bringing = Lock()
        self._brought = set[tuple[object, ...]]()

    def history(self, commit: str, files: Sequence[str] = (), *, line: bool = True) -> None:
        """The trees of the history back from a commit, and each version of some files; with `line` of the
        first-parent line alone."""
        span = (*(["--first-parent"] if line else []), commit)
        self._once(("history", span, tuple(files)), lambda: self._history(span, files))

    def trees(self, *commits: str) -> None:
        """The trees of these commits."""
        self._once(("trees", commits), lambda: self._fetch(self._lacking_trees("--no-walk", *commits)))

    def blobs(self, oids: Iterable[str]) -> None:
        """These blobs."""
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
        """The objects that git does not find on its way, without fetching them."""
        listed = self._process.run("rev-list", "--objects", "--missing=print", *span)
        return [line[1:] for line in listed.split("\n") if line.startswith("?")]

    def _lacking(self, oids: Sequence[str]) -> list[str]:
        """Those that are not here. A scratch clone over the same objects has no origin to fetch from."""
        if not oids:
            return []
        with tempfile.TemporaryDirectory() as scratch:
            environment = empty_clone(Path(scratch), self._process.objects)
            asked = "".join(f"{oid}\n" for oid in oids).encode()
            listed = self._process.pipe(asked, "cat-file", "--batch-check", environment=environment)
        return [line.partition(" ")[0] for line in listed.split("\n") if line.endswith(" missing")]

    def _fetch(self, oids: Sequence[str]) -> None:
        """Fetch objects by name, with the trees below trees, as git itself does one at a time."""
        if oids:
            self._origin.fetch_objects(self._process.promisor, oids)
