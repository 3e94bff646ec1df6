"""Mail about slots: somebody has a seat now, a slot is another one, or it was called off; each with a calendar file.

A job writes them for the people it was asked for, some in each step, and its progress is written with the mails: a
process that is killed writes nobody twice. Who wants no mail at all gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from cohorts.models import Cohort, Programme
from feedback.follows import SETTING
from feedback.models import MailWish
from feedback.notices import NOTICE
from people.erasure import GONE
from people.models import Person
from server.clock import utc_now
from server.db import Db
from server.house import House
from server.jobs import Running, Work, enqueue
from server.languages import N_, choose
from server.mail import post
from server.refusals import Message
from sessions import calendars, leaders, sessions, slots, telling
from sessions.calendars import CANCEL, REQUEST, Reader
from sessions.models import Rsvp, SlotAnswer
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT, SlotFacts

_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_ANSWER: Any = SlotAnswer.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
WRITE = "slot mails"
SEAT, MOVED, OFF = "seat", "moved", "off"
SUBJECTS = {
    SEAT: N_("You have a seat: %(theme)s"),
    MOVED: N_("Another time: %(theme)s"),
    OFF: N_("Called off: %(theme)s"),
}
# What stands in a calendar above the address of the page.
WORDS = N_("What it is about, and who to tell if you cannot come:")
# So many mails are written in one transaction: SQLite has one writer.
AT_ONCE = 50
# A subject has room for 200 characters, in every language.
MOST_IN_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class To:
    """Whom a mail is for. `zone`: an IANA name, the programme's where theirs is not known."""

    id: int
    name: str
    email: str
    language: str
    zone: str


def ask(db: Db, slot: SlotFacts, what: str, people: Iterable[int], *, now: datetime) -> None:
    """Ask for such a mail to each of those people, after the commit."""
    ids = sorted(set(people))
    if ids:
        enqueue(db, WRITE, now=now, slot=slot.id, what=what, people=ids, starts=slot.starts_at.isoformat())


def hopeful(db: Db, slot_id: int) -> list[int]:
    """Who said to come to a slot, for sure or if need be: ids of people."""
    here = (_ANSWER.c.slot_id == slot_id) & _ANSWER.c.answer.in_([Rsvp.YES, Rsvp.IF_NEED_BE])
    return list(db.execute(select(_ANSWER.c.person_id).where(here).order_by(_ANSWER.c.person_id)).scalars())


def tell(db: Db, slot_id: int, what: str, *, but: int | None, now: datetime) -> None:
    """Write to all who said to come to a slot that it was moved or called off; `but` did it."""
    for slot in slots.read(db, SLOT.c.id == slot_id):
        ask(db, slot, what, [one for one in hopeful(db, slot_id) if one != but], now=now)


def _run(running: Running) -> None:
    given, people = running.given, running.given["people"]
    while running.done < len(people):
        upto = min(running.done + AT_ONCE, len(people))
        with running.step(done=upto, total=len(people)) as db:
            write(db, running.tools, given["slot"], given["what"], people[running.done : upto], given["starts"])


def write(db: Db, house: House, slot_id: int, what: str, people: Sequence[int], starts: str) -> None:
    """The mails to those of these people who still take part and want mail. Nothing of a slot that was moved again
    meanwhile or begins at another time: there is another mail of that."""
    now = utc_now()
    for slot in slots.read(db, SLOT.c.id == slot_id):
        facts = sessions.read(db, SESSION.c.id == slot.session_id)[0]
        off = facts.cancelled_at is not None or slot.cancelled_at is not None
        if off != (what == OFF) or slot.starts_at.isoformat() != starts or slot.ends_at <= now:
            continue
        rows = db.execute(select(_ANSWER).where(_ANSWER.c.slot_id == slot_id, _ANSWER.c.person_id.in_(people)))
        said = {row.person_id: row for row in rows if row.answer != Rsvp.NO}
        if what == SEAT:
            said = {id_: row for id_, row in said.items() if row.seated_at is not None}
        for one in readers(db, facts, said):
            send(db, house, one, facts, slot, what, answer=said[one.id].answer, now=now)
        _is_mailed(db, facts, people, now)


def readers(db: Db, facts: SessionFacts, people: Iterable[int]) -> list[To]:
    """Those of these people who take part in the cohort of a session now and want mail: two queries."""
    wanted = set(people) & {one.person_id for one in leaders.choices(db, facts.cohort_id)}
    never = select(SETTING.c.person_id).where(SETTING.c.mail == MailWish.NEVER)
    zone = select(_PROGRAMME.c.time_zone).join_from(_COHORT, _PROGRAMME, _PROGRAMME.c.id == _COHORT.c.programme_id)
    there = zone.where(_COHORT.c.id == facts.cohort_id).scalar_subquery()
    columns = (_PERSON.c[name] for name in ("id", "name", "email", "language", "time_zone"))
    here = _PERSON.c.id.in_(sorted(wanted)) & _PERSON.c.id.not_in(never) & (_PERSON.c.name != GONE)
    rows = db.execute(select(*columns, there.label("there")).where(here).order_by(_PERSON.c.id))
    return [To(id_, name, email, language, own or theirs) for id_, name, email, language, own, theirs in rows]


def send(
    db: Db, house: House, to: To, facts: SessionFacts, slot: SlotFacts, what: str, *, answer: str, now: datetime
) -> None:
    """One mail, in its reader's language and zone, with the event as it is now."""
    language = choose(to.language, "", tuple(house.pages.languages.values()))
    entry = calendars.entry_of(facts, slot, house.settings.origin, certain=answer == Rsvp.YES)
    method = CANCEL if what == OFF else REQUEST
    words = house.pages.say(WORDS, language)
    reader = Reader(to.email, answer)
    file = calendars.file_of(entry, house.settings, method=method, words=words, now=now, to=reader)
    context = {"to": to, "session": facts, "slot": slot, "at": entry.url, "what": what}
    text = house.pages.text("mail/slot.txt", context, language)
    subject = house.pages.say(Message(SUBJECTS[what], {"theme": short(facts.theme)}), language)
    post(db, to.email, subject[:200], text, now, kind="session", expires_at=slot.ends_at, calendar=file)


def short(theme: str) -> str:
    """A theme with room beside it in a subject."""
    return theme if len(theme) <= MOST_IN_SUBJECT else theme[: MOST_IN_SUBJECT - 1] + "…"


def _is_mailed(db: Db, facts: SessionFacts, people: Sequence[int], now: datetime) -> None:
    """What their bell says of it needs no other mail."""
    told = (NOTICE.c.url == telling.url_of(facts.id)) & NOTICE.c.person_id.in_(people)
    mine = told & (NOTICE.c.kind != telling.PUBLISHED) & NOTICE.c.mailed_at.is_(None)
    db.execute(update(NOTICE).where(mine).values(mailed_at=now))


works = [Work(WRITE, _run, lane="mail")]
