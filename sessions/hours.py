"""How a time falls where somebody is: in working hours, at the edge of the day, or at an hour nobody would choose.

A time at night is unsocial, and so is every hour of a day off (holidays.py). The parts of the day are those of the day
ribbon.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from server.clock import zone
from server.day_ribbon import EDGE, NIGHT, WORKING, part_of_day
from sessions.holidays import ENGLISH, day_off

UNSOCIAL = "unsocial"
MINUTE = timedelta(minutes=1)
# In minutes of the day; the same parts as the ribbon's, which a test holds together.
_AWAKE, _AT_WORK, _DAY = (7 * 60, 21 * 60), (9 * 60, 17 * 60), 24 * 60


class Place(NamedTuple):
    """Where a team is: ISO 3166-1 alpha-2, and the IANA name of its zone."""

    country: str
    zone: str


class Falls(NamedTuple):
    """A time in a place: what the clock shows there, a word for its hour (working, edge, unsocial), and why it is a day
    off there, empty on a working day."""

    local: datetime
    state: str
    day_off: str


def falls(instant: datetime, place: Place, language: str = ENGLISH) -> Falls:
    """How an aware instant falls there; `language`: of the name of a holiday (holidays.py)."""
    local = instant.astimezone(zone(place.zone))
    off = day_off(place.country, local.date(), language)
    part = part_of_day(local.time())
    return Falls(local, UNSOCIAL if off or part == NIGHT else EDGE if part == EDGE else WORKING, off)


def burden(starts_at: datetime, minutes: int, place: Place) -> tuple[int, int]:
    """How many of those minutes are unsocial there, and how many early or late, by what the clock shows in each."""
    here = zone(place.zone)
    local = starts_at.astimezone(here)
    if local.utcoffset() != (starts_at + minutes * MINUTE).astimezone(here).utcoffset():
        return _one_by_one(starts_at, minutes, place)
    begins, day, left, unsocial, edge = local.hour * 60 + local.minute, local.date(), minutes, 0, 0
    while left > 0:
        today = min(left, _DAY - begins)
        night = today if day_off(place.country, day) else today - _within(begins, begins + today, _AWAKE)
        unsocial += night
        edge += 0 if night == today else today - night - _within(begins, begins + today, _AT_WORK)
        left, begins, day = left - today, 0, day + timedelta(days=1)
    return unsocial, edge


def unsocial_minutes(starts_at: datetime, minutes: int, place: Place) -> int:
    """How many of those minutes are unsocial there."""
    return burden(starts_at, minutes, place)[0]


def _one_by_one(starts_at: datetime, minutes: int, place: Place) -> tuple[int, int]:
    """For the few times over which the clocks change: minute by minute, which nobody has to reason about."""
    states = [falls(starts_at + at * MINUTE, place).state for at in range(minutes)]
    return states.count(UNSOCIAL), states.count(EDGE)


def _within(begins: int, ends: int, span: tuple[int, int]) -> int:
    return max(0, min(ends, span[1]) - max(begins, span[0]))
