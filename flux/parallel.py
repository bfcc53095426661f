"""Does the same work for many artifacts in parallel."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from queue import Empty, SimpleQueue
from threading import Condition, Lock
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""How many items are taken for each worker."""

_LOOK_UP = 0.2
"""After this time in seconds, a wait begins anew. Python does not notice a Ctrl-C that comes just before a
wait until that ends."""


def in_parallel(jobs: int, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield each result when it is ready. If the caller stops or an item raises, no further item is begun.

    Only a few items are taken ahead of the work. This bounds the memory if `items` is a generator.
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
                yield _next(done).result()
        for _ in range(begun):
            yield _next(done).result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _next(done: SimpleQueue[Future[Result]]) -> Future[Result]:
    while True:
        try:
            return done.get(timeout=_LOOK_UP)
        except Empty:
            continue


def once(make: Callable[[], Result]) -> Callable[[], Result]:
    """Return a function for threads that share one result. Its first call makes the result. An error is not
    kept: the next call tries again."""
    making, kept = Lock(), cache(make)

    def made() -> Result:
        with making:
            return kept()

    return made


class Room:
    """A limit for the memory of running work. A single item may be larger than the limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._changed = Condition()

    def take(self, size: int) -> None:
        """Wait until there is room, then reserve it."""
        with self._changed:
            self._changed.wait_for(lambda: self._held == 0 or self._held + size <= self._most)
            self._held += size

    def give(self, size: int) -> None:
        with self._changed:
            self._held -= size
            self._changed.notify_all()


@contextmanager
def meanwhile(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Begin the work, and yield a function that waits for it. It returns the result or raises the error."""
    pool = ThreadPoolExecutor(1)
    try:
        yield pool.submit(work).result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
