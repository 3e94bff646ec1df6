"""Suggestions for the next time of a session, or for two slots of it, that even out who carries the unsocial hours.

Every half hour of the days in question is weighed. The best is the one after which the country that has carried most
has carried least; then the one with the fewest unsocial minutes for all teams together; then the fewest that are early
or late; then the earliest. With two slots each team goes to the one that is better for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from server.clock import zone
from sessions.hours import Place, burden

STEP = timedelta(minutes=30)
# Two slots are looked for on the hour: twice as fine would be four times the work, and no team would be better off.
STEP_OF_TWO = timedelta(minutes=60)
APART = timedelta(hours=24)
MOST_DAYS = 31
DAY = timedelta(days=1)


class Weighed(NamedTuple):
    """A way to offer the session: its times, the most any country will have carried then in minutes, the unsocial
    minutes of all teams together and those that are early or late, and the unsocial ones of each country's teams on
    average."""

    times: tuple[datetime, ...]
    most: int
    together: int
    early_or_late: int
    burdens: tuple[tuple[str, int], ...]


class Wish(NamedTuple):
    """What is looked for: `slots` is 1 or 2, `days` the first and the last day in `zone`, on which it begins; `taken`
    spans in which nothing fits."""

    minutes: int
    slots: int
    days: tuple[date, date]
    zone: str
    taken: tuple[tuple[datetime, datetime], ...] = ()


def suggest(
    places: Iterable[Place], carried: Mapping[str, int], wish: Wish, *, now: datetime, most: int = 5
) -> tuple[Weighed, ...]:
    """The best ways, best first; `places` of the teams, `carried` minutes by country. None lies in the past."""
    known = tuple(sorted(places))
    return _suggest(known, tuple(sorted(carried.items())), wish, since(now), most) if known else ()


def since(now: datetime) -> datetime:
    """The last half hour that began: what is suggested lies after it, so it is kept until the next one."""
    at = now.astimezone(UTC)
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


@lru_cache(maxsize=256)
def _suggest(
    places: tuple[Place, ...], carried: tuple[tuple[str, int], ...], wish: Wish, since: datetime, most: int
) -> tuple[Weighed, ...]:
    step = STEP if wish.slots == 1 else STEP_OF_TWO
    different = sorted(set(places))
    counts = [places.count(place) for place in different]
    times = [at for at in _times(wish, step) if at > since and _is_free(at, wish)]
    weighed = {at: tuple(burden(at, wish.minutes, place) for place in different) for at in times}
    ways = [(at,) for at in times] if wish.slots == 1 else _pairs(times, wish.minutes)
    best = [_weigh(way, weighed, different, counts, dict(carried)) for way in ways]
    best.sort(key=lambda one: (one.most, one.together, one.early_or_late, one.times))
    return tuple(_spread(best, most, wish.zone))


def weigh(times: Sequence[datetime], minutes: int, places: Iterable[Place], carried: Mapping[str, int]) -> Weighed:
    """What those times, offered together, would cost whom. There is a time at least, and a place."""
    known = list(places)
    different = sorted(set(known))
    weighed = {at: tuple(burden(at, minutes, place) for place in different) for at in times}
    return _weigh(tuple(times), weighed, different, [known.count(place) for place in different], carried)


def _weigh(
    way: tuple[datetime, ...],
    weighed: Mapping[datetime, tuple[tuple[int, int], ...]],
    places: Sequence[Place],
    counts: Sequence[int],
    carried: Mapping[str, int],
) -> Weighed:
    least = weighed[way[0]] if len(way) == 1 else tuple(map(min, *(weighed[at] for at in way)))
    minutes: dict[str, int] = {}
    teams: dict[str, int] = {}
    edge = 0
    for place, count, (unsocial, early_or_late) in zip(places, counts, least, strict=True):
        minutes[place.country] = minutes.get(place.country, 0) + unsocial * count
        teams[place.country] = teams.get(place.country, 0) + count
        edge += early_or_late * count
    means = {country: round(total / teams[country]) for country, total in minutes.items()}
    most = max(carried.get(country, 0) + mean for country, mean in means.items())
    return Weighed(way, most, sum(minutes.values()), edge, tuple(sorted(means.items())))


def _times(wish: Wish, step: timedelta) -> Iterable[datetime]:
    """From midnight to midnight there: where clocks change the days have 23 hours or 25."""
    last = min(wish.days[1], wish.days[0] + (MOST_DAYS - 1) * DAY)
    at, ends = (datetime.combine(day, time(0), zone(wish.zone)).astimezone(UTC) for day in (wish.days[0], last + DAY))
    while at < ends:
        yield at
        at += step


def _is_free(at: datetime, wish: Wish) -> bool:
    ends_at = at + timedelta(minutes=wish.minutes)
    return not any(begins < ends_at and at < ends for begins, ends in wish.taken)


def _pairs(times: Sequence[datetime], minutes: int) -> list[tuple[datetime, ...]]:
    length = timedelta(minutes=minutes)
    found: list[tuple[datetime, ...]] = []
    for place, one in enumerate(times):
        for other in times[place + 1 :]:
            if other - one > APART:
                break
            if other - one >= length:
                found.append((one, other))
    return found


def _spread(best: Iterable[Weighed], most: int, zone_name: str) -> Iterable[Weighed]:
    """The best of each day: five times that lie half an hour apart would be one suggestion."""
    seen: set[date] = set()
    for one in best:
        day = one.times[0].astimezone(zone(zone_name)).date()
        if day not in seen and len(seen) < most:
            seen.add(day)
            yield one
