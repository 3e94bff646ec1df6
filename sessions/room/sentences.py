"""Check-in and check-out: a moment in which everybody in the room says one sentence, changed until it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cohorts.identity import Author
from feedback.threads import AUTHOR, with_author
from server.db import Db, ask
from sessions.room import rooms
from sessions.room.models import Moment, Sentence
from sessions.room.rooms import CAME, RoomFacts

SENTENCE: Any = Sentence.__table__  # type: ignore[attr-defined]


SAID = (
    select(SENTENCE.c.moment, SENTENCE.c.words, SENTENCE.c.attribution, *AUTHOR)
    .select_from(with_author(SENTENCE, SENTENCE.c.membership_id))
    .where(SENTENCE.c.slot_id == bindparam("slot"))
    .order_by(SENTENCE.c.at, SENTENCE.c.person_id)
)


class Said(NamedTuple):
    """What somebody said in a moment; `attribution`: in whose name it is shown at most."""

    moment: str
    words: str
    attribution: str
    author: Author


def regions(slot_id: int) -> tuple[str, str]:
    """What shows the sentences, and where each person writes their own."""
    return f"room-sentences-{slot_id}", f"room-moment-{slot_id}"


def open_moment(db: Db, room: RoomFacts, moment: Moment | None, *, base: int) -> None:
    """Ask everybody for a sentence, or, None, end that. What was said stays. Raises Elsewhen."""
    rooms.change(db, room, *regions(room.slot_id), base=base, moment=moment or "")


def say(
    db: Db, room: RoomFacts, words: str, *, person_id: int, membership_id: int, attribution: str, now: datetime
) -> None:
    """Somebody's sentence in the moment that is open; said again, it takes the place of the first."""
    insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    key = {"slot_id": room.slot_id, "moment": room.moment, "person_id": person_id}
    values = {"membership_id": membership_id, "attribution": attribution, "words": words}
    # Its place in the list is that of the first.
    made = insert_new(SENTENCE).values(**key, **values, at=now)
    db.execute(made.on_conflict_do_update(index_elements=list(key), set_=values))
    rooms.tell(db, room, regions(room.slot_id)[0])


def said(db: Db, slot_id: int) -> list[Said]:
    """Everything that was said in the moments of a room, in the order in which each began to be: one query."""
    return [
        Said(
            row.moment,
            row.words,
            row.attribution,
            Author(row.name, row.organisation, row.country, row.role, row.team or "", row.sample),
        )
        for row in ask(db, SAID, slot=slot_id)
    ]


def own(db: Db, room: RoomFacts, person_id: int) -> str:
    """What that person said in the moment that is open."""
    mine = (SENTENCE.c.slot_id == room.slot_id) & (SENTENCE.c.person_id == person_id)
    found = db.execute(select(SENTENCE.c.words).where(mine, SENTENCE.c.moment == room.moment)).scalar()
    return str(found or "")


def silent(db: Db, room: RoomFacts) -> int:
    """How many of those who came have said nothing yet in the moment that is open."""
    done = exists().where(
        SENTENCE.c.slot_id == CAME.c.slot_id,
        SENTENCE.c.person_id == CAME.c.person_id,
        SENTENCE.c.moment == room.moment,
    )
    here = select(func.count()).select_from(CAME).where(CAME.c.slot_id == room.slot_id, ~done)
    return int(db.execute(here).scalar_one())


def _somebody_came(db: Db, room: RoomFacts, person_id: int, now: datetime) -> None:
    if room.moment:
        rooms.tell(db, room, regions(room.slot_id)[0])


rooms.when_somebody_comes.append(_somebody_came)
