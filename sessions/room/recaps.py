"""The recap of a session: there by itself once a room of it is over, read by those who run it, then published.

The row keeps what facilitators wrote over it; everything else is gathered from the rooms whenever it is read
(gathering.py). Regions: `recap-ID` on its stream, `recap-run-ID` on its run stream, `recap-way-ID` on the session's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cohorts.memberships import tell_everybody
from cohorts.models import Audience, AudienceKind
from feedback import notices
from server.db import Db
from server.languages import N_
from server.live.log import new_stream, touch
from server.markdown import to_html
from sessions import attendance, sessions, telling
from sessions.room import outcomes, polls, rooms
from sessions.room.models import Recap
from sessions.room.rooms import RoomFacts
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT

RECAP: Any = Recap.__table__  # type: ignore[attr-defined]
_AUDIENCE: Any = Audience.__table__  # type: ignore[attr-defined]
PUBLISHED = "recap published"
notices.KINDS[PUBLISHED] = N_("The recap of a session was published")


class Changed(Exception):
    """Somebody else changed the recap, or another slot ended, after the form was made."""


@dataclass(frozen=True, slots=True)
class RecapFacts:
    """A recap as it is now; the columns are explained in models.py."""

    session_id: int
    intro: str
    intro_html: str
    notes: str
    notes_html: str
    notes_edited: bool
    version: int
    published_at: datetime | None
    stream_id: int
    run_stream_id: int


_COLUMNS = tuple(RECAP.c[field.name] for field in fields(RecapFacts))


def read(db: Db, *conditions: ColumnElement[bool]) -> list[RecapFacts]:
    """The recaps that meet the conditions: one query. Says nothing about who may read them."""
    return [RecapFacts(*row) for row in db.execute(select(*_COLUMNS).where(*conditions))]


def of_session(db: Db, session_id: int) -> RecapFacts | None:
    """The recap of a session, once a room of it is over."""
    return next(iter(read(db, RECAP.c.session_id == session_id)), None)


def url_of(session_id: int) -> str:
    """Where it is read."""
    return f"{telling.url_of(session_id)}/recap"


def make(db: Db, facts: SessionFacts, room: RoomFacts, now: datetime) -> None:
    """A room of that session is over: there is a recap, and it says more now. Harmless twice."""
    if of_session(db, facts.id) is None:
        insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        stream_id, run_stream_id = new_stream(db, "recap"), new_stream(db, "recap run")
        row = Recap(session_id=facts.id, made_at=now, stream_id=stream_id, run_stream_id=run_stream_id)
        values = {column.name: getattr(row, column.name) for column in RECAP.columns}
        db.execute(insert_new(RECAP).values(**values).on_conflict_do_nothing())
    say_anew(db, facts)


def say_anew(db: Db, facts: SessionFacts) -> None:
    """Another room of the session is over, or one that was is open again. Who is writing over the recap has not seen
    that."""
    db.execute(update(RECAP).where(RECAP.c.session_id == facts.id).values(version=RECAP.c.version + 1))
    tell(db, facts.id)
    _tell_way(db, facts)


def tell(db: Db, session_id: int) -> None:
    """What the recap shows changed."""
    for one in read(db, RECAP.c.session_id == session_id):
        touch(db, one.stream_id, f"recap-{session_id}")
        touch(db, one.run_stream_id, f"recap-run-{session_id}")


def tell_of_room(db: Db, room: RoomFacts) -> None:
    """The same from a room of it. What happens in one that is open stands in no recap yet."""
    if room.ended_at is not None:
        tell(db, db.execute(select(SLOT.c.session_id).where(SLOT.c.id == room.slot_id)).scalar_one())


def tell_of_slot(db: Db, slot_id: int) -> None:
    """The same from a slot of which somebody noted who came."""
    room = rooms.of_slot(db, slot_id)
    if room is not None:
        tell_of_room(db, room)


def _tell_way(db: Db, facts: SessionFacts) -> None:
    touch(db, facts.stream_id, f"recap-way-{facts.id}")


def write(db: Db, recap: RecapFacts, *, intro: str, notes: str | None, base: int) -> None:
    """What facilitators say in it. `notes` None: the merged notes stand. Raises Changed."""
    texts = {"intro": intro, "notes": notes or ""}
    rendered = {f"{name}_html": to_html(text) if text else "" for name, text in texts.items()}
    values = texts | rendered | {"notes_edited": notes is not None}
    mine = (RECAP.c.session_id == recap.session_id) & (RECAP.c.version == base)
    done = db.execute(update(RECAP).where(mine).values(version=RECAP.c.version + 1, **values))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Changed
    tell(db, recap.session_id)


def publish(db: Db, facts: SessionFacts, recap: RecapFacts, *, by_id: int, now: datetime) -> None:
    """Let everybody who takes part in the cohort read it, and tell them at their bell. Harmless twice."""
    values = {"published_at": now, "published_by_id": by_id, "version": RECAP.c.version + 1}
    if not _turn(db, facts, RECAP.c.published_at.is_(None), values):
        return
    here = (_AUDIENCE.c.cohort_id == facts.cohort_id) & (_AUDIENCE.c.kind == AudienceKind.COHORT)
    audience_id = db.execute(select(_AUDIENCE.c.id).where(here)).scalar_one()
    others = [one for one in telling.cohort_of(db, facts) if one != by_id]
    told = {"url": url_of(facts.id), "about": facts.theme, "audience_id": audience_id}
    notices.tell(db, others, PUBLISHED, now=now, **told)


def withdraw(db: Db, facts: SessionFacts, recap: RecapFacts) -> None:
    """It was published too early: open pages of others close. Harmless twice."""
    values = {"published_at": None, "published_by_id": None, "version": RECAP.c.version + 1}
    if _turn(db, facts, RECAP.c.published_at.is_not(None), values):
        notices.take_back(db, url_of(facts.id))
        tell_everybody(db, facts.cohort_id)


def _turn(db: Db, facts: SessionFacts, stands: ColumnElement[bool], values: dict[str, Any]) -> bool:
    done = db.execute(update(RECAP).where(RECAP.c.session_id == facts.id, stands).values(**values))
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    tell(db, facts.id)
    _tell_way(db, facts)
    return True


def session_of(db: Db, recap: RecapFacts) -> SessionFacts:
    """The session it is about."""
    return sessions.read(db, SESSION.c.id == recap.session_id)[0]


def _session_changed(db: Db, facts: SessionFacts) -> None:
    """Another room of it may be open now, or was called off."""
    tell(db, facts.id)


sessions.when_told.append(_session_changed)
rooms.when_over.append(make)
rooms.when_resumed.append(say_anew)
outcomes.when_changed.append(tell_of_room)
polls.when_changed.append(tell_of_room)
attendance.when_corrected.append(tell_of_slot)
