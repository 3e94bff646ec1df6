"""Who leads a session or helps to: people of its programme; who may be chosen for it, and who is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select

from cohorts.identity import Author
from cohorts.models import Cohort, Membership, Removal, Role, Team
from people.models import Organisation, Person
from server.db import Db
from server.live.log import touch
from sessions.models import SessionPart
from sessions.sessions import LEADERS, SESSION

_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_HOUSE: Any = Organisation.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]

# Of several roles the one that says most of why somebody leads a session.
_RANK = case((_HELD.c.role == Role.FACILITATOR, 1), (_HELD.c.role == Role.ADVISER, 2), else_=3)
_AROUND = (
    _HELD.join(_PERSON, _PERSON.c.id == _HELD.c.person_id)
    .join(_HOUSE, _HOUSE.c.id == _PERSON.c.organisation_id)
    .outerjoin(_TEAM, _TEAM.c.id == _HELD.c.team_id)
    .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
)
_COLUMNS = (
    *(_PERSON.c.id, _PERSON.c.name, _HOUSE.c.name.label("organisation"), _HOUSE.c.country, _HELD.c.role),
    *(_TEAM.c.name.label("team"), _PERSON.c.sample),
)


@dataclass(frozen=True, slots=True)
class Leading:
    """Somebody who leads a session or helps to. `part`: a word of SessionPart, empty for those who could."""

    person_id: int
    part: str
    author: Author


def _people(db: Db, *conditions: Any) -> dict[int, Author]:
    """The people that meet the conditions, in the order of their names, each in the role that says most."""
    rows = select(*_COLUMNS).select_from(_AROUND).where(*conditions)
    found: dict[int, Author] = {}
    for row in db.execute(rows.order_by(_GONE.c.membership_id.is_not(None), _RANK, _HELD.c.id)):
        author = Author(row.name, row.organisation, row.country, row.role, row.team or "", row.sample)
        found.setdefault(row.id, author)
    return dict(sorted(found.items(), key=lambda one: (one[1].name.casefold(), one[0])))


def _takes_part(cohort_id: Any) -> Any:
    programme = select(_COHORT.c.programme_id).where(_COHORT.c.id == cohort_id).scalar_subquery()
    runs = (_HELD.c.role == Role.FACILITATOR) & (_HELD.c.programme_id == programme)
    return runs | ((_HELD.c.cohort_id == cohort_id) & _HELD.c.role.in_([Role.MEMBER, Role.ADVISER]))


def taking_part(cohort_id: Any) -> Any:
    """The ids of those who take part in a cohort now, as a subquery; `cohort_id` may be one too."""
    here = _HELD.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    now = select(_HELD.c.person_id).select_from(here).where(_takes_part(cohort_id), _GONE.c.membership_id.is_(None))
    return now.correlate(None)


def choices(db: Db, cohort_id: int) -> list[Leading]:
    """Who takes part in a cohort now, and so can lead a session there and is told of it: one query."""
    found = _people(db, _takes_part(cohort_id), _GONE.c.membership_id.is_(None))
    return [Leading(id_, "", author) for id_, author in found.items()]


def of_session(db: Db, session_id: int) -> list[Leading]:
    """Who leads a session, then who helps to. Whoever has left the programme since is still among them."""
    here = select(LEADERS.c.person_id, LEADERS.c.part).where(LEADERS.c.session_id == session_id)
    parts = {row.person_id: row.part for row in db.execute(here)}
    if not parts:
        return []
    cohort = select(SESSION.c.cohort_id).where(SESSION.c.id == session_id).scalar_subquery()
    programme = select(_COHORT.c.programme_id).where(_COHORT.c.id == cohort).scalar_subquery()
    # An owner's membership names no programme, and a sponsor's no part in a session.
    wide = (_HELD.c.programme_id == programme) & (_HELD.c.role != Role.SPONSOR)
    found = _people(db, _PERSON.c.id.in_(sorted(parts)), wide)
    listed = [Leading(id_, parts[id_], author) for id_, author in found.items()]
    return sorted(listed, key=lambda one: one.part != SessionPart.LEADS)


def person_renamed(db: Db, person_id: int) -> None:
    """The pages of the sessions that somebody leads show their new name."""
    here = SESSION.join(LEADERS, LEADERS.c.session_id == SESSION.c.id)
    rows = select(SESSION.c.id, SESSION.c.stream_id).select_from(here).where(LEADERS.c.person_id == person_id)
    for row in db.execute(rows).all():
        touch(db, row.stream_id, f"session-{row.id}")
