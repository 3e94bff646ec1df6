"""The run sheet of a room: how the agenda ran against its plan, and which prompts the teams have not answered yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from cohorts import initiatives
from cohorts.audiences import vantages_in_teams
from cohorts.models import Cohort
from cohorts.policies import Standing, visible_initiatives
from feedback.advice.prompts import JOINED, OWED, PROMPT
from server.db import Db
from sessions import agenda
from sessions.room import running
from sessions.room.running import Ran
from sessions.slots import SlotFacts

_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


class Row(NamedTuple):
    """An item on the sheet: when it was to begin and when it began; how long it was to be and was, in minutes. None:
    that has not happened. `late`: minutes after its time at which it began, negative where it was early."""

    title: str
    planned_at: datetime
    minutes: int
    began_at: datetime | None
    ran: int | None
    late: int | None


class Owed(NamedTuple):
    """A prompt that a team has not answered, or that came back to it."""

    id: int
    team: str
    opening: str
    at: datetime


def rows(db: Db, slot: SlotFacts) -> list[Row]:
    """The agenda of a slot's session as it was planned and as it has run so far. What was gone back to ran longer."""
    ran: dict[int, list[Ran]] = {}
    for one in running.ran(db, slot.id):
        ran.setdefault(one.item_id, []).append(one)
    return [
        _row(item.title, slot.starts_at + timedelta(minutes=item.begins), item.minutes, ran.get(item.id, []))
        for item in agenda.items_of(db, [slot.session_id]).get(slot.session_id, [])
    ]


def _row(title: str, planned_at: datetime, minutes: int, turns: list[Ran]) -> Row:
    if not turns:
        return Row(title, planned_at, minutes, None, None, None)
    began_at = turns[0].began_at
    spans = [one.ended_at - one.began_at for one in turns if one.ended_at is not None]
    took = round(sum(spans, timedelta()) / timedelta(minutes=1)) if len(spans) == len(turns) else None
    return Row(title, planned_at, minutes, began_at, took, round((began_at - planned_at) / timedelta(minutes=1)))


def owed_in(db: Db, cohort_id: int, standing: Standing, language: str, now: datetime) -> list[Owed]:
    """What the teams of a cohort owe an answer to, as far as that person may read it, by team: three queries."""
    heads = initiatives.heads(db, visible_initiatives(standing), _COHORT.c.id == cohort_id)
    if not heads:
        return []
    vantages = vantages_in_teams(db, standing, (one.place for one in heads), language)
    audiences = sorted(frozenset().union(*(one.audiences for one in vantages.values())))
    teams = {one.id: one.team for one in heads}
    mine = PROMPT.c.initiative_id.in_(sorted(teams)) & PROMPT.c.audience_id.in_(audiences)
    columns = (PROMPT.c.id, PROMPT.c.initiative_id, PROMPT.c.opening, PROMPT.c.at)
    asked = select(*columns).select_from(JOINED).where(mine, OWED).order_by(PROMPT.c.id)
    found = [Owed(row.id, teams[row.initiative_id], row.opening, row.at) for row in db.execute(asked, {"now": now})]
    return sorted(found, key=lambda one: (one.team.casefold(), one.id))
