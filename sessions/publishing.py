"""What a cohort is told of: a session is published, made a draft again, called off; one is made after another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from cohorts.memberships import let_everybody_ask
from feedback import notices
from feedback.advice.prompts import PROMPT
from server.db import Db
from sessions import letters, sessions, slots, telling
from sessions.models import ThematicSession
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SlotFacts, Time


class Prompted(Exception):
    """The session cannot be a draft again: somebody left a prompt on it."""


class Answered(Exception):
    """The session cannot be a draft again: so many people answered to it."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def publish(db: Db, facts: SessionFacts, *, by_id: int, now: datetime) -> None:
    """Let the cohort know of the session, and ring its bells. Harmless twice."""
    if _is_public(db, facts):
        return
    sessions.publish(db, facts, by_id=by_id, now=now)
    slots.tell(db, facts.id)
    telling.tell(db, facts, telling.cohort_of(db, facts), telling.PUBLISHED, by_id=by_id, now=now)


def _is_public(db: Db, facts: SessionFacts) -> bool:
    return db.get_one(ThematicSession, facts.id, with_for_update=True).published_at is not None


def unpublish(db: Db, facts: SessionFacts) -> None:
    """Make it a draft again, and take back what was told of it. Open pages of others close. Raises Answered,
    Prompted."""
    if not _is_public(db, facts):
        return
    if count := len(telling.answered(db, facts.id)):
        raise Answered(count)
    if db.execute(select(PROMPT.c.id).where(PROMPT.c.session_id == facts.id).limit(1)).first() is not None:
        raise Prompted
    sessions.unpublish(db, facts)
    notices.take_back(db, telling.url_of(facts.id))
    let_everybody_ask(db, facts.cohort_id)


def call_off(db: Db, facts: SessionFacts, *, why: str, by_id: int, now: datetime) -> None:
    """Call the session off with all its slots, and tell those who answered. Harmless twice."""
    if db.get_one(ThematicSession, facts.id, with_for_update=True).cancelled_at is not None:
        return
    sessions.cancel(db, facts, why=why, by_id=by_id, now=now)
    slots.follow(db, facts.id, now=now)
    telling.tell(db, facts, telling.answered(db, facts.id), telling.OFF, by_id=by_id, now=now)
    for slot in slots.standing(slots.of_sessions(db, [facts.id]).get(facts.id, [])):
        letters.tell(db, slot.id, letters.OFF, but=by_id, now=now)


def move_slot(db: Db, facts: SessionFacts, slot: SlotFacts, time: Time, *, by_id: int, now: datetime) -> None:
    """Move a slot, and tell those who answered to it if it begins or ends at another instant. Raises Overlaps."""
    slots.move(db, facts, slot, time, now=now)
    if (time.starts_at, time.minutes) != (slot.starts_at, slot.minutes):
        telling.tell(db, facts, telling.answered(db, facts.id, slot.id), telling.MOVED, by_id=by_id, now=now)
        letters.tell(db, slot.id, letters.MOVED, but=by_id, now=now)


def call_slot_off(db: Db, facts: SessionFacts, slot: SlotFacts, *, why: str, by_id: int, now: datetime) -> None:
    """Call one slot off, and tell those who answered to it. Harmless twice."""
    if slot.cancelled_at is None:
        slots.cancel(db, facts, slot, why=why, now=now)
        telling.tell(db, facts, telling.answered(db, facts.id, slot.id), telling.SLOT_OFF, by_id=by_id, now=now)
        letters.tell(db, slot.id, letters.OFF, but=by_id, now=now)


def duplicate(db: Db, facts: SessionFacts, theme: str, *, by_id: int, now: datetime) -> SessionFacts:
    """A draft with the same texts, people and agenda, and without slots."""
    plan = replace(sessions.plan_of(db, facts), theme=theme)
    made = sessions.plan(db, facts.cohort_id, plan, by_id=by_id, now=now)
    return sessions.read(db, SESSION.c.id == made.id)[0]
