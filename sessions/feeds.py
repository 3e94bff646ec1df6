"""Feeds: the address under which somebody's calendar program reads their slots, without signing in.

The address is a secret: only its SHA-256 is kept, and it opens nothing but the themes and times that its owner may see
at that moment. Somebody who left a cohort reads nothing of it any more, as on the pages.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select

from cohorts.memberships import standing_of
from cohorts.models import Cohort
from people.logins import hashed
from people.models import Person
from server.db import Db
from sessions import sessions, slots
from sessions.answers import ANSWER
from sessions.calendars import Entry, entry_of
from sessions.models import CalendarFeed, Rsvp
from sessions.policies import may_attend
from sessions.sessions import LEADERS, SESSION
from sessions.slots import SLOT

_FEED: Any = CalendarFeed.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
# What is over for so long is in a feed no more.
KEPT = timedelta(days=90)
# Nobody has that id: for a guessed address the same is done as for a real one.
NOBODY = 0


def new_address(db: Db, person_id: int, *, now: datetime) -> str:
    """A new address for somebody's feed, which ends the one before; its token."""
    db.execute(select(_PERSON.c.id).where(_PERSON.c.id == person_id).with_for_update())
    end(db, person_id)
    token = secrets.token_urlsafe(32)
    db.execute(insert(_FEED).values(person_id=person_id, token_hash=hashed(token), at=now))
    return token


def end(db: Db, person_id: int) -> None:
    """The address opens nothing any more. Harmless twice."""
    db.execute(delete(_FEED).where(_FEED.c.person_id == person_id))


def since(db: Db, person_id: int) -> datetime | None:
    """Since when somebody's feed has its address; None: they have none."""
    found: datetime | None = db.execute(select(_FEED.c.at).where(_FEED.c.person_id == person_id)).scalar()
    return found


def owner_of(db: Db, token: str) -> int:
    """Whose feed that token opens; NOBODY's where none."""
    found = db.execute(select(_FEED.c.person_id).where(_FEED.c.token_hash == hashed(token))).scalar()
    return int(found) if found is not None else NOBODY


def language_of(db: Db, person_id: int) -> str:
    """The language somebody reads in; empty for nobody."""
    return db.execute(select(_PERSON.c.language).where(_PERSON.c.id == person_id)).scalar() or ""


def entries(db: Db, person_id: int, origin: str, *, now: datetime) -> list[Entry]:
    """The slots somebody said to come to, for sure or if need be, and those of sessions they lead: as far as they take
    part in the cohort now. What was called off is among them, so that calendars take it away."""
    standing = standing_of(db, person_id)
    around = SESSION.join(SLOT, SLOT.c.session_id == SESSION.c.id).join(_COHORT, _COHORT.c.id == SESSION.c.cohort_id)
    mine = (ANSWER.c.slot_id == SLOT.c.id) & (ANSWER.c.person_id == person_id)
    leads = (LEADERS.c.session_id == SESSION.c.id) & (LEADERS.c.person_id == person_id)
    around = around.outerjoin(ANSWER, mine).outerjoin(LEADERS, leads)
    hopes = ANSWER.c.answer.in_([Rsvp.YES, Rsvp.IF_NEED_BE])
    rows = db.execute(
        select(SLOT.c.id, SESSION.c.cohort_id, _COHORT.c.programme_id, ANSWER.c.answer)
        .add_columns(ANSWER.c.asked_at, ANSWER.c.seated_at)
        .select_from(around)
        .where(SESSION.c.published_at.is_not(None), SLOT.c.starts_at > now - KEPT)
        .where(or_(hopes, ANSWER.c.answer.is_(None) & LEADERS.c.person_id.is_not(None)))
    ).all()
    certain = {
        row.id: row.answer in (None, Rsvp.YES) and (row.asked_at is None or row.seated_at is not None)
        for row in rows
        if may_attend(standing.roles_in_cohort(row.cohort_id, row.programme_id))
    }
    shown = slots.read(db, SLOT.c.id.in_(sorted(certain)))
    about = {one.id: one for one in sessions.read(db, SESSION.c.id.in_(sorted({slot.session_id for slot in shown})))}
    return [entry_of(about[slot.session_id], slot, origin, certain=certain[slot.id]) for slot in shown]
