"""Runs the same work for many artifacts, several at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Condition
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""How many items are taken for each job."""


def in_parallel(jobs: int, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results, each as it is done. What was not begun is dropped when the caller stops or one raises.

    Items are taken a few ahead of the work, so that those which are made as they are taken never pile up.
    """
    pool = ThreadPoolExecutor(jobs)
    done: SimpleQueue[Future[Result]] = SimpleQueue()
    begun = 0
    try:
        for item in items:
            pool.submit(work, item).add_done_callback(done.put)
            begun += 1
            while begun and (begun >= _AHEAD * jobs or not done.empty()):
                begun -= 1
                yield done.get().result()
        for _ in range(begun):
            yield done.get().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class Room:
    """A limit for what running work may hold in memory. A single item may be larger."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._changed = Condition()

    def take(self, size: int) -> None:
        """Wait until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._held == 0 or self._held + size <= self._most)
            self._held += size

    def give(self, size: int) -> None:
        with self._changed:
            self._held -= size
            self._changed.notify_all()


@contextmanager
def meanwhile(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Begin the work, and give what waits for its result, or raises what it raised."""
    pool = ThreadPoolExecutor(1)
    try:
        yield pool.submit(work).result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
