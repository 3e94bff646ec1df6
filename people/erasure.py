"""Erasing somebody at their wish (GDPR, article 17): what names them goes, and what others need of it stays unnamed.

This file takes away what it knows: name, address, logins, mails. Packages above add what they keep about people,
through functions registered in server/app.py as "person erased": each is called with (db, leaving) in the same
transaction, while the name and the address still stand. Whatever one of them refuses undoes everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from people import persons
from people.models import Erasure, Login, Person, SignInMail
from server.audit import AuditEntry, note
from server.db import Db
from server.languages import N_
from server.live.log import touch
from server.mail import Mail
from server.receipts import Receipt
from server.refusals import Message

ERASED = "person erased"
# Stands in the table where the name stood, so that every surface shows it without knowing of erasures.
GONE = N_("Somebody who left")


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who is being erased, as they were. `words`: what they wrote is to be erased too."""

    person_id: int
    name: str
    email: str
    now: datetime
    words: bool


class CannotErase(Exception):
    """Somebody who has to stay; `message` says why and what to do."""

    def __init__(self, msgid: str) -> None:
        super().__init__(msgid)
        self.message = Message(msgid)


Hook = Callable[[Db, Leaving], None]


def find(db: Db, who: str) -> Person | None:
    """The person with that id or address, as it is typed on a command line."""
    return persons.by_id(db, int(who)) if who.isdecimal() and len(who) < 10 else persons.by_email(db, who)


def erase(
    db: Db, person_id: int, *, now: datetime, words: bool, tell: Iterable[Hook], by_id: int | None = None
) -> None:
    """Erase that person; `tell` are the functions of the other packages. Raises CannotErase. Harmless twice.

    The database must write what is touched before it commits (server.live.log.write_touched), so that open pages of
    a running server show the change within two seconds.
    """
    person = db.get_one(Person, person_id, with_for_update=True)
    if db.get(Erasure, person_id) is not None:
        return
    leaving = Leaving(person_id, person.name, person.email, now, words)
    for part in tell:
        part(db, leaving)
    note(db, ERASED, by_id=by_id, person_id=person_id, now=now)
    db.flush()
    _forget(db, leaving)
    # No address looks like this, so nobody can ask for a mail to it.
    person.name, person.email, person.time_zone, person.language = GONE, f"erased-{person_id}", "", ""
    db.add(Erasure(person_id=person_id, at=now))
    db.flush()
    touch(db, person.stream_id, persons.ACCESS)


def _forget(db: Db, leaving: Leaving) -> None:
    for table in (Login, SignInMail, Receipt):
        db.execute(delete(table).where(table.person_id == leaving.person_id))  # type: ignore[arg-type]
    db.execute(delete(Mail).where(Mail.to == leaving.email))  # type: ignore[arg-type]
    entry: Any = AuditEntry.__table__  # type: ignore[attr-defined]
    # What was done stays in the audit log, without the name of whom it was done to.
    unnamed = func.replace(func.replace(entry.c.words, leaving.email, GONE), leaving.name, GONE)
    theirs = (entry.c.person_id == leaving.person_id) | (entry.c.by_id == leaving.person_id)
    named = entry.c.words.contains(leaving.name, autoescape=True) | entry.c.words.contains(
        leaving.email, autoescape=True
    )
    db.execute(update(entry).where(theirs | named).values(words=unnamed))


def is_erased(db: Db, person_id: int) -> bool:
    """Whether that person was erased."""
    return db.execute(select(Erasure.person_id).where(Erasure.person_id == person_id)).first() is not None  # type: ignore[call-overload]
