"""Invitations by mail: asking somebody to take a role, asking again, taking it back, and what a link leads to.

An invitation is open for two weeks, until it is accepted (cohorts/acceptance.py) or taken back. Each mail holds a link
of its own, stored as a hash only; all links of an invitation work as long as it is open.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, insert, select

from cohorts.cohorts import tell_arrivals
from cohorts.models import (
    Acceptance,
    Invitation,
    InvitationLink,
    Membership,
    Programme,
    Removal,
    Retraction,
    Role,
)
from cohorts.places import Place, place_of
from people.logins import hashed
from people.models import Person
from people.persons import folded
from server.audit import note
from server.db import Db
from server.languages import N_, Language, choose
from server.mail import post
from server.pages import Pages
from server.refusals import Message

__all__ = ["Asked", "Desk", "Outcome", "Place", "invite", "place_of", "retract", "send_again"]

LASTS = timedelta(days=14)
# A button pressed twice sends one mail.
AGAIN_AFTER = timedelta(minutes=1)
# A subject has room for 200 characters, in every language.
MOST_IN_SUBJECT = 80

ASKED: Any = Invitation.__table__  # type: ignore[attr-defined]
LINK: Any = InvitationLink.__table__  # type: ignore[attr-defined]
_TAKEN: Any = Acceptance.__table__  # type: ignore[attr-defined]
_BACK: Any = Retraction.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]

UNANSWERED: ColumnElement[bool] = ~(
    select(_TAKEN.c.invitation_id).where(_TAKEN.c.invitation_id == ASKED.c.id).exists()
    | select(_BACK.c.invitation_id).where(_BACK.c.invitation_id == ASKED.c.id).exists()
)
"""The condition on Invitation: neither accepted nor taken back."""


def _there(table: Any) -> ColumnElement[bool]:
    """The condition on Membership or Invitation: that role, and exactly what it covers."""
    covered = ("programme_id", "cohort_id", "team_id")
    exactly = (table.c[name].is_not_distinct_from(bindparam(name, type_=Integer)) for name in covered)
    return and_(table.c.role == bindparam("role"), *exactly)


# Built once: an import asks thousands of times.
_HERE = (
    select(_HELD.c.id)
    .join(_PERSON, _PERSON.c.id == _HELD.c.person_id)
    .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    .where(_PERSON.c.email == bindparam("email"), _there(_HELD), _GONE.c.membership_id.is_(None))
    .limit(1)
)
_SAME = (
    select(Invitation)
    .where(ASKED.c.email == bindparam("email"), _there(ASKED), UNANSWERED)
    .limit(1)
    .with_for_update(key_share=True)
)

# What somebody is asked to do, with the names it needs; for the mail and for the page its link opens.
ASKS: dict[str, str] = {
    Role.MEMBER: N_(
        "You are invited to take part in the team “%(team)s”, in the cohort “%(cohort)s” of %(programme)s."
    ),
    Role.ADVISER: N_("You are invited to advise the teams of the cohort “%(cohort)s” of %(programme)s."),
    Role.SPONSOR: N_("You are invited to follow the results of the cohort “%(cohort)s” of %(programme)s."),
    Role.FACILITATOR: N_("You are invited to run %(programme)s as one of its facilitators."),
    Role.OWNER: N_("You are invited to run this installation of Sweetspot as one of its owners."),
}


class Outcome(Enum):
    """What came of asking to invite somebody. OPEN: they were invited before and may still come. HERE: they are there
    already. Neither sends a mail."""

    INVITED = "invited"
    OPEN = "open"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where invitations are written: templates, the address of the house, and who invites (None: nobody in person)."""

    pages: Pages
    origin: str
    by_id: int | None
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it; `invitation_id` is the new invitation or the open one, None for those who are there."""

    outcome: Outcome
    invitation_id: int | None


def asks(role: str, place: Place) -> Message:
    """What somebody is invited to, in a sentence."""
    return Message(ASKS[role], {"team": place.team, "cohort": place.cohort, "programme": place.programme})


def invite(
    db: Db, desk: Desk, place: Place, role: str, *, email: str, name: str = "", language: str = "", now: datetime
) -> Asked:
    """Invite that address to a role in a place, and post the mail. Harmless twice: who is there or is invited stays so.

    Who was invited too long ago is invited again with the same invitation. Raises ValueError for what is no address,
    such as one with a line end in it.
    """
    email = folded(email)
    if not email.isprintable() or " " in email or "@" not in email:
        raise ValueError("not an address")
    _take_turns(db, place)
    here, before = _known(db, place, role, email)
    if here:
        return Asked(Outcome.HERE, None)
    if before is not None and before.expires_at > now:
        return Asked(Outcome.OPEN, before.id)
    asked = before or Invitation(email=email, role=role, at=now, expires_at=now)
    asked.programme_id, asked.cohort_id, asked.team_id = place.programme_id, place.cohort_id, place.team_id
    asked.name, asked.language, asked.by_id = name, language, desk.by_id
    _send(db, desk, place, asked, now)
    note_invitation(db, "invited", place, asked.role, asked.email, by_id=desk.by_id, now=now)
    return Asked(Outcome.INVITED, asked.id)


def _take_turns(db: Db, place: Place) -> None:
    # Two who invite the same address at the same moment: the second must see what the first did.
    held = select(_PROGRAMME.c.id).where(_PROGRAMME.c.id == place.programme_id)
    owners = select(_HELD.c.id).where(_HELD.c.role == Role.OWNER).order_by(_HELD.c.id)
    db.execute((owners if place.programme_id is None else held).with_for_update(key_share=True))


def _known(db: Db, place: Place, role: str, email: str) -> tuple[bool, Invitation | None]:
    """Whether somebody with that address is there, and the invitation that was not answered, open or expired."""
    given = {**place.ids, "role": role, "email": email}
    return db.execute(_HERE, given).first() is not None, db.execute(_SAME, given).scalar_one_or_none()


def _send(db: Db, desk: Desk, place: Place, asked: Invitation, now: datetime) -> None:
    asked.expires_at, asked.lapsed_at = now + LASTS, None
    db.add(asked)
    db.flush()
    token = secrets.token_urlsafe(32)
    subject, text = written(desk, place, asked, token, zones_of(db, [asked.email]).get(asked.email, ""))
    mail_id = post(db, asked.email, subject, text, now, kind="invitation", expires_at=asked.expires_at)
    link = {"token_hash": hashed(token), "invitation_id": asked.id, "mail_id": mail_id, "at": now, "trouble": ""}
    db.execute(insert(LINK).values(link))
    if place.cohort_id is not None:
        tell_arrivals(db, place.cohort_id, place.team_id)


def zones_of(db: Db, emails: Collection[str]) -> dict[str, str]:
    """The time zones of those who are here already and have chosen one, by address."""
    found = select(_PERSON.c.email, _PERSON.c.time_zone).where(_PERSON.c.email.in_(emails), _PERSON.c.time_zone != "")
    return {row.email: row.time_zone for row in db.execute(found)}


def written(desk: Desk, place: Place, asked: Invitation, token: str, zone: str = "") -> tuple[str, str]:
    """Subject and text of the mail, its times in `zone` or where the place is. Its link is built from settings, never
    from `Host`."""
    language: Language = choose(asked.language, "", tuple(desk.pages.languages.values()))
    short = place.name if len(place.name) <= MOST_IN_SUBJECT else place.name[: MOST_IN_SUBJECT - 1] + "…"
    context = {
        "name": asked.name,
        "by": desk.by_name,
        "host": place.host,
        "asks": desk.pages.say(asks(asked.role, place), language),
        "link": link_of(desk.origin, token),
        "until": asked.expires_at,
        "zone": zone or place.time_zone,
    }
    subject = desk.pages.say(Message(N_("Invitation: %(place)s"), {"place": short}), language)
    return subject, desk.pages.text("mail/invitation.txt", context, language)


def link_of(origin: str, token: str) -> str:
    """The address that opens an invitation."""
    return f"{origin}/invitations/{token}"


def note_invitation(
    db: Db,
    what: str,
    place: Place,
    role: str,
    email: str,
    *,
    by_id: int | None,
    person_id: int | None = None,
    now: datetime,
) -> None:
    """Write it into the audit log."""
    words = f"{email}: {role}, {place.name}"
    note(db, what, by_id=by_id, now=now, person_id=person_id, programme_id=place.programme_id, words=words)


def waiting(db: Db, invitation_id: int) -> Invitation | None:
    """That invitation, held until the end of the transaction; None: it was accepted, taken back, or never there."""
    db.execute(select(ASKED.c.id).where(ASKED.c.id == invitation_id).with_for_update(key_share=True))
    found = select(Invitation).where(ASKED.c.id == invitation_id, UNANSWERED)
    return db.execute(found.execution_options(populate_existing=True)).scalar_one_or_none()


def _place(db: Db, asked: Invitation) -> Place:
    return place_of(db, programme_id=asked.programme_id, cohort_id=asked.cohort_id, team_id=asked.team_id)


def send_again(db: Db, desk: Desk, invitation_id: int, now: datetime) -> bool:
    """Send another mail with another link, and begin the two weeks again, also for one that expired. False: there is
    nothing to send, because it was answered or a mail left within the last minute."""
    asked = waiting(db, invitation_id)
    latest = select(LINK.c.at).where(LINK.c.invitation_id == invitation_id).order_by(LINK.c.at.desc()).limit(1)
    sent_at = db.execute(latest).scalar()
    if asked is None or (sent_at is not None and sent_at > now - AGAIN_AFTER):
        return False
    place = _place(db, asked)
    _send(db, desk, place, asked, now)
    note_invitation(db, "invitation sent again", place, asked.role, asked.email, by_id=desk.by_id, now=now)
    return True


def retract(db: Db, invitation_id: int, *, by_id: int | None, now: datetime) -> bool:
    """Take an invitation back: its links open nothing any more. False: it was answered before."""
    asked = waiting(db, invitation_id)
    if asked is None:
        return False
    db.add(Retraction(invitation_id=invitation_id, by_id=by_id, at=now))
    db.flush()
    place = _place(db, asked)
    note_invitation(db, "invitation taken back", place, asked.role, asked.email, by_id=by_id, now=now)
    if place.cohort_id is not None:
        tell_arrivals(db, place.cohort_id, place.team_id)
    return True
