"""Applying rows of an import: organisations and teams found or founded, people invited. Some rows at a time, each time
in one transaction that can be repeated: what is there already is found, not made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from cohorts.checking import TeamThere, key, teams_in
from cohorts.founding import found_teams
from cohorts.imports import Outcome, RowFacts
from cohorts.invitations import Desk
from cohorts.invitations import Outcome as Asking
from cohorts.inviting import Wanted, invite_all
from cohorts.memberships import standing_of
from cohorts.models import Cohort, Part, Programme, Role
from cohorts.places import Place, place_of
from cohorts.policies import Vantage, may_edit_cohort
from cohorts.teams import NewTeam, organisations_in
from people.models import Organisation, Person, Sector
from server.db import Db

# A mail every 50 ms at most: mail servers take a list for spam, and pages wait, when thousands leave at once.
APART = timedelta(milliseconds=50)
_BECAME = {Asking.INVITED: Outcome.INVITED, Asking.OPEN: Outcome.ASKED, Asking.HERE: Outcome.MEMBER}
Said = Mapping[str, str]


def may_go_on(db: Db, cohort_id: int, person_id: int) -> bool:
    """Whether that person still runs the cohort: asked at each step, because roles end while an import runs."""
    cohort = db.get_one(Cohort, cohort_id)
    roles = standing_of(db, person_id).roles_in_cohort(cohort_id, cohort.programme_id)
    return may_edit_cohort(Vantage(frozenset(), roles, ""))


@dataclass(slots=True)
class _Places:
    """The teams of a cohort while some rows are applied; `whole` is the cohort itself as the place of an invitation."""

    db: Db
    cohort: Cohort
    by_id: int
    now: datetime
    whole: Place
    teams: dict[str, TeamThere]
    founded: set[str] = field(default_factory=set)

    def found_missing(self, rows: Sequence[Said]) -> None:
        """Found the teams these rows name and the cohort has not, with their organisations."""
        new: dict[str, Said] = {}
        for said in rows:
            name = key(said.get("team", ""))
            if name and name not in self.teams and "organisation" in said:
                new.setdefault(name, said)
        if not new:
            return
        homes = self._homes(list(new.values()))
        wanted = [NewTeam(homes[_home(said)], said["team"], said.get("part", Part.LEARNS)) for said in new.values()]
        for team, said in zip(
            found_teams(self.db, self.cohort, wanted, by_id=self.by_id, now=self.now), new.values(), strict=True
        ):
            assert team.id is not None
            zone = homes[_home(said)].time_zone
            self.teams[key(team.name)] = TeamThere(team.id, team.name, said["organisation"], zone)
        self.founded |= set(new)

    def _homes(self, rows: Sequence[Said]) -> dict[tuple[str, str], Organisation]:
        """The organisations of the rows by name and country: those the programme knows, and new ones."""
        known = {(key(one.name), one.country): one.id for one in organisations_in(self.db, self.cohort.programme_id)}
        ids = [known[_home(said)] for said in rows if _home(said) in known]
        there: Any = select(Organisation).where(Organisation.id.in_(ids))  # type: ignore[union-attr]
        homes = {(key(one.name), one.country): one for one in self.db.execute(there).scalars()}
        for said in rows:
            if _home(said) not in homes:
                homes[_home(said)] = Organisation(
                    name=said["organisation"],
                    country=said["country"],
                    sector=said.get("sector", Sector.PUBLIC),
                    time_zone=said["time zone"],
                )
        self.db.add_all(homes.values())
        self.db.flush()
        return homes

    def place(self, said: Said) -> Place | None:
        """Where that row invites to; None: its team has another organisation."""
        if said["role"] != Role.MEMBER:
            return self.whole
        there = self.teams.get(key(said["team"]))
        if there is None or key(said.get("organisation", there.organisation)) != key(there.organisation):
            return None
        return replace(self.whole, team_id=there.id, team=there.name, time_zone=there.time_zone)


def _home(said: Said) -> tuple[str, str]:
    return key(said["organisation"]), said["country"]


def _places(db: Db, cohort_id: int, by_id: int, now: datetime) -> _Places:
    cohort = db.get_one(Cohort, cohort_id)
    # Two imports in two processes take turns, else both would found the same team; and so does whoever invites.
    mine = Programme.id == cohort.programme_id
    db.execute(select(Programme).where(mine).with_for_update(key_share=True))  # type: ignore[arg-type]
    return _Places(db, cohort, by_id, now, place_of(db, cohort_id=cohort_id), teams_in(db, cohort_id))


def apply_rows(
    db: Db, house: Any, cohort_id: int, rows: Sequence[RowFacts], *, by_id: int, now: datetime, mails_from: datetime
) -> dict[int, Outcome]:
    """Do what the rows say; the outcome of each by its number. `house` has the pages and the settings for the mails,
    the first of which leaves at `mails_from`."""
    places = _places(db, cohort_id, by_id, now)
    places.found_missing([row.meant for row in rows])
    outcomes: dict[int, Outcome] = {}
    wanted: dict[int, Wanted] = {}
    for row in rows:
        said = row.meant
        place = places.place(said) if "email" in said else None
        if place is None:
            outcomes[row.number] = Outcome.REFUSED if "email" in said else Outcome.LOST
        else:
            named = (said["email"], said.get("name", ""), said.get("language", ""))
            wanted[row.number] = Wanted(place, said["role"], *named, mails_from + len(wanted) * APART)
    by = db.get(Person, by_id)
    desk = Desk(house.pages, house.settings.origin, by_id, by.name if by else "")
    came = invite_all(db, desk, cohort_id, list(wanted.values()), now)
    for (number, one), outcome in zip(wanted.items(), came, strict=True):
        team = key(one.place.team)
        outcomes[number] = Outcome.FOUNDED if team in places.founded else _BECAME[outcome]
        places.founded.discard(team)
    return outcomes
