"""A walk along a first-parent line that is kept for several readers, which may read a part of it."""

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cached_property
from threading import RLock

from flux.git.output import WalkedCommit

_MOST_CHANGES = 200_000
"""Changed paths that a kept walk may hold. A longer walk is repeated each time."""


class Walk:
    """The commits back from `start` that changed something under the paths. They are read when needed.

    Without paths, every change counts. `line` gives the first-parent line back from a commit. Threads may
    share a walk.
    """

    def __init__(
        self,
        start: str,
        paths: Sequence[str],
        commits: Generator[WalkedCommit],
        line: Callable[[str], Sequence[str]],
    ) -> None:
        self._start = start
        self._paths = paths
        self._commits = commits
        self._line = line
        self._read: list[WalkedCommit] = []
        self._held = 0
        self._reading = RLock()

    def is_of(self, start: str, paths: Sequence[str]) -> bool:
        """Whether this walk has this start and these paths."""
        return (self._start, list(self._paths)) == (start, list(paths))

    def part(self, start: str, paths: Sequence[str]) -> Iterator[WalkedCommit] | None:
        """Return the commits back from `start` that changed something under these paths.

        Return None if `start` is not on this line, or if this walk does not cover the paths.
        """
        is_covered = paths and (not self._paths or all(_is_under(path, self._paths) for path in paths))
        if not is_covered or self._held > _MOST_CHANGES or start not in self._places:
            return None
        return self._along(self._places[start], paths)

    def close(self) -> None:
        """End the git process."""
        with self._reading:
            self._commits.close()

    def _along(self, place: int, paths: Sequence[str]) -> Iterator[WalkedCommit]:
        for revision, parent, changes in self._entries():
            if self._places[revision.commit] < place:
                continue
            own = [change for change in changes if _is_under(change[1], paths)]
            if own or not parent:
                yield revision, parent, own

    def _entries(self) -> Iterator[WalkedCommit]:
        at = 0
        while (entry := self._entry(at)) is not None:
            yield entry
            at += 1

    def _entry(self, at: int) -> WalkedCommit | None:
        with self._reading:
            if at == len(self._read):
                found = next(self._commits, None)
                if found is None:
                    return None
                self._read.append(found)
                self._held += len(found[2])
            return self._read[at]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {commit: at for at, commit in enumerate(self._line(self._start))}


def _is_under(path: str, paths: Sequence[str]) -> bool:
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in paths)
