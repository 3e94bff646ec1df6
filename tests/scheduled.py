"""Thematic sessions in the world of the tests, made through the domain's own verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cohorts.models import Attribution
from server.db import Db
from sessions import publishing, sessions, slots
from sessions.agenda import Item
from sessions.models import OpenTo
from sessions.sessions import SESSION, Plan, SessionFacts
from sessions.slots import SLOT, SlotFacts, Time

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGENDA = (Item("Arrive", 10), Item("Two stories", 40, "One each."), Item("What we take home", 20))


def session_plan(by_id: int, *, mark: str = "", **other: object) -> Plan:
    """A session of 70 minutes that somebody leads, open to its cohort alone unless told otherwise."""
    plan = Plan(
        theme=f"{mark}Learning from what fails",
        purpose=f"{mark}Try *small* things.",
        materials=f"{mark}Bring one page.",
        video_url="https://meet.example.org/room",
        open_to=OpenTo.COHORT,
        attribution=Attribution.NAMED,
        agenda=tuple(Item(f"{mark}{one.title}", one.minutes, one.hint) for one in AGENDA),
        guests=((f"{mark}Nadia Guest", f"{mark}asks for a living"),),
        leaders=(by_id,),
    )
    return replace(plan, **other)  # type: ignore[arg-type]


def session_now(db: Db, session_id: int) -> SessionFacts:
    """That session as it is now."""
    return sessions.read(db, SESSION.c.id == session_id)[0]


def slot_now(db: Db, slot_id: int) -> SlotFacts:
    """That slot as it is now."""
    return slots.read(db, SLOT.c.id == slot_id)[0]


def drafted(db: Db, cohort_id: int, by_id: int, plan: Plan, now: datetime) -> SessionFacts:
    """A session that only its facilitators know of."""
    made = sessions.plan(db, cohort_id, plan, by_id=by_id, now=now)
    assert made.id is not None
    return session_now(db, made.id)


def offered(
    db: Db,
    facts: SessionFacts,
    starts: timedelta,
    now: datetime,
    *,
    minutes: int = 90,
    capacity: int | None = None,
    zone: str = "Europe/Paris",
) -> SlotFacts:
    """One more slot that begins so long after now."""
    at = (now + starts).replace(second=0, microsecond=0)
    made = slots.offer(db, facts, Time(at, minutes, zone), now=now, capacity=capacity)
    assert made.id is not None
    return slot_now(db, made.id)


def scheduled(db: Db, cohort_id: int, by_id: int, plan: Plan, now: datetime) -> tuple[SessionFacts, list[SlotFacts]]:
    """A published session with two slots, in three days and in four, the first with two seats."""
    facts = drafted(db, cohort_id, by_id, plan, now)
    first, second = offered(db, facts, 3 * DAY, now, capacity=2), offered(db, facts, 4 * DAY, now)
    # Published quietly: tests of the bell count what they did themselves.
    sessions.publish(db, facts, by_id=by_id, now=now)
    return session_now(db, facts.id), [first, second]


def met_in(
    db: Db, people: dict[str, int], now: datetime, *places: tuple[int, str, str]
) -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    """A published session in each place: (cohort, by whom, the mark of its texts). Its id, and those of its slots, by
    cohort."""
    met = {
        cohort_id: scheduled(db, cohort_id, people[by], session_plan(people[by], mark=mark), now)
        for cohort_id, by, mark in places
    }
    ids = {cohort_id: facts.id for cohort_id, (facts, _) in met.items()}
    return ids, {cohort_id: tuple(slot.id for slot in found) for cohort_id, (_, found) in met.items()}


def planning_pages(cohort_id: int, session_id: int, slot_id: int) -> list[str]:
    """The pages of those who plan a session."""
    return [
        *(f"/cohorts/{cohort_id}/sessions{path}" for path in ("", "/new", "/planner", "/fairness")),
        *(f"/sessions/{session_id}{path}" for path in ("", "/edit", "/publication", "/cancellation", "/copies")),
        *(f"/sessions/{session_id}/slots/new", f"/slots/{slot_id}/times"),
        *(f"/slots/{slot_id}/seats", f"/slots/{slot_id}/cancellation"),
    ]


def published(db: Db, facts: SessionFacts, by_id: int, now: datetime) -> SessionFacts:
    """The same session, published with all that follows."""
    publishing.publish(db, facts, by_id=by_id, now=now)
    return session_now(db, facts.id)
