"""A small least-recently-used cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A few values, those asked for or put last; threads may share it."""

    def __init__(self, room: int = 3) -> None:
        self._room, self._lock = room, Lock()
        self._values: OrderedDict[K, V] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of a key, which is made where it is not there."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
            self._values.move_to_end(key)
            while len(self._values) > self._room:
                self._values.popitem(last=False)
            return self._values[key]

    def forget(self, key: K) -> None:
        """Have the value of a key made anew when it is asked for again."""
        with self._lock:
            self._values.pop(key, None)
