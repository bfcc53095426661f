"""Does the same work for many artifacts in parallel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Condition, Lock
from typing import Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""How many items are taken for each worker."""


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
                yield done.get().result()
        for _ in range(begun):
            yield done.get().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class IdleThreads:
    """Threads for which there is no item left, of `jobs`. They do parts of the items of other threads."""

    def __init__(self, jobs: int, items: int) -> None:
        self._idle = jobs - items  # negative if there are more items than threads
        self._changing = Lock()
        self._pool = ThreadPoolExecutor(jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def item_done(self) -> None:
        """Note that one thread less works at the items."""
        with self._changing:
            self._idle += 1

    def help(self, work: Callable[[Item], Result], parts: Sequence[Item]) -> list[Result]:
        """Do the parts of one item, the last ones in idle threads. Return their results, in their order.

        After a failure, no further part is begun.
        """
        results: list[Result] = []
        others: list[Future[Result]] = []
        while len(results) + len(others) < len(parts):
            if len(results) + len(others) + 1 < len(parts) and self._take():
                others.append(self._pool.submit(self._do, work, parts[-1 - len(others)]))
            else:
                results.append(work(parts[len(results)]))
        return results + [other.result() for other in reversed(others)]

    def _take(self) -> bool:
        with self._changing:
            if self._idle < 1:
                return False
            self._idle -= 1
            return True

    def _do(self, work: Callable[[Item], Result], part: Item) -> Result:
        try:
            return work(part)
        finally:
            self.item_done()


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
