"""Thematic sessions: planned by a facilitator, published to the cohort, said anew, called off; and who is told of it.

Regions: `sessions-COHORT` (what is to come, on the cohort's page) and `all-sessions-COHORT` on the list's stream,
`draft-sessions-COHORT` on its run stream; `session-ID` and `agenda-ID` on the session's stream, `session-run-ID` on
its run stream; `slot-ID` on a slot's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from cohorts.lists import CohortList
from cohorts.memberships import let_everybody_ask
from cohorts.models import Cohort, Programme
from feedback.matters import open_for_session, session_changed
from people.models import Person
from server.db import Db
from server.live.log import new_stream, touch
from server.markdown import to_html
from sessions import agenda
from sessions.agenda import Item
from sessions.models import Guest, SessionList, SessionPart, SessionPerson, ThematicSession

SESSION: Any = ThematicSession.__table__  # type: ignore[attr-defined]
LISTS = CohortList(SessionList, "session")
LEADERS: Any = SessionPerson.__table__  # type: ignore[attr-defined]
_GUEST: Any = Guest.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]

# Called with (db, session) whenever it changed: rooms show its agenda, and are over when it is called off.
when_told: list[Callable[[Db, SessionFacts], None]] = []


class Changed(Exception):
    """Somebody else changed the session after the form was made."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a facilitator says of a session. `guests`: names, each with a few words about them. `leaders`: ids of the
    people who lead it, `helpers` of those who help to. `reminders`: minutes before a slot begins."""

    theme: str
    purpose: str = ""
    materials: str = ""
    video_url: str = ""
    open_to: str = "cohort"
    attribution: str = "named"
    reminders: tuple[int, ...] = (1440, 60)
    agenda: tuple[Item, ...] = ()
    guests: tuple[tuple[str, str], ...] = ()
    leaders: tuple[int, ...] = ()
    helpers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session as it is now; the columns are explained in models.py."""

    id: int
    cohort_id: int
    theme: str
    place: int
    purpose: str
    purpose_html: str
    materials: str
    materials_html: str
    video_url: str
    open_to: str
    attribution: str
    reminders: str
    version: int
    published_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str
    stream_id: int
    run_stream_id: int


COLUMNS = tuple(SESSION.c[field.name] for field in fields(SessionFacts))


def read(db: Db, *conditions: ColumnElement[bool]) -> list[SessionFacts]:
    """The sessions that meet the conditions, in the order of the programme: one query. Says nothing about who may see
    them: that is policies.visible_sessions."""
    rows = db.execute(select(*COLUMNS).where(*conditions).order_by(SESSION.c.place, SESSION.c.id))
    return [SessionFacts(*row) for row in rows]


def reminders_of(facts: SessionFacts) -> tuple[int, ...]:
    """How many minutes before a slot its people are reminded, the earliest first."""
    return tuple(sorted(json.loads(facts.reminders), reverse=True))


def zone_of(db: Db, cohort_id: int) -> str:
    """The zone of a cohort's programme: the one shown where no reader's is known."""
    way = select(_PROGRAMME.c.time_zone).join_from(_COHORT, _PROGRAMME, _PROGRAMME.c.id == _COHORT.c.programme_id)
    return str(db.execute(way.where(_COHORT.c.id == cohort_id)).scalar_one())


def guests_of(db: Db, session_id: int) -> list[tuple[str, str]]:
    """The guests of a session, in their order: name, and a few words about them."""
    rows = db.execute(select(_GUEST.c.name, _GUEST.c.about).where(_GUEST.c.session_id == session_id).order_by("number"))
    return [(row.name, row.about) for row in rows]


def parts_of(db: Db, session_id: int) -> dict[int, str]:
    """Who leads a session or helps to: a word of SessionPart by person id."""
    rows = db.execute(select(LEADERS.c.person_id, LEADERS.c.part).where(LEADERS.c.session_id == session_id))
    return {row.person_id: row.part for row in rows}


def plan(db: Db, cohort_id: int, wanted: Plan, *, by_id: int | None, now: datetime) -> ThematicSession:
    """A session that facilitators alone know of, behind the others of its cohort."""
    last = db.execute(select(func.max(SESSION.c.place)).where(SESSION.c.cohort_id == cohort_id)).scalar()
    made = ThematicSession(
        cohort_id=cohort_id,
        place=(last or 0) + 1,
        by_id=by_id,
        at=now,
        stream_id=new_stream(db, "session"),
        run_stream_id=new_stream(db, "session run"),
        **_written(wanted),
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    _surround(db, made.id, wanted, now)
    told = {"about": wanted.theme, "attribution": wanted.attribution}
    open_for_session(db, made.id, cohort_id, around_id=made.stream_id, **told)
    touch(db, LISTS.of(db, cohort_id).run_stream_id, f"draft-sessions-{cohort_id}")
    return made


def _written(wanted: Plan) -> dict[str, Any]:
    kept = ("theme", "purpose", "materials", "video_url", "open_to", "attribution")
    texts: dict[str, Any] = {name: getattr(wanted, name) for name in kept}
    marked = ("purpose", "materials")
    rendered = {f"{name}_html": to_html(texts[name]) if texts[name] else "" for name in marked}
    return texts | rendered | {"reminders": json.dumps(sorted(wanted.reminders, reverse=True))}


def _surround(db: Db, session_id: int, wanted: Plan, now: datetime) -> None:
    agenda.write(db, session_id, wanted.agenda)
    db.execute(_GUEST.delete().where(_GUEST.c.session_id == session_id))
    for number, (name, about) in enumerate(wanted.guests, 1):
        db.add(Guest(session_id=session_id, number=number, name=name, about=about))
    before = parts_of(db, session_id)
    db.execute(LEADERS.delete().where(LEADERS.c.session_id == session_id))
    parts: dict[int, str] = {}
    parts |= dict.fromkeys(wanted.helpers, SessionPart.HELPS) | dict.fromkeys(wanted.leaders, SessionPart.LEADS)
    for person_id, part in parts.items():
        db.add(SessionPerson(session_id=session_id, person_id=person_id, part=part, at=now))
    db.flush()
    # Whoever leads no more or now does has other pages open to them, such as the room; those that stay open say more.
    moved = sorted({person_id for person_id, _ in before.items() ^ parts.items()})
    streams = select(_PERSON.c.stream_id, _PERSON.c.bell_stream_id).where(_PERSON.c.id.in_(moved))
    for stream_id, bell in db.execute(streams).all():
        touch(db, stream_id, "access")
        if bell is not None:
            touch(db, bell, f"own-part-{session_id}")


def change(db: Db, facts: SessionFacts, wanted: Plan, *, base: int, now: datetime) -> None:
    """Say the session anew; `base` is the version the form was made from. Raises Changed."""
    row = db.get_one(ThematicSession, facts.id, with_for_update=True)
    if row.version != base:
        raise Changed
    was = row.attribution
    for name, value in _written(wanted).items():
        setattr(row, name, value)
    row.version += 1
    _surround(db, facts.id, wanted, now)
    session_changed(db, facts.id, about=wanted.theme, attribution=wanted.attribution)
    tell(db, facts)
    if row.attribution != was and row.published_at is not None:
        # Open pages of its room and its recap show names, or do not: whoever has one asks what they may see now.
        let_everybody_ask(db, facts.cohort_id)


def publish(db: Db, facts: SessionFacts, *, by_id: int | None, now: datetime) -> None:
    """Let the cohort know of the session, also while it has no date yet. Harmless twice."""
    row = db.get_one(ThematicSession, facts.id, with_for_update=True)
    if row.published_at is not None:
        return
    row.published_at, row.published_by_id = now, by_id
    row.version += 1
    db.flush()
    tell(db, facts)


def unpublish(db: Db, facts: SessionFacts) -> None:
    """Make it a draft again. Harmless twice. Whether anybody relies on it by now is asked before (publishing.py)."""
    row = db.get_one(ThematicSession, facts.id, with_for_update=True)
    if row.published_at is None:
        return
    row.published_at = row.published_by_id = None
    row.version += 1
    db.flush()
    tell_lists(db, facts.cohort_id)
    tell(db, facts)


def plan_of(db: Db, facts: SessionFacts) -> Plan:
    """What was said of a session, as it would be planned again."""
    parts = parts_of(db, facts.id)
    items = agenda.items_of(db, [facts.id]).get(facts.id, [])
    kept = ("theme", "purpose", "materials", "video_url", "open_to", "attribution")
    return Plan(
        **{name: getattr(facts, name) for name in kept},
        reminders=reminders_of(facts),
        agenda=tuple(Item(one.title, one.minutes, one.hint) for one in items),
        guests=tuple(guests_of(db, facts.id)),
        leaders=tuple(sorted(id_ for id_, part in parts.items() if part == SessionPart.LEADS)),
        helpers=tuple(sorted(id_ for id_, part in parts.items() if part == SessionPart.HELPS)),
    )


def cancel(db: Db, facts: SessionFacts, *, why: str, by_id: int, now: datetime) -> None:
    """Call the session off, all its slots with it. Harmless twice: the first reason stays."""
    row = db.get_one(ThematicSession, facts.id, with_for_update=True)
    if row.cancelled_at is not None:
        return
    row.cancelled_at, row.cancelled_by_id, row.cancelled_why = now, by_id, why
    row.version += 1
    db.flush()
    tell(db, facts)


def order(db: Db, cohort_id: int, session_ids: Sequence[int]) -> None:
    """Put the sessions of a cohort into that order."""
    for place, session_id in enumerate(session_ids):
        db.execute(
            SESSION.update().where(SESSION.c.id == session_id, SESSION.c.cohort_id == cohort_id).values(place=place)
        )
    touch(db, LISTS.of(db, cohort_id).run_stream_id, f"draft-sessions-{cohort_id}")
    tell_lists(db, cohort_id)


def tell(db: Db, facts: SessionFacts, *regions: str) -> None:
    """The session changed: every page that shows any of it. Its slots tell of themselves. A draft moves no stream that
    others than its facilitators follow."""
    touch(db, LISTS.of(db, facts.cohort_id).run_stream_id, f"draft-sessions-{facts.cohort_id}")
    touch(db, facts.run_stream_id, f"session-run-{facts.id}")
    touch(db, facts.stream_id, *(regions or (f"session-{facts.id}", f"agenda-{facts.id}")))
    for act in when_told:
        act(db, facts)
    if db.execute(select(SESSION.c.published_at).where(SESSION.c.id == facts.id)).scalar() is not None:
        tell_lists(db, facts.cohort_id)


def tell_lists(db: Db, cohort_id: int) -> None:
    """What the lists of a cohort say of published sessions changed."""
    touch(db, LISTS.of(db, cohort_id).stream_id, f"sessions-{cohort_id}", f"all-sessions-{cohort_id}")


def announce(
    db: Db, cohort: Cohort, themes: Iterable[str], *, by_id: int | None, now: datetime
) -> list[ThematicSession]:
    """Sessions about those themes, in that order, of which the cohort knows before they have dates."""
    assert cohort.id is not None
    LISTS.begin(db, cohort)
    announced = [plan(db, cohort.id, Plan(theme), by_id=by_id, now=now) for theme in themes]
    for one in announced:
        one.published_at, one.published_by_id = now, by_id
    tell_lists(db, cohort.id)
    return announced
