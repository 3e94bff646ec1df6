"""Inviting many people at once, as an import does: what `invitations.invite` does for one, in a tenth of the time.

Every import shares the interpreter with the pages, so what is the same for fifty people is asked and written once.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from cohorts.cohorts import tell_arrivals
from cohorts.invitations import LASTS, Desk, Outcome, invite, written, zones_of
from cohorts.models import Acceptance, Invitation, InvitationLink, Membership, Removal, Retraction
from cohorts.places import Place
from people.logins import hashed
from people.models import Person
from server.audit import AuditEntry
from server.db import Db
from server.mail import Letter, post_many

_ASKED: Any = Invitation.__table__  # type: ignore[attr-defined]
_TAKEN: Any = Acceptance.__table__  # type: ignore[attr-defined]
_BACK: Any = Retraction.__table__  # type: ignore[attr-defined]
_LINK: Any = InvitationLink.__table__  # type: ignore[attr-defined]
_AUDIT: Any = AuditEntry.__table__  # type: ignore[attr-defined]
_HELD, _GONE, _PERSON = Membership.__table__, Removal.__table__, Person.__table__  # type: ignore[attr-defined]

_EMAILS: Any = bindparam("emails", expanding=True)
_HERE = (
    select(_PERSON.c.email, _HELD.c.role, _HELD.c.team_id)
    .join(_HELD, _HELD.c.person_id == _PERSON.c.id)
    .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    .where(_HELD.c.cohort_id == bindparam("cohort"), _PERSON.c.email.in_(_EMAILS), _GONE.c.membership_id.is_(None))
)
_WAITING = (
    select(_ASKED.c.email, _ASKED.c.role, _ASKED.c.team_id)
    .outerjoin(_TAKEN, _TAKEN.c.invitation_id == _ASKED.c.id)
    .outerjoin(_BACK, _BACK.c.invitation_id == _ASKED.c.id)
    .where(_ASKED.c.cohort_id == bindparam("cohort"), _ASKED.c.email.in_(_EMAILS))
    .where(_TAKEN.c.invitation_id.is_(None), _BACK.c.invitation_id.is_(None))
)
Who = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody to be invited. `email` is folded; `place` is a team or the cohort; the mail leaves not before `at`."""

    place: Place
    role: str
    email: str
    name: str
    language: str
    at: datetime

    @property
    def who(self) -> Who:
        """By what two invitations are the same."""
        return self.email, self.role, self.place.team_id


def invite_all(db: Db, desk: Desk, cohort_id: int, wanted: Sequence[Wanted], now: datetime) -> list[Outcome]:
    """Invite those people to that cohort and its teams; what came of each. The caller holds the lock of its programme,
    which is what two who invite the same address take turns by."""
    given = {"cohort": cohort_id, "emails": [one.email for one in wanted]}
    here: set[Who] = {(row[0], row[1], row[2]) for row in db.execute(_HERE, given)}
    waiting: set[Who] = {(row[0], row[1], row[2]) for row in db.execute(_WAITING, given)}
    fresh: dict[Who, Wanted] = {}
    outcomes: list[Outcome] = []
    for one in wanted:
        if one.who in here:
            outcomes.append(Outcome.HERE)
        elif one.who in waiting or one.who in fresh:
            outcomes.append(_again(db, desk, one, now) if one.who in waiting else Outcome.OPEN)
        else:
            fresh[one.who] = one
            outcomes.append(Outcome.INVITED)
    if fresh:
        _invite(db, desk, list(fresh.values()), now)
    return outcomes


def _again(db: Db, desk: Desk, one: Wanted, now: datetime) -> Outcome:
    # An invitation that ran out begins anew; that is rare, and done as for one.
    names = {"email": one.email, "name": one.name, "language": one.language}
    return invite(db, desk, one.place, one.role, now=now, **names).outcome


def _invite(db: Db, desk: Desk, wanted: Sequence[Wanted], now: datetime) -> None:
    until, connection = now + LASTS, db.connection()
    asked = [_asked(desk, one, now, until) for one in wanted]
    rows = [one.model_dump(exclude={"id"}) for one in asked]
    made = connection.execute(insert(_ASKED).returning(_ASKED.c.id, sort_by_parameter_order=True), rows)
    ids = [int(row.id) for row in made]
    tokens = [secrets.token_urlsafe(32) for _ in asked]
    zones = zones_of(db, [one.email for one in wanted])
    letters = [
        Letter(one.email, *written(desk, one.place, about, token, zones.get(one.email, "")), one.at)
        for one, about, token in zip(wanted, asked, tokens, strict=True)
    ]
    mails = post_many(db, letters, now, kind="invitation", expires_at=until)
    links = [
        InvitationLink(token_hash=hashed(token), invitation_id=id_, mail_id=mail_id, at=now).model_dump()
        for token, id_, mail_id in zip(tokens, ids, mails, strict=True)
    ]
    connection.execute(insert(_LINK), links)
    connection.execute(insert(_AUDIT), [_noted(desk, one, now) for one in wanted])
    for place in {one.place.team_id: one.place for one in wanted}.values():
        assert place.cohort_id is not None
        tell_arrivals(db, place.cohort_id, place.team_id)


def _asked(desk: Desk, one: Wanted, now: datetime, until: datetime) -> Invitation:
    return Invitation(
        email=one.email,
        name=one.name,
        language=one.language,
        role=one.role,
        programme_id=one.place.programme_id,
        cohort_id=one.place.cohort_id,
        team_id=one.place.team_id,
        by_id=desk.by_id,
        at=now,
        expires_at=until,
    )


def _noted(desk: Desk, one: Wanted, now: datetime) -> dict[str, Any]:
    words = f"{one.email}: {one.role}, {one.place.name}"[:500]
    entry = {"at": now, "what": "invited", "by_id": desk.by_id, "person_id": None}
    return {**entry, "programme_id": one.place.programme_id, "words": words}
