"""What this package holds about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select

from people.erasure import Leaving
from people.traces import Told, rows
from server.db import Db
from sessions.answers import ANSWER
from sessions.attendance import CAME
from sessions.models import CalendarFeed, SessionSilence, SilenceLink, SlotReminded
from sessions.sessions import LEADERS, SESSION

_FEED: Any = CalendarFeed.__table__  # type: ignore[attr-defined]
_SILENT: Any = SessionSilence.__table__  # type: ignore[attr-defined]
_LINK: Any = SilenceLink.__table__  # type: ignore[attr-defined]
_TOLD: Any = SlotReminded.__table__  # type: ignore[attr-defined]


def about(db: Db, person_id: int) -> Told:
    """Their answers, where they came, when they were reminded, and since when a calendar reads their slots."""
    kept = {
        "session_answers": (ANSWER, ("slot_id", "answer", "at", "asked_at", "seated_at")),
        "sessions_attended": (CAME, ("slot_id", "came_at")),
        "session_reminders": (_TOLD, ("slot_id", "minutes", "at")),
        "sessions_unreminded": (_SILENT, ("session_id", "at")),
        "calendar_feed": (_FEED, ("at",)),
        "session_unsubscribe_links": (_LINK, ("session_id", "at")),
        "sessions_led": (LEADERS, ("session_id", "part", "at")),
    }
    told = {
        name: rows(db, select(*(table.c[one] for one in names)).where(table.c.person_id == person_id))
        for name, (table, names) in kept.items()
    }
    ran = or_(*(SESSION.c[name] == person_id for name in ("by_id", "published_by_id", "cancelled_by_id")))
    planned = select(*(SESSION.c[name] for name in ("id", "theme", "at", "published_at", "cancelled_at")))
    return told | {"sessions_planned": rows(db, planned.where(ran).order_by(SESSION.c.id))}


def erase(db: Db, leaving: Leaving) -> None:
    """What is theirs alone goes. Their seats go to others because their memberships end; that somebody was there stays,
    without a name."""
    for table in (_FEED, _SILENT, _LINK, _TOLD):
        db.execute(delete(table).where(table.c.person_id == leaving.person_id))
