"""What the link of an invitation opens, how it is accepted, and the invitation that makes the first owner.

Opening uses nothing up, because mail scanners open links too. Accepting holds the invitation's row, so of fifty at the
same moment one makes the membership and the others find it made. A link signs in whom it makes, never somebody who was
here before: it may lie in a mailbox for two weeks and be passed on.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from cohorts import memberships
from cohorts.cohorts import tell_arrivals
from cohorts.invitations import ASKED, LINK, UNANSWERED, link_of, note_invitation, waiting
from cohorts.models import Acceptance, Invitation, Membership, Removal, Retraction, Role
from cohorts.places import Place, place_of
from people import persons
from people.logins import hashed
from people.models import Person
from server.db import Db

FIRST_OWNER_LASTS = timedelta(hours=24)

_TAKEN: Any = Acceptance.__table__  # type: ignore[attr-defined]
_BACK: Any = Retraction.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]


class State(Enum):
    """What has become of an invitation."""

    OPEN = "open"
    USED = "used"
    RETRACTED = "retracted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation as its link shows it. `email` is empty in the one that makes the first owner; `by` is empty where
    nobody in person invited."""

    id: int
    email: str
    name: str
    language: str
    role: str
    place: Place
    by: str
    expires_at: datetime
    state: State
    accepted_by_id: int | None

    @property
    def makes_first_owner(self) -> bool:
        return self.email == ""


class Closed(Exception):
    """The invitation cannot be accepted any more."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody who was not here before says of themselves."""

    name: str
    email: str
    organisation_id: int
    time_zone: str
    language: str


def open_with(db: Db, token: str, now: datetime) -> Opened | None:
    """What a link leads to, in two queries; None when no such link was ever sent."""
    mine = select(LINK.c.invitation_id).where(LINK.c.token_hash == hashed(token))
    return _opened(db, ASKED.c.id.in_(mine), now)


def find(db: Db, invitation_id: int, now: datetime) -> Opened | None:
    """The invitation with that id; None when there is none."""
    return _opened(db, ASKED.c.id == invitation_id, now)


def _opened(db: Db, condition: ColumnElement[bool], now: datetime) -> Opened | None:
    found = (
        select(
            *(ASKED.c[name] for name in ("id", "email", "name", "language", "role", "expires_at")),
            *(ASKED.c[name] for name in ("programme_id", "cohort_id", "team_id")),
            func.coalesce(_PERSON.c.name, "").label("by"),
            _TAKEN.c.person_id.label("accepted_by_id"),
            _BACK.c.at.label("retracted_at"),
        )
        .select_from(ASKED)
        .outerjoin(_PERSON, _PERSON.c.id == ASKED.c.by_id)
        .outerjoin(_TAKEN, _TAKEN.c.invitation_id == ASKED.c.id)
        .outerjoin(_BACK, _BACK.c.invitation_id == ASKED.c.id)
    )
    row = db.execute(found.where(condition)).first()
    if row is None:
        return None
    place = place_of(db, programme_id=row.programme_id, cohort_id=row.cohort_id, team_id=row.team_id)
    asked = (row.id, row.email, row.name, row.language, row.role)
    return Opened(*asked, place, row.by, row.expires_at, _state(row, now), row.accepted_by_id)


def _state(row: Any, now: datetime) -> State:
    if row.accepted_by_id is not None:
        return State.USED
    if row.retracted_at is not None:
        return State.RETRACTED
    return State.EXPIRED if row.expires_at <= now else State.OPEN


def accept(db: Db, invitation_id: int, who: Person | Newcomer, now: datetime) -> tuple[Person, bool]:
    """Give the role to somebody who is here, or to a newcomer, who is added first; who has it now, and whether they
    are new. The address is the invitation's, whatever a newcomer says; only the first owner names one. Raises Closed,
    also for somebody with another address."""
    asked = waiting(db, invitation_id)
    if asked is None or asked.expires_at <= now or (asked.email == "" and _has_owner(db)):
        raise Closed
    person, new = (who, False) if isinstance(who, Person) else _arrive(db, who, asked.email or who.email)
    if asked.email not in ("", person.email):
        raise Closed
    assert person.id is not None
    place = place_of(db, programme_id=asked.programme_id, cohort_id=asked.cohort_id, team_id=asked.team_id)
    membership_id = _held(db, person.id, asked.role, place)
    if membership_id is None:
        membership_id = memberships.join(db, person=person, role=asked.role, **place.ids, now=now).id
    given = {"invitation_id": asked.id, "person_id": person.id, "membership_id": membership_id, "at": now}
    db.execute(insert(_TAKEN).values(given))
    whose = {"by_id": person.id, "person_id": person.id}
    note_invitation(db, "invitation accepted", place, asked.role, person.email, **whose, now=now)
    if place.cohort_id is not None:
        tell_arrivals(db, place.cohort_id, place.team_id)
    return person, new


def _arrive(db: Db, newcomer: Newcomer, email: str) -> tuple[Person, bool]:
    if known := persons.by_email(db, email):
        return known, False
    given = {name: getattr(newcomer, name) for name in ("name", "organisation_id", "time_zone", "language")}
    try:
        with db.begin_nested():
            return persons.add(db, email=email, **given), True
    except IntegrityError:
        # Another invitation of theirs was accepted at the same moment.
        known = persons.by_email(db, email)
        assert known is not None
        return known, False


def _held(db: Db, person_id: int, role: str, place: Place) -> int | None:
    """The membership they have there already. Two of their invitations at the same moment take turns here."""
    db.execute(select(_PERSON.c.id).where(_PERSON.c.id == person_id).with_for_update(key_share=True))
    found = (
        select(_HELD.c.id)
        .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
        .where(_HELD.c.person_id == person_id, _HELD.c.role == role, place.covers(_HELD), _GONE.c.at.is_(None))
    )
    return db.execute(found.limit(1)).scalar()


def _has_owner(db: Db) -> bool:
    standing = select(_HELD.c.id).outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    return db.execute(standing.where(_HELD.c.role == Role.OWNER, _GONE.c.at.is_(None)).limit(1)).first() is not None


def first_owner_link(db: Db, origin: str, now: datetime) -> str | None:
    """A link that makes the first owner, for 24 hours and once; None where there is an owner. Earlier links end."""
    if _has_owner(db):
        return None
    earlier = select(ASKED.c.id).where(ASKED.c.email == "", UNANSWERED)
    ids = list(db.execute(earlier).scalars())
    db.execute(delete(LINK).where(LINK.c.invitation_id.in_(ids)))
    for id_ in ids:
        db.execute(insert(_BACK).values(invitation_id=id_, by_id=None, at=now))
    asked = Invitation(email="", role=Role.OWNER, by_id=None, at=now, expires_at=now + FIRST_OWNER_LASTS)
    db.add(asked)
    db.flush()
    token = secrets.token_urlsafe(32)
    db.execute(insert(LINK).values(token_hash=hashed(token), invitation_id=asked.id, at=now, trouble=""))
    return link_of(origin, token)
