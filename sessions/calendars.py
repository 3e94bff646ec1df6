"""Calendar files (RFC 5545): a slot as an event that a later file changes or takes away.

An event tells its theme, its time and the address of its page, whatever the rule of the session is, and names nobody
but the one it is mailed to: files are forwarded, and feeds are read by other people's programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from server.clock import zone
from server.settings import Settings
from sessions.models import Rsvp
from sessions.sessions import SessionFacts
from sessions.slots import SlotFacts

if TYPE_CHECKING:
    from icalendar import Calendar, Event, Timezone, vCalAddress

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
MEDIA_TYPE = "text/calendar; charset=utf-8"
# How often a program that follows a feed is asked to look.
REFRESH = timedelta(hours=1)
# No zone changes its clocks twice in that time.
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Entry:
    """A slot as calendars know it. `status`: CONFIRMED, TENTATIVE or CANCELLED."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    theme: str
    url: str
    changed_at: datetime
    status: str


def entry_of(facts: SessionFacts, slot: SlotFacts, origin: str, *, certain: bool, comes: bool = True) -> Entry:
    """The event of a slot; `certain`: they said yes and have a seat; not `comes`: they said no, so theirs is off."""
    off = facts.cancelled_at is not None or slot.cancelled_at is not None or not comes
    return Entry(
        uid=f"{slot.uid}@{urlsplit(origin).hostname}",
        sequence=slot.sequence,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        time_zone=slot.time_zone,
        theme=facts.theme,
        url=f"{origin}/sessions/{facts.id}",
        changed_at=slot.changed_at,
        status="CANCELLED" if off else "CONFIRMED" if certain else "TENTATIVE",
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a file is mailed to: an address, and what they answered."""

    email: str
    answer: str


def feed_of(entries: Sequence[Entry], *, words: str, name: str) -> str:
    """A file that is read again and again: the same bytes as long as nothing changed. `words`: the description of each
    event; `name`: of the calendar. Without a method its DTSTAMP is when the event last changed (RFC 5545, 3.8.7.2)."""
    made = _calendar(entries)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for one in entries:
        made.add_component(_event(one, words, one.changed_at))
    return _text(made)


def file_of(one: Entry, settings: Settings, *, method: str, words: str, now: datetime, to: Reader | None = None) -> str:
    """One event as news: PUBLISH for whoever takes it, REQUEST or CANCEL for the one it is mailed to. A PUBLISH names
    its organiser and no attendee, the others name the attendee too (RFC 5546, 3.2.1, 3.2.2 and 3.2.5)."""
    from icalendar import vCalAddress, vText

    made = _calendar([one])
    made.add("method", method)
    event = _event(one, words, now)
    organiser = vCalAddress(f"mailto:{parseaddr(settings.mail_from)[1]}")
    organiser.params["CN"] = vText("Sweetspot")
    event.add("organizer", organiser)
    if to is not None:
        event.add("attendee", _attendee(to))
    made.add_component(event)
    return _text(made)


def _attendee(to: Reader) -> vCalAddress:
    """They answer on the page and not by mail, which nobody would read."""
    from icalendar import vCalAddress, vText

    found = vCalAddress(f"mailto:{to.email}")
    found.params["PARTSTAT"] = vText("ACCEPTED" if to.answer == Rsvp.YES else "TENTATIVE")
    found.params["RSVP"] = vText("FALSE")
    return found


def _calendar(entries: Iterable[Entry]) -> Calendar:
    # Imported where it is used: it brings much along, and a start does not wait for it.
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Sweetspot//Thematic sessions//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    years: dict[str, set[int]] = {}
    for one in entries:
        if _in_utc(one):
            continue
        years.setdefault(one.time_zone, set()).update((one.starts_at.year, one.ends_at.year))
    for name, found in sorted(years.items()):
        # Programs keep the first VTIMEZONE of a name that they read, so the next file should have the same one.
        made.add_component(_zone(name, min(found) // 10 * 10 - 1, max(found) // 10 * 10 + 15))
    return made


@lru_cache(maxsize=256)
def _zone(name: str, first: int, last: int) -> Timezone:
    """The VTIMEZONE of that zone, good from the year `first` until `last` begins. Made here, because an onset is told
    in the offset that ends then (RFC 5545, 3.6.5), and icalendar 7.3 tells it in the one that begins, so that programs
    would be an hour wrong just after the clocks are put forward."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    here, made = zone(name), Timezone()
    made.add("tzid", name)
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    before = _offset(at, here)
    found: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {(before[0], *before): [at + before[0]]}
    while at < end:
        after = _offset(at + WEEK, here)
        if after != before:
            onset = _onset(at, at + WEEK, here)
            after = _offset(onset, here)
            found.setdefault((before[0], *after), []).append(onset + before[0])
            at, before = onset, after
        else:
            at += WEEK
    for (was, becomes, called, is_summer), onsets in found.items():
        part = TimezoneDaylight() if is_summer else TimezoneStandard()
        times = [one.replace(tzinfo=None) for one in onsets]
        part.add("dtstart", times[0])
        # One line each: some parsers read only the first of a list.
        for one in times[1:]:
            part.add("rdate", one)
        part.add("tzoffsetfrom", was)
        part.add("tzoffsetto", becomes)
        part.add("tzname", called)
        made.add_component(part)
    return made


def _offset(at: datetime, here: ZoneInfo) -> tuple[timedelta, str, bool]:
    """What the clocks there show beyond UTC at that instant, how that is called, and if it is summer time."""
    local = at.astimezone(here)
    return local.utcoffset() or timedelta(), local.tzname() or "", (local.dst() or timedelta()) > timedelta()


def _onset(low: datetime, high: datetime, here: ZoneInfo) -> datetime:
    """The first second of another offset after `low`, and not after `high`."""
    before = _offset(low, here)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(middle, here) == before else (low, middle)
    return high


def _in_utc(one: Entry) -> bool:
    """A local time that comes twice means the first of the two (RFC 5545, 3.3.5): the second has no name in its zone,
    so such an event is told in UTC. So is one that was written in UTC."""
    here = zone(one.time_zone)
    return one.time_zone == "UTC" or any(at.astimezone(here).fold for at in (one.starts_at, one.ends_at))


def _event(one: Entry, words: str, stamp: datetime) -> Event:
    from icalendar import Event

    made, here = Event(), UTC if _in_utc(one) else zone(one.time_zone)
    made.add("uid", one.uid)
    made.add("sequence", one.sequence)
    made.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    made.add("last-modified", one.changed_at.astimezone(UTC).replace(microsecond=0))
    made.add("dtstart", one.starts_at.astimezone(here))
    made.add("dtend", one.ends_at.astimezone(here))
    made.add("summary", one.theme)
    made.add("description", f"{words}\n{one.url}")
    made.add("url", one.url)
    made.add("status", one.status)
    made.add("transp", "TRANSPARENT" if one.status == "CANCELLED" else "OPAQUE")
    return made


def _text(made: Calendar) -> str:
    return made.to_ical().decode()
