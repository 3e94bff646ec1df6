"""What a list of teams and people would do in a cohort, row by row, before anything is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from cohorts.columns import COLUMNS, meant, zone_of
from cohorts.models import Acceptance, Cohort, Invitation, Membership, Programme, Removal, Retraction, Role, Team
from cohorts.spreadsheets import Line
from cohorts.teams import OrganisationChoice, organisations_in
from people.models import Organisation, Person
from server.db import Db
from server.languages import N_
from server.refusals import Message, Wrong

# What a row says of its team; one row of a team is enough.
TEAM_FIELDS = ("organisation", "country", "sector", "part", "time zone")
_DIFFERS = N_("Row %(row)s says “%(value)s” for the same team.")
# So much of another row is repeated.
MOST_SAID = 100
# Where errors of the row as a whole stand: then its cells are not where they should be, and nothing else is said.
WHOLE = "row"
_FEWER = N_("This row has %(cells)s of %(columns)s cells. Check what stands between them.")
_MORE = N_(
    "This row has %(cells)s cells for %(columns)s columns. What has a comma or a semicolon in it needs quotation marks."
)


class Plan(StrEnum):
    """What applying a row does."""

    WRONG = "wrong"
    FOUND = "found"
    INVITE = "invite"
    MEMBER = "member"
    ASKED = "asked"


# Whom these say to invite.
TO_DO = (Plan.FOUND, Plan.INVITE)


def key(name: str) -> str:
    """A name as it is compared: case and spaces make no other team."""
    return " ".join(name.casefold().split())


class TeamThere(NamedTuple):
    """A team that is there, and the name and time zone of its organisation."""

    id: int
    name: str
    organisation: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Known:
    """What there is in a cohort before the import: teams by key; who has a role or is asked to take one, as (address,
    role, id of the team or None); and the organisations of the programme."""

    time_zone: str
    teams: Mapping[str, TeamThere]
    members: Collection[tuple[str, str, int | None]]
    asked: Collection[tuple[str, str, int | None]]
    organisations: Sequence[OrganisationChoice]


def teams_in(db: Db, cohort_id: int) -> dict[str, TeamThere]:
    """The teams of a cohort by key; of two of one name the first."""
    team, home = Team.__table__, Organisation.__table__  # type: ignore[attr-defined]
    columns = (team.c.id, team.c.name, home.c.name, home.c.time_zone)
    found = select(*columns).join_from(team, home, home.c.id == team.c.organisation_id)
    rows = db.execute(found.where(team.c.cohort_id == cohort_id).order_by(team.c.id.desc()))
    return {key(row[1]): TeamThere(*row) for row in rows}


def known_in(db: Db, cohort_id: int, now: datetime) -> Known:
    """Read once for a whole list: five queries."""
    held, gone, person = Membership.__table__, Removal.__table__, Person.__table__  # type: ignore[attr-defined]
    asked, taken, back = Invitation.__table__, Acceptance.__table__, Retraction.__table__  # type: ignore[attr-defined]
    cohort, programme = Cohort.__table__, Programme.__table__  # type: ignore[attr-defined]
    place = select(programme.c.id, programme.c.time_zone).join(cohort, cohort.c.programme_id == programme.c.id)
    programme_id, time_zone = db.execute(place.where(cohort.c.id == cohort_id)).one()
    members = (
        select(person.c.email, held.c.role, held.c.team_id)
        .join(held, held.c.person_id == person.c.id)
        .outerjoin(gone, gone.c.membership_id == held.c.id)
        .where(held.c.cohort_id == cohort_id, gone.c.membership_id.is_(None))
    )
    waiting = (
        select(asked.c.email, asked.c.role, asked.c.team_id)
        .outerjoin(taken, taken.c.invitation_id == asked.c.id)
        .outerjoin(back, back.c.invitation_id == asked.c.id)
        .where(asked.c.cohort_id == cohort_id, asked.c.expires_at > now)
        .where(taken.c.invitation_id.is_(None), back.c.invitation_id.is_(None))
    )
    return Known(
        time_zone,
        teams_in(db, cohort_id),
        {(row[0], row[1], row[2]) for row in db.execute(members)},
        {(row[0], row[1], row[2]) for row in db.execute(waiting)},
        organisations_in(db, programme_id),
    )


@dataclass(slots=True)
class Row:
    """A line as it was read: what was typed and what it means by field, what is wrong by field, and what it will do."""

    number: int
    typed: dict[str, str]
    meant: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)
    plan: Plan = Plan.WRONG


@lru_cache(maxsize=8192)
def _read(name: str, typed: str) -> str | Message:
    # Teams, organisations and countries come again and again.
    try:
        return meant(name, typed)
    except Wrong as wrong:
        return wrong.message


def read(line: Line, places: Mapping[str, int], columns: int) -> Row:
    """A line by itself: each cell understood or with what is wrong with it; `columns`: how many there are."""
    cells = line.cells
    row = Row(line.number, {name: cells[at][:500] for name, at in places.items() if at < len(cells) and cells[at]})
    for name, typed in row.typed.items():
        found = _read(name, cells[places[name]] if len(typed) == 500 else typed)
        if isinstance(found, Message):
            row.errors[name] = found
        elif found:
            row.meant[name] = found
    if "email" not in row.meant and "email" not in row.errors:
        row.errors["email"] = Message(N_("Write the address that the invitation goes to."))
    if "role" not in row.errors:
        _take_role(row)
    # A short line is fine as long as what it has makes sense.
    if line.given and (len(line.cells) > columns or (line.given < columns and row.errors)):
        words = _MORE if len(line.cells) > columns else _FEWER
        row.meant, row.errors = {}, {WHOLE: Message(words, {"cells": line.given, "columns": columns})}
    return row


def _take_role(row: Row) -> None:
    if row.meant.setdefault("role", Role.MEMBER) != Role.MEMBER:
        # Advisers and sponsors belong to the cohort as a whole, whatever a list has in the column of teams.
        for name in ("team", *TEAM_FIELDS):
            row.meant.pop(name, None)
            row.errors.pop(name, None)
    elif "team" not in row.meant and "team" not in row.errors:
        row.errors["team"] = Message(N_("Write the name of the team."))


@dataclass(slots=True)
class Checker:
    """Checks the rows of one list against each other and against what is `known`. All rows are `gather`ed first,
    because a team is described by whichever of its rows says something."""

    known: Known
    said: dict[str, dict[str, tuple[str, int, str]]] = field(default_factory=dict)
    seen: dict[tuple[str, str, str], int] = field(default_factory=dict)
    founded: set[str] = field(default_factory=set)
    countries: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.known.organisations:
            self.countries.setdefault(key(one.name), set()).add(one.country)

    def gather(self, row: Row) -> None:
        """Note what the row says of its team, or that another row says something else."""
        if "team" not in row.meant:
            return
        said = self.said.setdefault(key(row.meant["team"]), {})
        for name in ("team", *TEAM_FIELDS):
            if value := row.meant.get(name):
                typed = row.typed.get(name, value).strip()[:MOST_SAID]
                first, number, told = said.setdefault(name, (value, row.number, typed))
                if key(first) != key(value):
                    row.errors[name] = Message(_DIFFERS, {"row": number, "value": told})
        if "organisation" in row.meant and "country" in row.meant:
            self.countries.setdefault(key(row.meant["organisation"]), set()).add(row.meant["country"])

    def check(self, row: Row) -> None:
        """Complete the row from the others of its team, say what is wrong with it, and decide what it does."""
        team = key(row.meant.get("team", ""))
        place = self.known.teams.get(team)
        if team:
            self._complete(row, team, place)
        who = (row.meant.get("email", ""), row.meant.get("role", ""))
        if who[0] and "team" not in row.errors:
            first = self.seen.setdefault((*who, team), row.number)
            if first != row.number:
                row.errors["email"] = Message(N_("The same person is in row %(row)s."), {"row": first})
        held = (*who, place.id if place else None)
        if row.errors:
            row.plan = Plan.WRONG
        elif held in self.known.members and (place or not team):
            row.plan = Plan.MEMBER
        elif held in self.known.asked and (place or not team):
            row.plan = Plan.ASKED
        elif team and place is None and team not in self.founded:
            self.founded.add(team)
            row.plan = Plan.FOUND
        else:
            row.plan = Plan.INVITE

    def _complete(self, row: Row, team: str, place: TeamThere | None) -> None:
        said = {name: value for name, (value, *_) in self.said[team].items()}
        if place is not None:
            if "organisation" in row.meant and key(row.meant["organisation"]) != key(place.organisation):
                there = N_("The team is there already, with another organisation: %(name)s.")
                row.errors.setdefault("organisation", Message(there, {"name": place.organisation}))
            return
        for name in TEAM_FIELDS:
            if name not in row.errors and name in said:
                row.meant[name] = said[name]
        if "organisation" not in said:
            words = N_("This team is new here. Write which organisation it is of.")
            row.errors.setdefault("organisation", Message(words))
        elif "country" not in said and "country" not in row.errors:
            self._find_country(row, key(said["organisation"]))
        if country := row.meant.get("country"):
            row.meant.setdefault("time zone", zone_of(country, self.known.time_zone))

    def _find_country(self, row: Row, organisation: str) -> None:
        codes = self.countries.get(organisation, set())
        if len(codes) == 1:
            (row.meant["country"],) = codes
        else:
            row.errors["country"] = Message(N_("Write the country of the organisation."))


def present(places: Mapping[str, int]) -> list[str]:
    """The columns a list has, in the order of the template."""
    return [name for name in COLUMNS if name in places]


def as_json(errors: Mapping[str, Message]) -> dict[str, Any]:
    """Errors as they are stored."""
    return {name: [one.msgid, dict(one.values)] for name, one in errors.items()}
