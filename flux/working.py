"""How a command tells that it is at work. The bar that a terminal shows is `Report.working`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Working = Callable[[str, int], AbstractContextManager[Callable[[object], object]]]
"""Is told what is done and to how many things. What it yields is told of each that is done."""


@contextmanager
def silently(what: str, total: int) -> Iterator[Callable[[object], object]]:
    """Tell nobody."""
    yield lambda done: None
