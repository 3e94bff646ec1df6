"""What is talked about beside initiatives: the threads of a thematic session, and those about one thing on a matter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from feedback.models import Subject, Thread
from feedback.threads import AUDIENCE, THREAD, ThreadNow
from server.db import Db
from server.live.log import new_stream


def open_for_session(db: Db, session_id: int, cohort_id: int, *, around_id: int, about: str, attribution: str) -> None:
    """The threads of a session that is planned just now: one for each audience of its cohort. `around_id`: its stream;
    `about`: its theme."""
    wide = select(AUDIENCE.c.id).where(AUDIENCE.c.cohort_id == cohort_id, AUDIENCE.c.team_id.is_(None))
    for audience_id in db.execute(wide.order_by(AUDIENCE.c.id)).scalars().all():
        where: dict[str, Any] = {"session_id": session_id, "audience_id": audience_id, "around_id": around_id}
        told: dict[str, Any] = {"subject": Subject.SESSION, "about": about, "attribution": attribution}
        db.add(Thread(stream_id=new_stream(db, "thread"), **where, **told))
    db.flush()


def session_changed(db: Db, session_id: int, *, about: str, attribution: str) -> None:
    """The session is called otherwise, or tells less or more of who says what."""
    values = {"about": about, "attribution": attribution}
    db.execute(update(THREAD).where(THREAD.c.session_id == session_id).values(**values))


def open_about(db: Db, whole: ThreadNow, subject: Subject, subject_id: int) -> Thread:
    """A thread about one thing on the matter of `whole`, for the same audience."""
    kept = ("initiative_id", "session_id", "audience_id", "around_id", "about", "attribution")
    row = db.execute(select(*(THREAD.c[name] for name in kept)).where(THREAD.c.id == whole.id)).one()
    thread = Thread(stream_id=new_stream(db, "thread"), whole_id=whole.id, **row._mapping)
    thread.subject, thread.subject_id = subject, subject_id
    db.add(thread)
    db.flush()
    return thread
