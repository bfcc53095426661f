"""A cache of answers that cannot change, up to a size."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key, for any number of threads. The least recently used value is dropped first.

    `most` is the sum of the sizes of all values, `largest` the maximum size of one value.
    """

    def __init__(self, most: int, largest: int | None = None) -> None:
        self._most = most
        self._largest = most if largest is None else largest
        self._lock = Lock()
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._size = 0

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Key, value: Value, size: int = 1) -> Value:
        """Store a value, and return it."""
        if size <= self._largest:
            with self._lock:
                self._size += size - self._values.pop(key, (value, 0))[1]
                self._values[key] = value, size
                while self._size > self._most:
                    self._size -= self._values.popitem(last=False)[1][1]
        return value
