"""Windows on who has arrived: a long list is read a few hundred people at a time.

A window begins at somebody, by their place in the order, never at how many come before: what is read stays where it was
while people arrive, and whoever is gone leaves the place they had.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from cohorts.arrivals import Arrival, Stage

MOST = 200

# Team (0: the cohort itself), whether they have still to come, and the id of their membership or invitation.
Key = tuple[int, int, int]
FIRST: Key = (0, 0, 0)


def key_of(one: Arrival) -> Key:
    """Where somebody stands in the order."""
    return one.team_id or 0, int(one.stage is not Stage.ARRIVED), one.id


def read_key(text: str) -> Key:
    """A place as an address writes it, `7.1.345`; the beginning for anything else."""
    words = text.split(".")
    if len(words) != 3 or not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words):
        return FIRST
    team, waits, id_ = map(int, words)
    return team, waits, id_


@dataclass(frozen=True, slots=True)
class Window:
    """Who is `shown`, in order; `begin`, where it begins, and `end`, the first place it does not hold, None at the end
    of the list. `earlier`: where the window before it begins, None at the beginning."""

    shown: tuple[Arrival, ...]
    begin: Key
    end: Key | None
    earlier: Key | None

    def holds(self, key: Key) -> bool:
        """Whether a place is in it."""
        return self.begin <= key and (self.end is None or key < self.end)


def window(found: Sequence[Arrival], begin: Key = FIRST, most: int = MOST) -> Window:
    """At most so many of those found, from that place on; past the end, the last of them."""
    ordered = sorted(found, key=key_of)
    keys = [key_of(one) for one in ordered]
    at = bisect_left(keys, begin)
    if at == len(keys):
        at = max(0, len(keys) - most)
        begin = keys[at] if keys else FIRST
    end = keys[at + most] if at + most < len(keys) else None
    before = None if at == 0 else keys[at - most] if at > most else FIRST
    return Window(tuple(ordered[at : at + most]), begin if at else FIRST, end, before)
