"""The live lists of sessions. Contexts know the vantage's view and the state at this moment, never who is looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_

from server.db import Db
from server.languages import N_
from server.pages import Fragment
from sessions import sessions, slots
from sessions.policies import visible_sessions
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT, SlotFacts
from sessions.states import SessionState, session_state
from sessions.web.words import STATES, UNDATED

NONE_AHEAD = N_("No session is planned now.")
NO_DRAFTS = N_("Nothing is being prepared.")
GROUPS = (
    (N_("On now"), SessionState.RUNNING),
    (N_("To come"), SessionState.TO_COME),
    (N_("Over"), SessionState.PAST),
    (N_("Called off"), SessionState.CANCELLED),
)


class SessionRow(NamedTuple):
    """A session in a list: `word` is a msgid, `times` when its next slots begin, else when its last ones began."""

    id: int
    theme: str
    state: str
    word: str
    times: tuple[datetime, ...]
    zone: str


class SessionsShown(NamedTuple):
    """The sessions of a cohort in a list. `empty`: the sentence in place of rows, a msgid."""

    cohort_id: int
    rows: tuple[SessionRow, ...]
    empty: str


class SessionsGrouped(NamedTuple):
    """The published sessions of a cohort by their state: (msgid of the heading, rows), without empty groups."""

    cohort_id: int
    groups: tuple[tuple[str, tuple[SessionRow, ...]], ...]


def row(facts: SessionFacts, offered: Sequence[SlotFacts], zone: str, now: datetime) -> SessionRow:
    """A session in a list, at that moment."""
    there = slots.standing(offered)
    state = session_state(facts.published_at, facts.cancelled_at, [slot.lasts for slot in there], now)
    times = [slot.starts_at for slot in there if slot.stops_at > now] or [slot.starts_at for slot in there]
    word = STATES[state] if there or state not in (SessionState.TO_COME,) else UNDATED
    return SessionRow(facts.id, facts.theme, state, word, tuple(times), zone)


def _rows(
    db: Db, cohort_id: int, roles: frozenset[str], zone: str, now: datetime, *, published: bool = True
) -> list[SessionRow]:
    is_out = SESSION.c.published_at.is_not(None) if published else SESSION.c.published_at.is_(None)
    found = sessions.read(db, SESSION.c.cohort_id == cohort_id, is_out, visible_sessions(roles))
    offered = slots.of_sessions(db, [one.id for one in found])
    return [row(one, offered.get(one.id, ()), zone, now) for one in found]


def ahead(db: Db, cohort_id: int, roles: frozenset[str], zone: str, now: datetime) -> tuple[Fragment, Fragment]:
    """What the page of the cohort shows: what is on now at its head, which may be nothing, and in a list what is on and
    what is to come."""
    rows = sorted(_rows(db, cohort_id, roles, zone, now), key=_dated)
    on = tuple(one for one in rows if one.state == SessionState.RUNNING)
    listed = SessionsShown(cohort_id, (*on, *(one for one in rows if one.state == SessionState.TO_COME)), NONE_AHEAD)
    head = Fragment("sessions/_now.html", SessionsShown(cohort_id, on, ""), f"sessions-now-{cohort_id}")
    return head, Fragment("sessions/_list.html", listed, f"sessions-{cohort_id}")


def on_now(db: Db, roles: Mapping[int, frozenset[str]], now: datetime) -> list[SessionFacts]:
    """What is on at this moment in those cohorts, for somebody with those roles in each: two queries however many."""
    begun = slots.read(db, SLOT.c.starts_at.between(now - timedelta(minutes=slots.LONGEST), now))
    offered = {slot.session_id: slot for slot in slots.standing(begun) if now < slot.stops_at}
    if not offered or not roles:
        return []
    seen = or_(*(and_(SESSION.c.cohort_id == id_, visible_sessions(held)) for id_, held in roles.items()))
    found = sessions.read(db, SESSION.c.id.in_(sorted(offered)), seen)
    spans = {id_: [slot.lasts] for id_, slot in offered.items()}
    running = SessionState.RUNNING
    return [one for one in found if session_state(one.published_at, one.cancelled_at, spans[one.id], now) == running]


def _dated(one: SessionRow) -> tuple[bool, tuple[datetime, ...]]:
    """What has a date stands before what has none, which keeps the order of the programme."""
    return not one.times, one.times[:1]


def everything(db: Db, cohort_id: int, roles: frozenset[str], zone: str, now: datetime) -> Fragment:
    """All sessions of a cohort that were published, by their state. Those over begin with the latest."""
    rows = _rows(db, cohort_id, roles, zone, now)
    groups = []
    for word, state in GROUPS:
        kept = [one for one in rows if one.state == state]
        if state == SessionState.PAST:
            kept.sort(key=lambda one: one.times[-1], reverse=True)
        elif state != SessionState.CANCELLED:
            kept.sort(key=_dated)
        groups += [(word, tuple(kept))] if kept else []
    context = SessionsGrouped(cohort_id, tuple(groups))
    return Fragment("sessions/_groups.html", context, f"all-sessions-{cohort_id}")


def drafts(db: Db, cohort_id: int, roles: frozenset[str], zone: str, now: datetime) -> Fragment:
    """What facilitators alone know of: never published, also if it was called off since."""
    rows = _rows(db, cohort_id, roles, zone, now, published=False)
    context = SessionsShown(cohort_id, tuple(rows), NO_DRAFTS)
    return Fragment("sessions/_list.html", context, f"draft-sessions-{cohort_id}")
