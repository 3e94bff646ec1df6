"""What the clock does to open pages: at each boundary of a round they are told, because its phase is another one.

Rights need none of this (phases.py). The work stands beside the mails and not in the slow lane, where an import of a
thousand rows would let a reveal wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from cohorts.models import Membership, Removal
from feedback.rounds.reminders import REMINDS_ALL, run_reminders, run_reminding_all
from feedback.rounds.rounds import REMINDS, ROUND, ROUND_TEAM, TELLS, TURNS, RoundFacts, read, tell, tell_run
from feedback.rounds.telling import run_telling
from people.models import Login
from server.clock import utc_now
from server.db import Database, Db
from server.jobs import Running, Work

_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_LOGIN: Any = Login.__table__  # type: ignore[attr-defined]


def _turn(running: Running) -> None:
    with running.step() as db:
        for facts in read(db, ROUND.c.id == running.given["round"], ROUND.c.cancelled_at.is_(None)):
            tell(db, facts)


def look(database: Database, now: datetime) -> None:
    """Write down which teams were seen since their round opened, so that the stuck list of an open page and of a fresh
    one agree. Where none was, nothing is written."""
    with database.transaction(writing=False) as db:
        found = [(facts, ids) for facts in _written_in(db, now) if (ids := _seen(db, facts))]
    if not found:
        return
    with database.transaction(writing=True) as db:
        for facts, ids in found:
            mine = (ROUND_TEAM.c.round_id == facts.id) & ROUND_TEAM.c.team_id.in_(ids)
            db.execute(update(ROUND_TEAM).where(mine, ROUND_TEAM.c.seen_at.is_(None)).values(seen_at=now))
            tell_run(db, facts)


def _written_in(db: Db, now: datetime) -> list[RoundFacts]:
    released = ROUND.c.released_at.is_not(None) & ROUND.c.cancelled_at.is_(None)
    return read(db, released, ROUND.c.opens_at <= now, ROUND.c.closes_at > now)


def _seen(db: Db, facts: RoundFacts) -> list[int]:
    there = (
        select(_LOGIN.c.id)
        .select_from(_LOGIN.join(_HELD, _HELD.c.person_id == _LOGIN.c.person_id))
        .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
        .where(_HELD.c.team_id == ROUND_TEAM.c.team_id, _GONE.c.membership_id.is_(None))
        .where(_LOGIN.c.seen_at >= facts.opens_at)
    )
    unseen = (ROUND_TEAM.c.round_id == facts.id) & ROUND_TEAM.c.seen_at.is_(None)
    return list(db.execute(select(ROUND_TEAM.c.team_id).where(unseen, there.exists())).scalars())


works = [
    Work(TURNS, _turn, lane="mail", first=True),
    Work(REMINDS, run_reminders),
    Work(REMINDS_ALL, run_reminding_all),
    Work(TELLS, run_telling, lane="mail"),
    Work("look after rounds", lambda running: look(running.database, utc_now()), every=timedelta(minutes=1)),
]
