"""Reminders: mails before a slot begins, at the minutes its session says, to those who come or might.

A job for each of them is asked for when a slot gets its time (slots.py), and finds out when it runs whether the slot is
still then and the session still wants it. Each is written once for a person and a time, so a slot that is moved is
reminded of anew. Who never answered to a session is asked once, with the earliest of its reminders.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from cohorts.models import Role
from people.logins import hashed
from server.clock import utc_now
from server.db import Db
from server.house import House
from server.jobs import Running, Work, hourly
from server.languages import N_, choose
from server.mail import post
from server.refusals import Message
from sessions import calendars, leaders, letters, sessions, slots
from sessions.calendars import REQUEST, Reader
from sessions.letters import To
from sessions.models import Rsvp, SessionSilence, SilenceLink, SlotAnswer, SlotReminded
from sessions.sessions import LEADERS, SESSION, SessionFacts
from sessions.slots import SLOT, SlotFacts

_ANSWER: Any = SlotAnswer.__table__  # type: ignore[attr-defined]
_TOLD: Any = SlotReminded.__table__  # type: ignore[attr-defined]
_SILENT: Any = SessionSilence.__table__  # type: ignore[attr-defined]
_LINK: Any = SilenceLink.__table__  # type: ignore[attr-defined]
# Noted in place of the minutes of a reminder: somebody was asked whether they come.
ASKED = 0
SUBJECT, QUESTION = N_("Soon: %(theme)s"), N_("Do you come? %(theme)s")
# As long as somebody may look through old mail.
LINKS_KEPT = timedelta(days=365)


def _run(running: Running) -> None:
    given, left = running.given, True
    starts_at = datetime.fromisoformat(given["starts"])
    while left:
        with running.step() as db:
            left = remind_some(db, running.tools, given["slot"], starts_at, given["minutes"], now=utc_now())


def remind_some(db: Db, house: House, slot_id: int, starts_at: datetime, minutes: int, *, now: datetime) -> bool:
    """Write to some of those who are to be reminded of a slot so many minutes before `starts_at`; False: nobody is
    left."""
    for slot in slots.read(db, SLOT.c.id == slot_id, SLOT.c.starts_at == starts_at):
        facts = sessions.read(db, SESSION.c.id == slot.session_id)[0]
        if not _is_due(facts, slot, minutes, now):
            continue
        coming = dict.fromkeys(expected(db, facts, slot), minutes)
        silent = unasked(db, facts) if minutes == sessions.reminders_of(facts)[0] else []
        due = coming | dict.fromkeys(silent, ASKED)
        told = (_TOLD.c.slot_id == slot.id) & (_TOLD.c.minutes == minutes) & (_TOLD.c.starts_at == starts_at)
        done = set(db.execute(select(_TOLD.c.person_id).where(told)).scalars())
        waiting = [one for one in letters.readers(db, facts, due) if one.id not in done]
        _write(db, house, facts, slot, waiting[: letters.AT_ONCE], due, now)
        return len(waiting) > letters.AT_ONCE
    return False


def _is_due(facts: SessionFacts, slot: SlotFacts, minutes: int, now: datetime) -> bool:
    """Whether the session wants that reminder, and no later one is due by now: after a pause there is one mail."""
    known = sessions.reminders_of(facts)
    off = facts.published_at is None or facts.cancelled_at is not None or slot.cancelled_at is not None
    later = any(one < minutes and slot.starts_at - timedelta(minutes=one) <= now for one in known)
    return not off and minutes in known and not later and now < slot.starts_at


def expected(db: Db, facts: SessionFacts, slot: SlotFacts) -> set[int]:
    """Whom to remind of a slot: those who said yes, or if need be and yes to no other slot, and those who lead the
    session; but nobody who said no to it, or wants no reminders."""
    rows = db.execute(
        select(_ANSWER.c.slot_id, _ANSWER.c.person_id, _ANSWER.c.answer)
        .join_from(_ANSWER, SLOT, SLOT.c.id == _ANSWER.c.slot_id)
        .where(SLOT.c.session_id == facts.id, SLOT.c.cancelled_at.is_(None))
    ).all()
    here = {row.person_id: row.answer for row in rows if row.slot_id == slot.id}
    elsewhere = {row.person_id for row in rows if row.slot_id != slot.id and row.answer == Rsvp.YES}
    leads = set(db.execute(select(LEADERS.c.person_id).where(LEADERS.c.session_id == facts.id)).scalars())
    certain = {id_ for id_, answer in here.items() if answer == Rsvp.YES}
    perhaps = {id_ for id_, answer in here.items() if answer == Rsvp.IF_NEED_BE} - elsewhere
    refused = {id_ for id_, answer in here.items() if answer == Rsvp.NO}
    return (certain | perhaps | leads) - refused - _silent(db, facts.id)


def unasked(db: Db, facts: SessionFacts) -> set[int]:
    """Who takes part in the cohort, said nothing to any slot of the session, and was not asked before. Those who run it
    need not say."""
    mine = select(SLOT.c.id).where(SLOT.c.session_id == facts.id)
    spoke = select(_ANSWER.c.person_id).where(_ANSWER.c.slot_id.in_(mine))
    asked = select(_TOLD.c.person_id).where(_TOLD.c.slot_id.in_(mine), _TOLD.c.minutes == ASKED)
    leads = select(LEADERS.c.person_id).where(LEADERS.c.session_id == facts.id)
    without = {id_ for query in (spoke, asked, leads) for id_ in db.execute(query).scalars()}
    people = {one.person_id for one in leaders.choices(db, facts.cohort_id) if one.author.role != Role.FACILITATOR}
    return people - without - _silent(db, facts.id)


def _silent(db: Db, session_id: int) -> set[int]:
    return set(db.execute(select(_SILENT.c.person_id).where(_SILENT.c.session_id == session_id)).scalars())


def _write(
    db: Db, house: House, facts: SessionFacts, slot: SlotFacts, some: Sequence[To], due: dict[int, int], now: datetime
) -> None:
    mine = (_ANSWER.c.slot_id == slot.id) & _ANSWER.c.person_id.in_([one.id for one in some])
    said = {row.person_id: row for row in db.execute(select(_ANSWER).where(mine))}
    for one in some:
        _post(db, house, facts, slot, one, said.get(one.id), asks=due[one.id] == ASKED, now=now)
        noted = {"slot_id": slot.id, "person_id": one.id, "minutes": due[one.id], "starts_at": slot.starts_at}
        db.execute(insert(_TOLD).values(**noted, at=now))


def _post(
    db: Db, house: House, facts: SessionFacts, slot: SlotFacts, to: To, said: Any, *, asks: bool, now: datetime
) -> None:
    """A reminder, with the event as it is now; or the question, which puts nothing into a calendar."""
    language = choose(to.language, "", tuple(house.pages.languages.values()))
    origin, answer = house.settings.origin, said.answer if said else Rsvp.YES
    entry = calendars.entry_of(facts, slot, origin, certain=answer == Rsvp.YES)
    words, reader = house.pages.say(letters.WORDS, language), Reader(to.email, answer)
    file = calendars.file_of(entry, house.settings, method=REQUEST, words=words, now=now, to=reader)
    stop = f"{origin}/reminders/{new_link(db, facts.id, to.id, now=now)}"
    waits = said is not None and said.asked_at is not None and said.seated_at is None
    context = {"to": to, "session": facts, "slot": slot, "at": entry.url, "stop": stop, "waits": waits}
    context["others"] = [one.starts_at for one in _others(db, facts, slot, now)] if asks else []
    name = "mail/slot_question.txt" if asks else "mail/slot_reminder.txt"
    text = house.pages.text(name, context | {"answer": answer}, language)
    title = Message(QUESTION if asks else SUBJECT, {"theme": letters.short(facts.theme)})
    subject = house.pages.say(title, language)[:200]
    more: dict[str, Any] = {"expires_at": slot.ends_at, "unsubscribe": stop, "calendar": "" if asks or waits else file}
    post(db, to.email, subject, text, now, kind="session reminder", **more)


def _others(db: Db, facts: SessionFacts, slot: SlotFacts, now: datetime) -> list[SlotFacts]:
    """The other times at which somebody can come."""
    found = slots.standing(slots.read(db, SLOT.c.session_id == facts.id, SLOT.c.starts_at > now))
    return [one for one in found if one.id != slot.id]


@dataclass(frozen=True, slots=True)
class Stopping:
    """What the link of a reminder stops: of which session, for whom."""

    session_id: int
    person_id: int


def new_link(db: Db, session_id: int, person_id: int, *, now: datetime) -> str:
    """A link for a mail; its token."""
    token = secrets.token_urlsafe(32)
    db.execute(insert(_LINK).values(token_hash=hashed(token), session_id=session_id, person_id=person_id, at=now))
    return token


def link_with(db: Db, token: str) -> Stopping | None:
    """What that token stops; None: nobody was sent it, or long ago."""
    found = select(_LINK.c.session_id, _LINK.c.person_id).where(_LINK.c.token_hash == hashed(token))
    row = db.execute(found).first()
    return Stopping(*row) if row else None


def wants(db: Db, session_id: int, person_id: int) -> bool:
    """Whether somebody is reminded of that session."""
    return db.get(SessionSilence, (session_id, person_id)) is None


def stop(db: Db, session_id: int, person_id: int, *, now: datetime) -> None:
    """Remind somebody of that session no more. Harmless twice."""
    if wants(db, session_id, person_id):
        db.add(SessionSilence(session_id=session_id, person_id=person_id, at=now))


def start(db: Db, session_id: int, person_id: int) -> None:
    """Remind them again."""
    db.execute(delete(_SILENT).where(_SILENT.c.session_id == session_id, _SILENT.c.person_id == person_id))


def clear(db: Db, now: datetime) -> None:
    """Forget links of more than a year ago."""
    db.execute(delete(_LINK).where(_LINK.c.at < now - LINKS_KEPT))


works = [Work(slots.REMINDS, _run, lane="mail", first=True), hourly("reminder links", clear)]
