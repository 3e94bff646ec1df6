"""The live parts of one session: what it is about, its agenda, each of its slots, and what its planners do with it.

Contexts know the vantage's view and the state at this moment, never who is looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from babel.dates import format_time

from cohorts.identity import Byline, listed_as, stricter
from cohorts.policies import Vantage
from feedback.rounds import rounds
from feedback.rounds.web.times import language_of, ribbon_at
from server.clock import zone as zone_named
from server.day_ribbon import Ribbon
from server.db import Db
from server.live.kinds import shared
from server.pages import Fragment, babel_locale
from sessions import agenda, leaders, sessions, slots
from sessions.agenda import ItemFacts
from sessions.leaders import Leading
from sessions.policies import may_attend, may_cancel_session, may_change_session, may_publish_session
from sessions.sessions import SessionFacts
from sessions.slots import SlotFacts
from sessions.states import SessionState, session_state
from sessions.web.words import OPEN, PARTS, RULE, STATES, UNDATED


class SessionShown(NamedTuple):
    """A session as a vantage sees it. `word`, `rule`, `open_to`: msgids; `leaders`: who, and the msgid of their part;
    `masked`: it is under the Chatham House rule."""

    id: int
    theme: str
    state: str
    word: str
    purpose_html: str
    leaders: tuple[tuple[Byline, str], ...]
    guests: tuple[tuple[str, str], ...]
    rule: str
    masked: bool
    open_to: str
    why: str


class ItemShown(NamedTuple):
    """An item of the agenda: when it begins at each slot, each as (instant, what the programme's clock shows)."""

    number: int
    title: str
    hint: str
    minutes: int
    times: tuple[tuple[datetime, str], ...]


class AgendaShown(NamedTuple):
    """The agenda and the materials. `begins`: when each slot begins, in the order of the items' times."""

    id: int
    items: tuple[ItemShown, ...]
    begins: tuple[datetime, ...]
    total: int
    zone: str
    materials_html: str


class SlotShown(NamedTuple):
    """A slot. `word`: msgid of its state; `number`, `of`: which it is of how many; `video_url` is empty for those who
    may not attend; `room`: there is a way to its room."""

    id: int
    session_id: int
    number: int
    of: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    zone: str
    state: str
    word: str
    capacity: int | None
    video_url: str
    room: bool
    why: str
    ribbon: Ribbon


class SlotRun(NamedTuple):
    """A slot as those who plan it list it. `may_change`: it can be moved, and its seats be changed."""

    id: int
    number: int
    starts_at: datetime
    minutes: int
    capacity: int | None
    state: str
    word: str
    may_change: bool


class SessionRun(NamedTuple):
    """What its planners do with a session: what is allowed now, and its slots."""

    id: int
    cohort_id: int
    state: str
    slots: tuple[SlotRun, ...]
    zone: str
    may_change: bool
    may_publish: bool
    may_cancel: bool
    may_offer: bool


def _slots_of(db: Db, facts: SessionFacts) -> Sequence[SlotFacts]:
    return shared(db, ("slots of", facts.id), lambda: slots.of_sessions(db, [facts.id]).get(facts.id, []))


def _items_of(db: Db, facts: SessionFacts) -> Sequence[ItemFacts]:
    return shared(db, ("agenda of", facts.id), lambda: agenda.items_of(db, [facts.id]).get(facts.id, []))


def _zone_of(db: Db, facts: SessionFacts) -> str:
    return shared(db, ("zone", facts.cohort_id), lambda: sessions.zone_of(db, facts.cohort_id))


def _state(facts: SessionFacts, offered: Iterable[SlotFacts], now: datetime) -> SessionState:
    spans = [slot.lasts for slot in slots.standing(offered)]
    return session_state(facts.published_at, facts.cancelled_at, spans, now)


def slot_state(facts: SessionFacts, slot: SlotFacts, now: datetime) -> SessionState:
    """The state of one slot of a session, which goes for the session where it has no other."""
    ended = facts.cancelled_at or slot.cancelled_at
    return session_state(facts.published_at or now, ended, [slot.lasts], now)


def session_shown(db: Db, facts: SessionFacts, vantage: Vantage, rule: str, now: datetime) -> Fragment:
    """What a session is about. `rule`: the attribution of its cohort, which wins where it tells less."""
    offered = _slots_of(db, facts)
    listed: Sequence[Leading] = shared(db, ("leaders of", facts.id), lambda: leaders.of_session(db, facts.id))
    guests = shared(db, ("guests of", facts.id), lambda: sessions.guests_of(db, facts.id))
    state, under = _state(facts, offered, now), stricter(facts.attribution, rule)
    dated = slots.standing(offered) or state != SessionState.TO_COME
    context = SessionShown(
        id=facts.id,
        theme=facts.theme,
        state=state,
        word=STATES[state] if dated else UNDATED,
        purpose_html=facts.purpose_html,
        leaders=tuple((listed_as(one.author, vantage), PARTS[one.part]) for one in listed),
        guests=tuple(guests),
        rule=RULE[under],
        masked=under != "named",
        open_to=OPEN[facts.open_to],
        why=facts.cancelled_why,
    )
    return Fragment("sessions/_session.html", context, f"session-{facts.id}")


def agenda_shown(db: Db, facts: SessionFacts, tag: str) -> Fragment:
    """The agenda of a session with what the clock shows at each of its slots."""
    programme, begins = _zone_of(db, facts), tuple(one.starts_at for one in slots.standing(_slots_of(db, facts)))
    locale = babel_locale(language_of(tag))
    rows = tuple(
        ItemShown(
            one.number,
            one.title,
            one.hint,
            one.minutes,
            tuple(_clock(start + timedelta(minutes=one.begins), programme, locale) for start in begins),
        )
        for one in _items_of(db, facts)
    )
    context = AgendaShown(facts.id, rows, begins, agenda.total(_items_of(db, facts)), programme, facts.materials_html)
    return Fragment("sessions/_agenda.html", context, f"agenda-{facts.id}")


def _clock(at: datetime, zone_name: str, locale: str) -> tuple[datetime, str]:
    return at, format_time(at.astimezone(zone_named(zone_name)), "HH:mm", locale=locale)


def slot_shown(db: Db, facts: SessionFacts, slot: SlotFacts, vantage: Vantage, now: datetime) -> Fragment:
    """One time at which a session is offered, across the places of its cohort."""
    programme = _zone_of(db, facts)
    zones = shared(db, ("zones", facts.cohort_id), lambda: rounds.zones_in(db, facts.cohort_id))
    offered = [one.id for one in _slots_of(db, facts)]
    state, attends = slot_state(facts, slot, now), may_attend(vantage.roles)
    context = SlotShown(
        id=slot.id,
        session_id=facts.id,
        number=offered.index(slot.id) + 1,
        of=len(offered),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        minutes=slot.minutes,
        zone=programme,
        state=state,
        word=STATES[state],
        capacity=slot.capacity,
        video_url=(slot.video_url or facts.video_url) if attends else "",
        room=attends and facts.published_at is not None and state != SessionState.CANCELLED,
        why=slot.cancelled_why,
        ribbon=ribbon_at(slot.starts_at, zones, programme, vantage.language),
    )
    return Fragment("sessions/_slot.html", context, f"slot-{slot.id}")


def run_shown(db: Db, facts: SessionFacts, roles: frozenset[str], now: datetime) -> Fragment:
    """What those who plan a session can do with it now."""
    offered = _slots_of(db, facts)
    state = _state(facts, offered, now)
    may_change = may_change_session(roles, state)
    context = SessionRun(
        id=facts.id,
        cohort_id=facts.cohort_id,
        state=state,
        slots=tuple(_slot_run(facts, one, now, may_change=may_change) for one in offered),
        zone=_zone_of(db, facts),
        may_change=may_change,
        may_publish=may_publish_session(roles, state),
        may_cancel=may_cancel_session(roles, state),
        may_offer=may_change and len(slots.standing(offered)) < slots.MOST_SLOTS,
    )
    return Fragment("sessions/_run.html", context, f"session-run-{facts.id}")


def _slot_run(facts: SessionFacts, slot: SlotFacts, now: datetime, *, may_change: bool) -> SlotRun:
    state = slot_state(facts, slot, now)
    ahead = state in (SessionState.TO_COME, SessionState.RUNNING)
    starts = slot.number, slot.starts_at, slot.minutes, slot.capacity
    return SlotRun(slot.id, *starts, state, STATES[state], may_change and ahead)


def anew(facts: SessionFacts, count: int) -> Fragment:
    """Stands on no page: whoever is sent it fetches the page again, because slots came that it has no place for. What
    is personal stands around each of them."""
    return Fragment("sessions/_anew.html", count, f"slots-{facts.id}-{count}")
