"""The day ribbon: one moment seen in several time zones, on one axis.

The axis is the local day of the first place, midnight to midnight, so it is 23 or 25 hours long when clocks change
there. Everything on it is a position in percent, 0 to 100, so the same number is the same instant in every row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NIGHT, EDGE, WORKING = "night", "edge", "working"

# When each part of a local day begins. Working hours differ by country and person: these are the plain office hours
# that most meeting tools assume, with two hours before and four after them in which people can be asked to join.
_PARTS = ((time(0), NIGHT), (time(7), EDGE), (time(9), WORKING), (time(17), EDGE), (time(21), NIGHT))


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the axis, `start` and `end` in percent; `state` is night, edge or working."""

    start: float
    end: float
    state: str

    @property
    def width(self) -> float:
        """The length in percent."""
        return round(self.end - self.start, 3)


@dataclass(frozen=True, slots=True)
class Tick:
    """An hour of the first place: its position in percent and the hour its clock shows, 0 to 23."""

    at: float
    hour: int


@dataclass(frozen=True, slots=True)
class Row:
    """One place: what its clock shows at the moment, and its day along the axis.

    `day_shift` counts days from the first place's date (-2 to 2). `midnights` are the positions at which a new day
    begins there; `offset_minutes` is the distance from UTC at the moment.
    """

    label: str
    zone_name: str
    local: datetime
    time_text: str
    day_text: str
    day_shift: int
    offset_minutes: int
    state: str
    bands: tuple[Band, ...]
    midnights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What the ribbon draws. `moment` and `others` are positions; `shared` is where every place has working hours."""

    rows: tuple[Row, ...]
    moment: float
    others: tuple[float, ...]
    ticks: tuple[Tick, ...]
    shared: tuple[Band, ...]
    hours: float

    def count(self, state: str) -> int:
        """How many places are in that part of their day at the moment."""
        return sum(row.state == state for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Axis:
    start: datetime
    end: datetime

    def at(self, instant: datetime) -> float:
        return round((instant - self.start) / (self.end - self.start) * 100, 3)

    def holds(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def clip(self, instant: datetime) -> float:
        return min(max(self.at(instant), 0.0), 100.0)


def day_ribbon(
    instant: datetime,
    places: Sequence[tuple[str, str]],
    *,
    time_text: Callable[[datetime], str],
    day_text: Callable[[datetime], str],
    others: Sequence[datetime] = (),
) -> Ribbon:
    """The ribbon of one aware `instant` over `places`, each (label, IANA zone name); the reader's own comes first.

    `time_text` and `day_text` put a local time into the reader's words. `others` are further instants to mark; those
    outside the axis are left out. Raises ValueError without places or for a naive instant, ZoneInfoNotFoundError for
    a zone nobody knows.
    """
    if not places:
        raise ValueError("a ribbon needs a place")
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    home = ZoneInfo(places[0][1])
    today = instant.astimezone(home).date()
    axis = _Axis(_reached(today, time(0), home), _reached(today + timedelta(days=1), time(0), home))
    rows = [_row(instant, label, ZoneInfo(name), axis, today) for label, name in places]
    worded = [replace(row, time_text=time_text(row.local), day_text=day_text(row.local)) for row in rows]
    return Ribbon(
        rows=tuple(worded),
        moment=axis.at(instant),
        others=tuple(axis.at(other) for other in others if axis.holds(other)),
        ticks=tuple(_ticks(axis, home)),
        shared=_shared(rows),
        hours=(axis.end - axis.start) / timedelta(hours=1),
    )


def part_of_day(clock: time) -> str:
    """Night, edge or working: the part of a local day that a clock time belongs to."""
    return [state for begins, state in _PARTS if begins <= clock][-1]


def _row(instant: datetime, label: str, zone: ZoneInfo, axis: _Axis, today: date) -> Row:
    local = instant.astimezone(zone)
    return Row(
        label=label,
        zone_name=zone.key,
        local=local,
        time_text="",
        day_text="",
        day_shift=(local.date() - today).days,
        offset_minutes=(local.utcoffset() or timedelta()) // timedelta(minutes=1),
        state=part_of_day(local.time()),
        bands=tuple(_bands(axis, zone)),
        midnights=tuple(axis.at(day) for day in _midnights(axis, zone) if axis.start < day < axis.end),
    )


def _reached(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant at which that clock time is reached on that day, in UTC.

    Where the time is skipped, fold=0 reads it with the offset from before the change, which is the change itself for
    a skipped midnight (Santiago); where it happens twice, fold=0 is the first time (Havana).
    """
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _days(axis: _Axis, zone: ZoneInfo) -> Iterator[date]:
    day, last = axis.start.astimezone(zone).date(), axis.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _midnights(axis: _Axis, zone: ZoneInfo) -> Iterator[datetime]:
    return (_reached(day, time(0), zone) for day in _days(axis, zone))


def _bands(axis: _Axis, zone: ZoneInfo) -> Iterator[Band]:
    changes = [(_reached(day, begins, zone), state) for day in _days(axis, zone) for begins, state in _PARTS]
    start, state = 0.0, NIGHT
    for instant, following in changes:
        end = axis.clip(instant)
        if following == state:
            continue  # the night before midnight and the night after it are one night
        if end > start:
            yield Band(start, end, state)
        start, state = max(start, end), following
    if start < 100:
        yield Band(start, 100.0, state)


def _ticks(axis: _Axis, home: ZoneInfo) -> Iterator[Tick]:
    instant = axis.start
    while instant <= axis.end:
        yield Tick(axis.at(instant), instant.astimezone(home).hour)
        instant += timedelta(hours=1)


def _shared(rows: Sequence[Row]) -> tuple[Band, ...]:
    """Where all rows have working hours, found by cutting the first row's hours by every other row's."""
    common = [(0.0, 100.0)]
    for row in rows:
        working = [(band.start, band.end) for band in row.bands if band.state == WORKING]
        common = [(max(a, c), min(b, d)) for a, b in common for c, d in working if max(a, c) < min(b, d)]
    return tuple(Band(start, end, WORKING) for start, end in common)
