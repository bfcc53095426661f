"""How a command reports progress. `Report.working` shows it as a bar in a terminal."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Working = Callable[[str, int], AbstractContextManager[Callable[[object], object]]]
"""Takes a description of the work and the number of items. Yields a function to call after each item."""


@contextmanager
def silently(what: str, total: int) -> Iterator[Callable[[object], object]]:
    """Report no progress."""
    yield lambda done: None
