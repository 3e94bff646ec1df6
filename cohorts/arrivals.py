"""Arrivals: who of a cohort was invited, who has come, and whose mail went wrong; for those who run it.

What changes without anybody's deed, an invitation that expires or a mail that fails, is first written down where the
lists read it and then told to the pages that show it. So a page that is open and one that is loaded agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from cohorts.cohorts import tell_arrivals
from cohorts.invitations import AGAIN_AFTER, ASKED, LINK, UNANSWERED, Desk, send_again
from cohorts.models import Membership, Removal
from cohorts.places import Place
from people.models import Person
from server.clock import utc_now
from server.db import Database, Db
from server.jobs import Running, Work, enqueue
from server.mail import KEPT, MailState, being

_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]

AGAIN = "send invitations again"
# So many mails are written in one transaction: about a fifth of a second of the only writer of SQLite.
AT_ONCE = 50


class Stage(StrEnum):
    """How far somebody has come. FAILED: the mail was refused or given up; UNCERTAIN: nobody knows whether it left."""

    ARRIVED = "arrived"
    INVITED = "invited"
    EXPIRED = "expired"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who has come, or was invited and has not. `id`: of their membership, or else of the invitation; `at`:
    since when; `until`: when the invitation ends; `invitation_id` is None for those who have come. `team_id` None: the
    cohort as a whole."""

    id: int
    team_id: int | None
    name: str
    email: str
    role: str
    stage: Stage
    at: datetime
    until: datetime | None = None
    invitation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many have come, and how many of the others are where."""

    arrived: int = 0
    invited: int = 0
    expired: int = 0
    failed: int = 0

    @property
    def waiting(self) -> int:
        """How many have not come."""
        return self.invited + self.expired + self.failed


def in_cohort(db: Db, cohort_id: int, team_ids: Iterable[int] | None = None) -> list[Arrival]:
    """Everybody of a cohort, or of some of its teams: first those who came, in that order, then those invited. Three
    queries."""
    there = [_HELD.c.cohort_id == cohort_id, *([_HELD.c.team_id.in_(list(team_ids))] if team_ids is not None else [])]
    asked = [ASKED.c.cohort_id == cohort_id, *([ASKED.c.team_id.in_(list(team_ids))] if team_ids is not None else [])]
    return [*_arrived(db, *there), *_waiting(db, *asked)]


def of_board(db: Db, cohort_id: int) -> list[Arrival]:
    """The advisers and sponsors of a cohort."""
    there = (_HELD.c.cohort_id == cohort_id, _HELD.c.team_id.is_(None))
    return [*_arrived(db, *there), *_waiting(db, ASKED.c.cohort_id == cohort_id, ASKED.c.team_id.is_(None))]


def invited_to(db: Db, place: Place, role: str) -> list[Arrival]:
    """Those who are invited to that role in that place and have not come."""
    return _waiting(db, place.covers(ASKED), ASKED.c.role == role, ASKED.c.email != "")


def _arrived(db: Db, *conditions: ColumnElement[bool]) -> list[Arrival]:
    rows = db.execute(
        select(_HELD.c.id, _HELD.c.team_id, _PERSON.c.name, _PERSON.c.email, _HELD.c.role, _HELD.c.began_at)
        .select_from(_HELD.join(_PERSON, _PERSON.c.id == _HELD.c.person_id))
        .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
        .where(*conditions, _GONE.c.membership_id.is_(None))
        .order_by(_HELD.c.id)
    )
    return [Arrival(row[0], row[1], row[2], row[3], row[4], Stage.ARRIVED, row[5]) for row in rows]


def _waiting(db: Db, *conditions: ColumnElement[bool]) -> list[Arrival]:
    asked = db.execute(select(ASKED).where(*conditions, UNANSWERED).order_by(ASKED.c.id)).all()
    links = select(LINK.c.invitation_id, LINK.c.trouble, LINK.c.at).join(ASKED, ASKED.c.id == LINK.c.invitation_id)
    # Of several mails the latest counts.
    latest = {row.invitation_id: row for row in db.execute(links.where(*conditions, UNANSWERED).order_by(LINK.c.at))}
    found = []
    for row in asked:
        link = latest.get(row.id)
        stage = Stage.EXPIRED if row.lapsed_at else Stage((link and link.trouble) or Stage.INVITED)
        sent_at = link.at if link else row.at
        who = (row.id, row.team_id, row.name, row.email, row.role)
        found.append(Arrival(*who, stage, sent_at, row.expires_at, row.id))
    return found


def count(arrivals: Iterable[Arrival]) -> Counts:
    """How many of them are where; who may not have got the mail counts as failed."""
    found = [one.stage for one in arrivals]
    failed = found.count(Stage.FAILED) + found.count(Stage.UNCERTAIN)
    return Counts(found.count(Stage.ARRIVED), found.count(Stage.INVITED), found.count(Stage.EXPIRED), failed)


def refresh(database: Database, now: datetime) -> None:
    """Write down what became of invitations and of their mails by itself, and tell the pages that list them. Where
    nothing did, nothing is written: the one writer of SQLite is not held up."""
    with database.transaction(writing=False) as db:
        moves = select(LINK.c.token_hash).where(or_(*(_moves(state, word, now) for state, word in WORDS.items())))
        if not db.execute(select(or_(select(ASKED.c.id).where(_lapses(now)).exists(), moves.exists()))).scalar():
            return
    with database.transaction(writing=True) as db:
        about = set(db.execute(update(ASKED).where(_lapses(now)).values(lapsed_at=now).returning(ASKED.c.id)).scalars())
        for state, word in WORDS.items():
            step = update(LINK).where(_moves(state, word, now)).values(trouble=word)
            about |= set(db.execute(step.returning(LINK.c.invitation_id)).scalars())
        places = select(ASKED.c.cohort_id, ASKED.c.team_id).where(ASKED.c.id.in_(about))
        for cohort_id, team_id in db.execute(places.where(ASKED.c.cohort_id.is_not(None)).distinct()).all():
            tell_arrivals(db, cohort_id, team_id)


# What is written beside a link of a mail in that state.
WORDS: dict[MailState, str] = {
    MailState.WAITING: "",
    MailState.SENT: "",
    MailState.FAILED: Stage.FAILED,
    MailState.UNCERTAIN: Stage.UNCERTAIN,
}


def _lapses(now: datetime) -> ColumnElement[bool]:
    found: ColumnElement[bool] = ASKED.c.lapsed_at.is_(None) & (ASKED.c.expires_at <= now)
    return found


def _moves(state: MailState, word: str, now: datetime) -> ColumnElement[bool]:
    """Links beside which something else is written than their mail's state; older mails are cleared away."""
    found: ColumnElement[bool] = (LINK.c.trouble != word) & (LINK.c.at > now - KEPT) & being(state, LINK.c.mail_id)
    return found


def send_some_again(db: Db, desk: Desk, cohort_id: int, *, since: datetime, now: datetime) -> bool:
    """Send a mail again to some of those who have not come, unless they got one in the minute before `since` or later.
    False: nobody is left."""
    latest = select(func.max(LINK.c.at)).where(LINK.c.invitation_id == ASKED.c.id).scalar_subquery()
    waiting = select(ASKED.c.id).where(ASKED.c.cohort_id == cohort_id, UNANSWERED, latest < since - AGAIN_AFTER)
    found: Sequence[int] = db.execute(waiting.order_by(ASKED.c.id).limit(AT_ONCE)).scalars().all()
    for invitation_id in found:
        send_again(db, desk, invitation_id, now)
    return bool(found)


def ask_to_send_again(db: Db, cohort_id: int, *, by_id: int, now: datetime) -> None:
    """Send a mail again to all who have not come, as a job; asked for twice, it is done once."""
    enqueue(db, AGAIN, now=now, key=f"again-{cohort_id}", cohort=cohort_id, by=by_id, since=now.isoformat())


def _send_again(running: Running) -> None:
    given, house = running.given, running.tools
    since, left = datetime.fromisoformat(given["since"]), True
    while left:
        with running.step() as db:
            by = db.get_one(Person, given["by"])
            desk = Desk(house.pages, house.settings.origin, given["by"], by.name)
            left = send_some_again(db, desk, given["cohort"], since=since, now=utc_now())


works = [
    Work(AGAIN, _send_again),
    Work("look after invitations", lambda running: refresh(running.database, utc_now()), every=timedelta(seconds=30)),
]
