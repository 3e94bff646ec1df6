"""Impressions: whether a slot was worth the time of those who were there. Nobody reads whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite

from cohorts.models import Audience, AudienceKind
from feedback import notices
from feedback.notices import NOTICE
from server.db import Db
from server.languages import N_
from sessions.room import recaps, rooms
from sessions.room.models import Impression
from sessions.room.rooms import CAME, ROOM, RoomFacts
from sessions.sessions import SessionFacts
from sessions.slots import SLOT

IMPRESSION: Any = Impression.__table__  # type: ignore[attr-defined]
_AUDIENCE: Any = Audience.__table__  # type: ignore[attr-defined]
LEVELS = (1, 2, 3, 4, 5)
# Of fewer, each would be known by who was there.
FEWEST = 3
CHANGEABLE = timedelta(days=14)
ASKED = "slot over"
notices.KINDS[ASKED] = N_("You were in a session: was it worth your time?")


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody said of a slot."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Together:
    """What people said of slots. `counts`: persons by level, of all levels; `words`: in the order of their letters, so
    that no order tells who was first."""

    answered: int
    counts: tuple[tuple[int, int], ...]
    words: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Of the levels."""
        return sum(level * count for level, count in self.counts) / self.answered


def url_of(slot_id: int) -> str:
    """Where somebody says it."""
    return f"/slots/{slot_id}/impression"


def may_say(came: bool, ended_at: datetime | None, now: datetime) -> bool:
    """Who was there, once it is over, and for some days."""
    return came and ended_at is not None and ended_at <= now < ended_at + CHANGEABLE


def was_there(db: Db, slot_id: int, person_id: int) -> bool:
    """Whether that person came to a slot."""
    here = exists().where(CAME.c.slot_id == slot_id, CAME.c.person_id == person_id)
    return bool(db.execute(select(here)).scalar())


def own(db: Db, slot_id: int, person_id: int) -> Own | None:
    """What that person said of it."""
    mine = (IMPRESSION.c.slot_id == slot_id) & (IMPRESSION.c.person_id == person_id)
    row = db.execute(select(IMPRESSION.c.level, IMPRESSION.c.words).where(mine)).first()
    return Own(row.level, row.words) if row else None


def say(db: Db, room: RoomFacts, level: int, words: str, *, person_id: int, membership_id: int, now: datetime) -> None:
    """Say it, or say it otherwise."""
    insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    said = {"membership_id": membership_id, "level": level, "words": words, "at": now}
    row = insert_new(IMPRESSION).values(slot_id=room.slot_id, person_id=person_id, **said)
    db.execute(row.on_conflict_do_update(index_elements=["slot_id", "person_id"], set_=said))
    session_id = db.execute(select(SLOT.c.session_id).where(SLOT.c.id == room.slot_id)).scalar_one()
    # As long as it is shown to nobody, nobody is told that it is there.
    if together(db, _over(db, session_id)) is not None:
        recaps.tell(db, session_id)


def _over(db: Db, session_id: int) -> list[int]:
    here = SLOT.join(ROOM, ROOM.c.slot_id == SLOT.c.id)
    rows = select(SLOT.c.id).select_from(here).where(SLOT.c.session_id == session_id, ROOM.c.ended_at.is_not(None))
    return list(db.execute(rows).scalars())


def together(db: Db, slot_ids: Iterable[int]) -> Together | None:
    """What was said of those slots; None as long as it comes from too few. One query."""
    mine = IMPRESSION.c.slot_id.in_(sorted(slot_ids))
    found = db.execute(select(IMPRESSION.c.level, IMPRESSION.c.words).where(mine)).all()
    if len(found) < FEWEST:
        return None
    counts = Counter(row.level for row in found)
    words = sorted((row.words for row in found if row.words), key=lambda text: (text.casefold(), text))
    return Together(len(found), tuple((level, counts[level]) for level in LEVELS), tuple(words))


def ask(db: Db, facts: SessionFacts, room: RoomFacts, now: datetime) -> None:
    """It is over: everybody who was there is asked once, at their bell. Harmless twice."""
    url = url_of(room.slot_id)
    told = exists().where(NOTICE.c.person_id == CAME.c.person_id, NOTICE.c.url == url)
    people = db.execute(select(CAME.c.person_id).where(CAME.c.slot_id == room.slot_id, ~told)).scalars().all()
    here = (_AUDIENCE.c.cohort_id == facts.cohort_id) & (_AUDIENCE.c.kind == AudienceKind.COHORT)
    audience_id = db.execute(select(_AUDIENCE.c.id).where(here)).scalar_one()
    notices.tell(db, people, ASKED, now=now, url=url, about=facts.theme, audience_id=audience_id)


rooms.when_over.append(ask)
