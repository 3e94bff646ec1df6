"""The themes of the learning track as sessions: one is over, one is on now, one comes at two times, two come at one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from cohorts.audiences import vantage_in_cohort
from cohorts.memberships import standing_of
from cohorts.models import AudienceKind, Cohort, Membership, Role, Team
from demo import rooms
from demo.rooms import Held
from demo.samples import TEXTS
from feedback import threads
from feedback.advice import prompts
from feedback.advice.prompts import Draft
from people.models import Person
from server.clock import zone
from server.db import Db
from sessions import answers, sessions, slots
from sessions.agenda import Item
from sessions.answers import Who
from sessions.sessions import SESSION, Plan, SessionFacts
from sessions.slots import SLOT, SlotFacts, Time

ZONE = "Europe/Paris"
NOW = "now"
_STARTS = re.compile(r"(-?\d+)d (\d\d):(\d\d)")
# So long ago the one that is on now began.
BEGUN = timedelta(minutes=20)
# So long before it is over, or before the visitor came, a session got its date.
AHEAD = timedelta(days=20)
# So long before the visitor came the first answered to what is to come.
ASKED = timedelta(days=11)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A session of the demo and its slots, the earliest first."""

    facts: SessionFacts
    slots: tuple[SlotFacts, ...]


def starts_at(text: str, now: datetime) -> datetime:
    """`"-12d 14:00"`: so many days from today, at that hour in Paris; `"now"`: it has begun."""
    if text == NOW:
        return (now - BEGUN).replace(second=0, microsecond=0)
    found = _STARTS.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a time like 5d 09:00")
    days, hour, minute = map(int, found.groups())
    return datetime.combine((now + timedelta(days=days)).date(), time(hour, minute), zone(ZONE))


def hold(db: Db, cohort: Cohort, cast: Mapping[str, Person], now: datetime) -> dict[str, Scheduled]:
    """The sessions of that cohort, which knows their themes already, by theme."""
    texts = tomllib.loads((TEXTS / "sessions.toml").read_text(encoding="utf-8"))["session"]
    known = {one.theme: one for one in sessions.read(db, SESSION.c.cohort_id == cohort.id)}
    found = {one["theme"]: _schedule(db, known[one["theme"]], one, cast, now) for one in texts}
    people = _people(db, cohort, cast)
    begun = {theme: (one.facts, one.slots[0]) for theme, one in found.items() if one.slots[0].starts_at < now}
    rooms.fill(db, begun, people)
    for one in texts:
        for slot, said in zip(found[one["theme"]].slots, one.get("answers", ()), strict=False):
            _answer(db, found[one["theme"]].facts, slot, said, people, now)
        for prompt in one.get("prompt", ()):
            _leave(db, cohort, found[one["theme"]].facts, prompt, people[prompt["by"]], now)
    return found


def _leave(db: Db, cohort: Cohort, facts: SessionFacts, told: Mapping[str, Any], by: Held, now: datetime) -> None:
    """An adviser leaves a prompt on a session, for the whole cohort."""
    standing = standing_of(db, by.person_id)
    vantage = vantage_in_cohort(db, standing, facts.cohort_id, cohort.programme_id, "en")
    around = next(one for one in threads.on_session(db, vantage, facts.id) if one.kind == AudienceKind.COHORT)
    draft, who = Draft(told["kind"], told["text"].strip()), {"membership_id": by.membership_id}
    where = {"audience_id": around.audience_id, "author_id": by.person_id}
    left = now - timedelta(days=told["days"])
    run_by = sessions.parts_of(db, facts.id)
    prompts.write(db, around, facts, draft, attribution="named", now=left, run_by=run_by, **who, **where)


def _people(db: Db, cohort: Cohort, cast: Mapping[str, Person]) -> dict[str, Held]:
    """Who takes part in that cohort, by handle, each as what they are in it."""
    teams = select(Team.id).where(Team.cohort_id == cohort.id).scalar_subquery()  # type: ignore[call-overload]
    in_team = Membership.team_id.in_(teams)  # type: ignore[union-attr]
    in_it = in_team | (Membership.cohort_id == cohort.id) | (Membership.role == Role.FACILITATOR)
    rows = select(Membership.id, Membership.person_id, Membership.role).where(in_it)  # type: ignore[call-overload]
    roles = [Role.MEMBER, Role.ADVISER, Role.FACILITATOR]
    held = {row.person_id: row for row in db.execute(rows.where(Membership.role.in_(roles)))}  # type: ignore[attr-defined]
    return {
        handle: Held(row.person_id, row.id, row.role == Role.FACILITATOR)
        for handle, person in cast.items()
        if (row := held.get(person.id)) is not None
    }


def _answer(
    db: Db, facts: SessionFacts, slot: SlotFacts, said: Mapping[str, Any], people: Mapping[str, Held], now: datetime
) -> None:
    everybody = [(handle, answer) for answer, handles in said.items() for handle in handles]
    for number, (handle, answer) in enumerate(everybody):
        one = people[handle]
        who = Who(one.person_id, one.membership_id, answers.runs(db, facts.id, frozenset(), one.person_id) or one.runs)
        answers.say(db, facts, slot.id, who, answer, now=now - ASKED + timedelta(hours=11 * number))


def _schedule(
    db: Db, facts: SessionFacts, one: Mapping[str, Any], cast: Mapping[str, Person], now: datetime
) -> Scheduled:
    planned = now - AHEAD
    sessions.change(db, facts, _plan(one, cast), base=facts.version, now=planned)
    for text in one["starts"]:
        time_ = Time(starts_at(text, now), one["minutes"], ZONE)
        slots.offer(db, facts, time_, now=planned, capacity=one.get("capacity"))
    return Scheduled(
        sessions.read(db, SESSION.c.id == facts.id)[0], tuple(slots.read(db, SLOT.c.session_id == facts.id))
    )


def _plan(one: Mapping[str, Any], cast: Mapping[str, Person]) -> Plan:
    def ids(handles: list[str]) -> tuple[int, ...]:
        return tuple(person.id for handle in handles if (person := cast[handle]).id is not None)

    return Plan(
        theme=one["theme"],
        purpose=one["purpose"].strip(),
        materials=one["materials"].strip(),
        video_url="",
        open_to=one.get("open_to", "cohort"),
        attribution=one.get("attribution", "named"),
        agenda=tuple(Item(title, minutes, hint) for title, minutes, hint in one["agenda"]),
        guests=tuple((name, about) for name, about in one["guests"]),
        leaders=ids(one["leads"]),
        helpers=ids(one["helps"]),
    )
