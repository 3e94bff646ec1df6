"""Persons: found by their address, added, and what they choose for themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from people.models import Person
from server.db import Db
from server.live.log import new_stream, touch

ACCESS = "access"


def folded(email: str) -> str:
    """An address as it is stored and looked up: without spaces around it, in lower case."""
    return email.strip().lower()


def by_email(db: Db, email: str) -> Person | None:
    """The person with that address, or None."""
    return db.execute(select(Person).where(Person.email == folded(email))).scalar_one_or_none()  # type: ignore[arg-type]


def by_id(db: Db, person_id: int) -> Person | None:
    """The person, or None."""
    return db.get(Person, person_id)


def add(
    db: Db,
    *,
    name: str,
    email: str,
    organisation_id: int,
    time_zone: str = "",
    language: str = "",
    sample: bool = False,
) -> Person:
    """A new person, with the streams that open pages of theirs follow."""
    person = Person(
        name=name,
        email=folded(email),
        organisation_id=organisation_id,
        time_zone=time_zone,
        language=language,
        sample=sample,
        stream_id=new_stream(db, "person"),
        bell_stream_id=new_stream(db, "bell"),
    )
    db.add(person)
    db.flush()
    return person


def change(db: Db, person_id: int, stream_id: int, **chosen: Any) -> None:
    """Set what the person chose (name, time_zone, language) and let their open pages know."""
    db.execute(update(Person).where(Person.id == person_id).values(**chosen))  # type: ignore[arg-type]
    touch(db, stream_id, ACCESS)
