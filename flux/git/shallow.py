"""Shallow clones: finds where their history ends, and fetches the rest."""

from collections.abc import Iterable
from contextlib import suppress

from flux.errors import GitError, HistoryMissingError
from flux.git.origin import Origin
from flux.git.process import Process

FETCH_DEPTH = "check out with `fetch-depth: 0` (actions/checkout), or run `git fetch --unshallow`"


class Shallow:
    """The edge of a clone's history. A complete clone has none."""

    def __init__(self, process: Process, origin: Origin) -> None:
        self._origin = origin
        self._file = process.objects.with_name("shallow")

    def edge(self) -> set[str]:
        """Return the commits whose parents this clone lacks."""
        try:
            return set(self._file.read_text().split())
        except FileNotFoundError:
            return set()

    def complete(self, commits: Iterable[str] = ()) -> None:
        """Fetch all history before the commits, if any is missing.

        Raises HistoryMissingError if origin does not have it.
        """
        if not self.edge():
            return
        for what in dict.fromkeys((tuple(commits), ())):
            with suppress(GitError):  # for example if another run has completed it meanwhile
                self._origin.fetch("--unshallow", "origin", *what)
            if not self.edge():
                return
        raise HistoryMissingError(
            "this clone is shallow, and the history that decides could not be fetched from origin",
            FETCH_DEPTH,
        )

    def forget(self) -> None:
        """Mark the clone as complete."""
        self._file.unlink(missing_ok=True)
