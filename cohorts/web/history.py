"""The history of an initiative: who changed what when, and any two versions side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from cohorts import history
from cohorts.differences import Part, differences, shortened
from cohorts.history import Version
from cohorts.identity import Author, for_deeds, shown_as
from cohorts.initiatives import FIELDS
from cohorts.models import Role
from cohorts.policies import may_read_initiative
from cohorts.web.doors import InitiativeDoor, OpenInitiative
from cohorts.web.initiative import LABELS
from server.calls import Call
from server.pages import Page
from server.refusals import NotAllowed, NotYours
from server.routes import page

# Each costs up to five comparisons.
ON_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in one field; `label` is a msgid."""

    name: str
    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A version and what is different from the one before; `by` empty: by nobody's hand, or nobody is named."""

    number: int
    at: datetime
    by: str
    changes: tuple[Change, ...]


@page("/initiatives/{initiative:int}/history")
def show(call: Call, initiative: InitiativeDoor) -> Page:
    """Ten versions up to `?upto=`, newest first; with `?from=` and `?to=` what is different between those two."""
    if not may_read_initiative(initiative.vantage):
        raise NotAllowed
    zone = call.signed_in.time_zone or initiative.programme.time_zone
    context = {"initiative": initiative, "zone": zone, "dates": history.dates(call.db, initiative.id)}
    return Page("cohorts/history.html", context | _told(call, initiative) | {"compared": _compared(call, initiative)})


def _told(call: Call, initiative: OpenInitiative) -> dict[str, object]:
    upto = _number(call, "upto", initiative.version)
    found = history.versions(call.db, initiative.id, upto=upto, most=ON_A_PAGE + 1)
    entries = [_entry(initiative, new, old) for new, old in zip_longest(found[:ON_A_PAGE], found[1:])]
    older = found[ON_A_PAGE].number if len(found) > ON_A_PAGE else None
    return {"entries": entries, "older": older, "newest": upto >= initiative.version}


def _number(call: Call, name: str, otherwise: int) -> int:
    given = call.query.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else otherwise


def _compared(call: Call, initiative: OpenInitiative) -> tuple[Entry, Entry] | None:
    """The two versions that were asked for, older first; the newer one has the changes."""
    if not {"from", "to"} <= set(call.query):
        return None
    numbers = sorted((_number(call, "from", 0), _number(call, "to", 0)))
    old, new = (history.version(call.db, initiative.id, number) for number in numbers)
    if old is None or new is None:
        raise NotYours
    return _entry(initiative, old, None), _entry(initiative, new, old)


def _entry(initiative: OpenInitiative, version: Version, before: Version | None) -> Entry:
    changes = tuple(_changes(version, before)) if before else ()
    if version.by is None:
        return Entry(version.number, version.at, "", changes)
    author = Author(version.by, "", "", Role.MEMBER, initiative.team.name, initiative.team.sample)
    by = shown_as(author, for_deeds(initiative.cohort.attribution), initiative.vantage)
    return Entry(version.number, version.at, "" if by.masked else by.name, changes)


def _changes(version: Version, before: Version) -> Iterator[Change]:
    for name in FIELDS:
        old, new = before.texts[name], version.texts[name]
        if old != new:
            yield Change(name, LABELS[name], shortened(differences(old, new)))


routes = [show]
