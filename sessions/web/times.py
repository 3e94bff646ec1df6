"""Times of slots as a facilitator types them: a day and an hour in a zone that is named. Where that can mean two
instants, or is said of a slot that stood elsewhere, it is asked which is meant; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from feedback.rounds.phases import instants
from feedback.rounds.web.times import typed
from server.calls import Call
from server.clock import is_zone, zone
from server.languages import N_
from server.pages import date_time
from server.refusals import Message, Rejected, Wrong
from sessions.slots import SlotFacts

# A slot that is further away is a slip in the year.
FURTHEST = timedelta(days=2 * 366)
CLOCK, INSTANT = "clock", "instant"
MINUTE = timedelta(minutes=1)
TOO_FAR = N_("This is more than two years away.")


class Question(NamedTuple):
    """What has to be chosen before a time is known: the name of the field, and (value, words) of each answer."""

    name: str
    legend: str
    options: tuple[tuple[str, str], ...]


def local_of(text: str) -> datetime:
    """The naive local time somebody typed. Raises Wrong, also at the ends of the calendar, where zones know nothing."""
    try:
        local = datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        raise Wrong(N_("Give a day and an hour, such as 2027-01-15T09:00.")) from None
    if not 1000 <= local.year < 9999:
        raise Wrong(TOO_FAR)
    return local


def nearest(local: datetime, zone_name: str) -> tuple[datetime, datetime]:
    """The last naive local time before the clocks of that zone are put forward over `local`, and the first after it."""
    here = zone(zone_name)
    before, after = (local.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = before.astimezone(here).utcoffset()
    while before < after and before.astimezone(here).utcoffset() == offset:
        before += MINUTE
    return (before - MINUTE).astimezone(here).replace(tzinfo=None), before.astimezone(here).replace(tzinfo=None)


def ways(local: datetime, zone_name: str, old: SlotFacts | None) -> dict[str, Sequence[datetime]]:
    """What a local time can mean, each with its instants: as the clock of that zone shows it; and, where it was said of
    a slot whose clock stood otherwise, the instant at which the old clock would have shown it."""
    clock = instants(local, zone_name)
    if old is None:
        return {CLOCK: clock}
    if zone_name != old.time_zone:
        kept = instants(local, old.time_zone)
    else:
        # Between the old day and the new one the clocks there may have changed.
        offset = old.starts_at.astimezone(zone(zone_name)).utcoffset() or timedelta()
        kept = [local.replace(tzinfo=UTC) - offset] if clock else []
    return {CLOCK: clock} if not kept or set(clock) & set(kept) else {CLOCK: clock, INSTANT: kept}


def read_when(given: Mapping[str, str], old: SlotFacts | None, now: datetime) -> datetime:
    """The instant that a form means: its fields at, time_zone, meaning and which. Raises Rejected, also with what has
    to be answered first (`questions`)."""
    if not is_zone(given["time_zone"]):
        raise Rejected({"time_zone": Message(N_("Choose a time zone from the list."))})
    try:
        if old is not None and (given["at"][:16], given["time_zone"]) == _stood(old):
            return old.starts_at
        return _checked(_instant(given, local_of(given["at"]), old), now)
    except Wrong as wrong:
        raise Rejected({"at": wrong.message}) from None


def _stood(old: SlotFacts) -> tuple[str, str]:
    return typed(old.starts_at, old.time_zone), old.time_zone


def _instant(given: Mapping[str, str], local: datetime, old: SlotFacts | None) -> datetime:
    known = ways(local, given["time_zone"], old)
    meaning = given["meaning"] if given["meaning"] in known else ""
    if len(known) > 1 and not meaning:
        raise Rejected({"meaning": Message(N_("Say what is meant: the clock time, or the instant."))})
    found = known[meaning or CLOCK]
    if not found:
        before, after = nearest(local, given["time_zone"])
        words = N_(
            "The clocks there are put forward then, so this hour does not exist. "
            "The nearest are %(before)s and %(after)s."
        )
        raise Wrong(words, before=before.strftime("%H:%M"), after=after.strftime("%H:%M"))
    if len(found) > 1 and given["which"] not in ("1", "2"):
        raise Rejected(
            {"which": Message(N_("The clocks there are put back then, so this hour comes twice. Say which."))}
        )
    return found[int(given["which"]) - 1] if len(found) > 1 else found[0]


def _checked(at: datetime, now: datetime) -> datetime:
    if at <= now:
        raise Wrong(N_("This is in the past."))
    if at > now + FURTHEST:
        raise Wrong(TOO_FAR)
    return at


def questions(call: Call, given: Mapping[str, str], old: SlotFacts | None) -> list[Question]:
    """What a rejected form has to be asked, each answer with its result in words."""
    zone_name = given.get("time_zone", "")
    try:
        local = local_of(given.get("at", ""))
    except Wrong:
        return []
    if not is_zone(zone_name) or (old is not None and (given["at"][:16], zone_name) == _stood(old)):
        return []
    known = ways(local, zone_name, old)
    asked = [_which_meaning(call, known, zone_name, old)] if old is not None and len(known) > 1 else []
    found = known.get(given.get("meaning", ""), known[CLOCK])
    return [*asked, *([_which_of_two(call, found, zone_name)] if len(found) > 1 else [])]


def _which_meaning(call: Call, known: Mapping[str, Sequence[datetime]], zone_name: str, old: SlotFacts) -> Question:
    clock, kept = known[CLOCK], known[INSTANT]
    there = {name: date_time(at[0], zone_name, call.language) for name, at in known.items() if at}
    here = {name: date_time(at[0], old.time_zone, call.language) for name, at in known.items() if at}
    if not clock:
        keep = call.text(N_("Keep the clock time, which does not exist there on that day"))
    elif zone_name != old.time_zone:
        keep = call.text(N_("Keep the clock time: %(at)s, which is %(other)s"), at=there[CLOCK], other=here[CLOCK])
    else:
        keep = call.text(N_("Keep the clock time: %(at)s"), at=there[CLOCK])
    if zone_name != old.time_zone:
        stay = call.text(N_("Keep the instant: %(other)s, which is %(at)s"), at=there[INSTANT], other=here[INSTANT])
    else:
        offset = f"{date_time(kept[0], 'UTC', call.language)}"
        stay = call.text(N_("Keep the instant of the day: %(at)s, which is %(other)s"), at=there[INSTANT], other=offset)
    return Question("meaning", call.text(N_("What is meant?")), ((CLOCK, keep), (INSTANT, stay)))


def _which_of_two(call: Call, found: Sequence[datetime], zone_name: str) -> Question:
    first, second = (f"UTC{at.astimezone(zone(zone_name)).isoformat()[-6:]}" for at in found)
    at = date_time(found[0], zone_name, call.language)
    options = (
        ("1", call.text(N_("%(at)s for the first time, at %(offset)s"), at=at, offset=first)),
        ("2", call.text(N_("%(at)s for the second time, at %(offset)s"), at=at, offset=second)),
    )
    return Question("which", call.text(N_("Which of the two?")), options)
