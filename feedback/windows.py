"""Windows: a long thread is read a few blocks of comments at a time.

A comment's number in its thread never changes, so a block of numbers holds the same comments whatever is said later:
what was read once stays where it was, and a link to it stays right. Paging by how many comments come before would
move everything whenever somebody speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOCK = 50
BLOCKS = 2


def block_of(number: int) -> int:
    """The block, from 0, that holds the comment of that number, from 1."""
    return max(0, number - 1) // BLOCK


def begins_block(number: int) -> bool:
    """Whether the comment of that number is the first of a block that was not there before."""
    return number > 1 and number % BLOCK == 1


@dataclass(frozen=True, slots=True)
class Window:
    """Some blocks of a thread: `first` and `last` are shown, `newest` is the thread's last one."""

    first: int
    last: int
    newest: int

    @property
    def low(self) -> int:
        """The lowest number shown."""
        return self.first * BLOCK + 1

    @property
    def high(self) -> int:
        """The highest number there is room for."""
        return (self.last + 1) * BLOCK

    @property
    def blocks(self) -> range:
        """The blocks shown."""
        return range(self.first, self.last + 1)

    @property
    def is_newest(self) -> bool:
        """Whether new comments appear in it."""
        return self.last == self.newest

    @property
    def earlier(self) -> Window | None:
        """What to read before it."""
        return self._from(max(0, self.first - BLOCKS)) if self.first else None

    @property
    def later(self) -> Window | None:
        """What to read after it."""
        return None if self.is_newest else self._from(self.last + 1)

    @property
    def oldest(self) -> Window:
        """Where the thread begins."""
        return self._from(0)

    def _from(self, block: int) -> Window:
        return _beginning(block, self.newest)


def _beginning(block: int, newest: int) -> Window:
    first = max(0, min(block, newest - BLOCKS + 1))
    return Window(first, min(first + BLOCKS - 1, newest), newest)


def window(tops: int, begin: int | None = None) -> Window:
    """What to show of a thread in which `tops` comments were begun: from the block that holds the number `begin`, or
    the end. So is whatever begins past the end."""
    newest = block_of(tops)
    return _beginning(newest if begin is None else block_of(begin), newest)


def begin_of(tops: int, number: int) -> int | None:
    """Where a window begins that holds that comment; None: the newest one does."""
    return None if number >= window(tops).low else block_of(number) * BLOCK + 1
