"""What the clock does to open pages: when a slot begins and when it is over they are told, because the state of its
session is another one. Rights and states need none of this (states.py)."""

from __future__ import annotations

from server.db import Db
from server.jobs import Running, Work
from sessions import sessions, slots
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT, TURNS


def _turn(running: Running) -> None:
    with running.step() as db:
        for slot in slots.read(db, SLOT.c.id == running.given["slot"], SLOT.c.cancelled_at.is_(None)):
            for facts in sessions.read(db, SESSION.c.id == slot.session_id, SESSION.c.cancelled_at.is_(None)):
                turned(db, facts)


def turned(db: Db, facts: SessionFacts) -> None:
    """The state of a session or of one of its slots may be another one now."""
    sessions.tell(db, facts)
    slots.tell(db, facts.id)


# Beside the mails: in the slow lane an import would let a session seem to come for as long as it lasts.
works = [Work(TURNS, _turn, lane="mail", first=True)]
