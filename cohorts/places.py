"""Places: what a role covers, with the names of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from cohorts.models import Cohort, Programme, Team
from people.models import Organisation
from server.db import Db

_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Place:
    """What a role covers, filled downwards as in Membership, with its names. All None: everything, an owner's.
    `time_zone`: where the people of a team work; of anything wider, the programme's."""

    programme_id: int | None = None
    cohort_id: int | None = None
    team_id: int | None = None
    programme: str = ""
    cohort: str = ""
    team: str = ""
    host: str = ""
    time_zone: str = "UTC"

    @property
    def name(self) -> str:
        """The narrowest thing, by name."""
        return self.team or self.cohort or self.programme or "Sweetspot"

    @property
    def ids(self) -> dict[str, int | None]:
        """What it covers, as columns of Invitation and Membership."""
        return {"programme_id": self.programme_id, "cohort_id": self.cohort_id, "team_id": self.team_id}

    @property
    def path(self) -> str:
        """Its page."""
        if self.team_id is not None:
            return f"/teams/{self.team_id}"
        if self.cohort_id is not None:
            return f"/cohorts/{self.cohort_id}"
        return f"/programmes/{self.programme_id}" if self.programme_id is not None else "/"

    def covers(self, table: Any) -> ColumnElement[bool]:
        """The condition on Invitation or Membership: exactly this place."""
        return and_(*(table.c[name].is_not_distinct_from(id_) for name, id_ in self.ids.items()))


def place_of(
    db: Db, *, programme_id: int | None = None, cohort_id: int | None = None, team_id: int | None = None
) -> Place:
    """The place those ids name; the narrowest is enough, none is the whole installation. One query."""
    ids = (_PROGRAMME.c.id, _COHORT.c.id, _TEAM.c.id)
    names = (_PROGRAMME.c.name, _COHORT.c.name, _TEAM.c.name, _PROGRAMME.c.host, _PROGRAMME.c.time_zone)
    joined = _PROGRAMME
    if team_id is not None or cohort_id is not None:
        joined = joined.join(_COHORT, _COHORT.c.programme_id == _PROGRAMME.c.id)
    if team_id is not None:
        joined = joined.join(_TEAM, _TEAM.c.cohort_id == _COHORT.c.id)
        joined = joined.join(_HOME, _HOME.c.id == _TEAM.c.organisation_id)
        found = select(*ids, *names[:-1], _HOME.c.time_zone).select_from(joined)
        return Place(*db.execute(found.where(_TEAM.c.id == team_id)).one())
    if cohort_id is not None:
        row = db.execute(select(*ids[:2], *names[:2], *names[3:]).select_from(joined).where(ids[1] == cohort_id)).one()
        return Place(row[0], row[1], None, row[2], row[3], "", *row[4:])
    if programme_id is not None:
        row = db.execute(select(ids[0], names[0], *names[3:]).where(ids[0] == programme_id)).one()
        return Place(row[0], programme=row[1], host=row[2], time_zone=row[3])
    return Place()
