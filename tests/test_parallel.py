"""Work for many at a time: each result as it is done, and nothing begun that nobody waits for."""

import threading
import time
from collections.abc import Iterator

import pytest

from flux.parallel import Room, in_parallel, meanwhile, once


def test_results_come_as_they_are_done() -> None:
    last = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert last.wait(10)
        return item

    results = in_parallel(2, work, range(4))
    first = [next(results) for _ in range(3)]
    last.set()
    assert sorted(first) == [1, 2, 3]
    assert list(results) == [0]


@pytest.mark.parametrize("jobs", [1, 3])
def test_no_more_at_a_time_than_asked(jobs: int) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    assert len(list(in_parallel(jobs, work, range(12)))) == 12
    assert most == jobs


def test_after_a_failure_nothing_else_is_begun() -> None:
    begun: list[int] = []
    release = threading.Event()

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            raise RuntimeError("no")
        release.wait(10)

    with pytest.raises(RuntimeError, match="no"):
        list(in_parallel(1, work, range(100)))
    release.set()
    assert len(begun) <= 2


def test_who_stops_early_waits_for_nothing() -> None:
    begun: list[int] = []
    release = threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        if item:
            release.wait(10)
        return item

    results = in_parallel(1, work, range(100))
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    release.set()
    assert len(begun) <= 2


def test_other_work_meanwhile() -> None:
    begun, release = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert release.wait(10)
        return "done"

    with meanwhile(work) as result:
        assert begun.wait(10)
        release.set()
        assert result() == "done"
        assert result() == "done"


def test_what_other_work_raised_is_raised_where_it_is_waited_for() -> None:
    def work() -> None:
        raise RuntimeError("no")

    with meanwhile(work) as result, pytest.raises(RuntimeError, match="no"):
        result()
    with meanwhile(work):
        pass


def test_items_are_taken_a_few_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(50):
            taken.append(n)
            yield n

    results = in_parallel(2, str, items())
    next(results)
    assert len(taken) <= 4
    assert len(list(results)) == 49


def test_room_is_waited_for_and_a_single_one_may_be_larger() -> None:
    room, held, most = Room(10), [0], [0]
    lock = threading.Lock()

    def work(size: int) -> None:
        room.take(size)
        with lock:
            held[0] += size
            most[0] = max(most[0], held[0])
        time.sleep(0.001)
        with lock:
            held[0] -= size
        room.give(size)

    assert len(list(in_parallel(4, work, [3, 4, 5, 25, 1, 9, 2, 10, 0] * 3))) == 27
    assert most[0] == 25
    assert held[0] == 0


def test_a_wait_that_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results come late, and all the same in full."""
    monkeypatch.setattr("flux.parallel._LOOK_UP", 0.001)

    def work(item: int) -> int:
        time.sleep(0.02)
        return item

    assert sorted(in_parallel(2, work, range(4))) == [0, 1, 2, 3]


def test_threads_share_one_result() -> None:
    made: list[int] = []

    def make() -> int:
        time.sleep(0.01)
        made.append(1)
        if len(made) == 1:
            raise ValueError("the first try fails")
        return len(made)

    shared = once(make)
    with pytest.raises(ValueError, match="first"):
        shared()
    assert list(in_parallel(4, lambda _: shared(), range(8))) == [2] * 8
