"""What was made before, by all that it was made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """The `most` things that were wanted last. Unlike a cached function it is told how to make one each time, so that
    the making may use what the key does not name, such as a connection, as long as it shows nothing of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._there: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under that key, or `make()`."""
        with self._lock:
            if key in self._there:
                self._there.move_to_end(key)
                return self._there[key]
        made = make()
        with self._lock:
            self._there[key] = made
            while len(self._there) > self._most:
                self._there.popitem(last=False)
        return made
