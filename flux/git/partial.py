"""Partial clones: fetches many missing objects at once, before git would fetch them one by one."""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from flux.errors import GitError
from flux.git.empty_clone import empty_clone
from flux.git.origin import Origin
from flux.git.process import Process
from flux.git.shallow import Shallow

_COMMIT_NAME = 40  # characters; `git rev-list --objects` prints a space after the name of a tree

_MOST_KNOWN = 200_000  # blobs


class _HowFar(IntEnum):
    """How far back from a commit. Each has what those before it have."""

    ALONE = 0
    LINE = 1
    WHOLE = 2

    @property
    def options(self) -> tuple[str, ...]:
        """The options of `git rev-list`. With `--full-history` it leaves out no version of a file."""
        return (("--no-walk",), ("--first-parent",), ("--full-history",))[self]


class _Brought(NamedTuple):
    """What was fetched: for these commits the trees, and each version of the files."""

    commits: frozenset[str]
    files: frozenset[str]
    reach: _HowFar
    is_shallow: bool

    def includes(self, other: "_Brought") -> bool:
        return (
            self.is_shallow == other.is_shallow
            and self.reach >= other.reach
            and self.commits >= other.commits
            and self.files >= other.files
        )


class Partial:
    """Fetches what a clone left at origin (`git clone --filter`). It does nothing for another clone.

    Each method needs one or two fetches, and none for what was fetched before. It raises nothing if origin
    does not have an object: git asks again when the object is read, and the error comes then.
    """

    def __init__(self, process: Process, origin: Origin, shallow: Shallow) -> None:
        self._process = process
        self._origin = origin
        self._shallow = shallow
        self._bringing = Lock()
        self._brought: list[_Brought] = []
        self._here: set[str] = set()

    def history(self, *commits: str, files: Sequence[str] = (), line: bool = True) -> None:
        """Fetch the trees of the history of some commits, and each version of some files. With `line`, fetch
        only those of the first-parent lines."""
        self._bring(commits, files, _HowFar.LINE if line else _HowFar.WHOLE)

    def trees(self, *commits: str) -> None:
        """Fetch the trees of these commits."""
        self._bring(commits, (), _HowFar.ALONE)

    def blobs(self, oids: Iterable[str]) -> None:
        """Fetch these blobs."""
        if not self._process.promisor:
            return
        asked = dict.fromkeys(oids)
        with self._bringing, suppress(GitError):
            wanted = [oid for oid in asked if oid not in self._here]
            if len(self._here) > _MOST_KNOWN:
                self._here.clear()
            self._here.update(wanted)  # also if this fails: it would fail again
            self._fetch(self.lacking(wanted))

    def _bring(self, commits: Sequence[str], files: Sequence[str], reach: _HowFar) -> None:
        if not commits or not self._process.promisor:
            return
        with self._bringing:
            wanted = _Brought(frozenset(commits), frozenset(files), reach, bool(self._shallow.edge()))
            if any(brought.includes(wanted) for brought in self._brought):
                return
            self._brought.append(wanted)  # also if this fails: it would fail again
            with suppress(GitError):
                span = (*reach.options, *wanted.commits)
                listed = self._listed("--filter=blob:none", *span)
                there = wanted.commits.union(line for line in listed if len(line) == _COMMIT_NAME)
                self._brought[-1] = wanted._replace(commits=there)
                self._fetch(_missing(listed))
                if files:
                    self._fetch(_missing(self._listed(*span, "--", *files)))

    def _listed(self, *span: str) -> list[str]:
        """List commits and their objects. Missing ones begin with `?`, and are not fetched."""
        return self._process.run("rev-list", "--objects", "--missing=print", *span).split("\n")

    def lacking(self, oids: Sequence[str]) -> list[str]:
        """Return the missing objects, without fetching them: a scratch clone over the same objects cannot."""
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


def _missing(listed: Iterable[str]) -> list[str]:
    return [line[1:] for line in listed if line.startswith("?")]
