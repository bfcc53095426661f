"""Who is first to ask a registry, with credentials that may be wrong."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from flux.errors import RegistryUnreachableError

T = TypeVar("T")


class Admission:
    """The first goes alone, and none goes after one that was refused: a wrong password, tried for each
    artifact, locks the account."""

    def __init__(self) -> None:
        self._first = Lock()
        self._admitted = False
        self._refused: RegistryUnreachableError | None = None

    def go(self, attempt: Callable[[], T]) -> T:
        """Call `attempt`, alone until one was let in. Raises RegistryUnreachableError once one has raised it
        before that."""
        if not self._admitted:
            with self._first:
                if self._refused:
                    raise self._refused
                if not self._admitted:
                    return self._go_first(attempt)
        return attempt()

    def _go_first(self, attempt: Callable[[], T]) -> T:
        try:
            result = attempt()
        except RegistryUnreachableError as refused:
            self._refused = refused
            raise
        self._admitted = True
        return result
