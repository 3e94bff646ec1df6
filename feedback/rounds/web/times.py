"""Times of a round as a facilitator types them: a day and an hour in a zone that is named; and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from babel.dates import format_date, format_time

from cohorts.web.words import city
from feedback.rounds.phases import instants
from server.clock import is_zone, zone
from server.day_ribbon import Ribbon, day_ribbon
from server.languages import N_, Language, languages
from server.pages import babel_locale
from server.refusals import Message, Rejected, Wrong

TIMES = ("opens_at", "reveals_at", "closes_at")
# A round that is longer is a slip in the year.
LONGEST = timedelta(days=366)


def language_of(tag: str) -> Language:
    """The language of a vantage."""
    return next(one for one in languages(True) if one.tag == tag)


def typed(at: datetime, zone_name: str) -> str:
    """An instant as a box for day and hour holds it."""
    return at.astimezone(zone(zone_name)).strftime("%Y-%m-%dT%H:%M")


def read_time(text: str, zone_name: str) -> datetime:
    """The instant, in UTC, that somebody in that zone means. Raises Wrong."""
    try:
        local = datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M")
        found = instants(local, zone_name)
    except (ValueError, OverflowError):
        raise Wrong(N_("Give a day and an hour, such as 2027-01-15T09:00.")) from None
    if not found:
        raise Wrong(N_("The clocks there are put forward then, so this hour does not exist. Choose another one."))
    if len(found) > 1:
        raise Wrong(N_("The clocks there are put back then, so this hour comes twice. Choose another one."))
    return found[0]


def read_times(given: Mapping[str, str], now: datetime, stood: Mapping[str, datetime]) -> dict[str, datetime]:
    """The three times of a form, in their order and not in the past. `stood`: as they are now; what has begun stays,
    whatever is typed. Raises Rejected."""
    errors: dict[str, Message] = {}
    found: dict[str, datetime] = {}
    if not is_zone(given["time_zone"]):
        raise Rejected({"time_zone": Message(N_("Choose a time zone from the list."))})
    for name in TIMES:
        try:
            found[name] = _checked(name, given, now, stood)
        except Wrong as wrong:
            errors[name] = wrong.message
    errors = errors or _out_of_order(found)
    if errors:
        raise Rejected(errors)
    return found


def _checked(name: str, given: Mapping[str, str], now: datetime, stood: Mapping[str, datetime]) -> datetime:
    if name in stood and stood[name] <= now:
        return stood[name]
    at = read_time(given[name], given["time_zone"])
    # Boxes hold minutes: whoever leaves one as it was moves nothing.
    if name in stood and abs(at - stood[name]) < timedelta(minutes=1):
        return stood[name]
    if at <= now:
        raise Wrong(N_("This is in the past."))
    if at > now + LONGEST:
        raise Wrong(N_("This is more than a year away."))
    return at


def read_hand_in(
    given: Mapping[str, str], opens_at: datetime | None, now: datetime, stood: Mapping[str, datetime]
) -> datetime:
    """Until when documents are handed in: before the round opens (None: not known), so that there is something to
    read. Raises Rejected."""
    try:
        found = _checked("hand_in_by", given, now, stood)
    except Wrong as wrong:
        raise Rejected({"hand_in_by": wrong.message}) from None
    if opens_at is not None and found > opens_at:
        raise Rejected({"hand_in_by": Message(N_("The documents have to be there when the round opens."))})
    return found


def _out_of_order(found: Mapping[str, datetime]) -> dict[str, Message]:
    if found["reveals_at"] <= found["opens_at"]:
        return {"reveals_at": Message(N_("The reveal has to come after the round opens."))}
    if found["closes_at"] <= found["reveals_at"]:
        return {"closes_at": Message(N_("The round has to close after the reveal."))}
    return {}


def ribbon_at(at: datetime, zone_names: Iterable[str], programme_zone: str, tag: str) -> Ribbon:
    """One moment across the places of a cohort, the programme's first; places that keep the same time share a row."""
    language = language_of(tag)
    locale = babel_locale(language)
    groups: dict[timedelta, list[str]] = {_offset(at, programme_zone): [programme_zone]}
    for name in sorted(set(zone_names) - {programme_zone}, key=lambda name: (_offset(at, name), name)):
        groups.setdefault(_offset(at, name), []).append(name)
    places = [(", ".join(city(name, language) for name in names[:2]), names[0]) for names in groups.values()]
    return day_ribbon(
        at,
        places,
        time_text=lambda local: format_time(local, "HH:mm", locale=locale),
        day_text=lambda local: format_date(local, "EEE d MMM", locale=locale),
    )


def _offset(at: datetime, zone_name: str) -> timedelta:
    return at.astimezone(zone(zone_name)).utcoffset() or timedelta()
