"""The run sheet of a room: how the agenda ran against its plan, what those who run the session noted for themselves at
each item, and which prompts the teams have not answered yet.

A note is the same at every slot. It is told to run streams alone, and stands on no page but the run sheet.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from cohorts import initiatives
from cohorts.audiences import vantages_in_teams
from cohorts.models import Cohort
from cohorts.policies import Standing, visible_initiatives
from feedback.advice.prompts import JOINED, OWED, PROMPT
from server.db import Db
from sessions import agenda
from sessions.agenda import ITEM
from sessions.room import rooms, running
from sessions.room.models import SheetNote
from sessions.room.rooms import ROOM, Elsewhen
from sessions.room.running import Ran
from sessions.slots import SLOT, SlotFacts

NOTE: Any = SheetNote.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


class Row(NamedTuple):
    """An item on the sheet: when it was to begin and when it began; how long it was to be and was, in minutes. None:
    that has not happened. `late`: minutes after its time at which it began, negative where it was early."""

    item_id: int
    title: str
    planned_at: datetime
    minutes: int
    began_at: datetime | None
    ran: int | None
    late: int | None
    note: str


class Note(NamedTuple):
    """What is noted at an item of the agenda. `version` 0: nothing was, so far."""

    item_id: int
    title: str
    words: str
    version: int


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
    noted = {row.item_id: row.words for row in db.execute(select(NOTE).where(NOTE.c.session_id == slot.session_id))}
    return [
        Row(
            item.id,
            item.title,
            planned_at,
            item.minutes,
            *_ran(planned_at, ran.get(item.id, [])),
            noted.get(item.id, ""),
        )
        for item in agenda.items_of(db, [slot.session_id]).get(slot.session_id, [])
        for planned_at in [slot.starts_at + timedelta(minutes=item.begins)]
    ]


def _ran(planned_at: datetime, turns: list[Ran]) -> tuple[datetime | None, int | None, int | None]:
    if not turns:
        return None, None, None
    began_at = turns[0].began_at
    spans = [one.ended_at - one.began_at for one in turns if one.ended_at is not None]
    took = round(sum(spans, timedelta()) / timedelta(minutes=1)) if len(spans) == len(turns) else None
    # By the minutes that clocks show: both stand beside it.
    late = (began_at.replace(second=0, microsecond=0) - planned_at.replace(second=0)) // timedelta(minutes=1)
    return began_at, took, late


def note_at(db: Db, session_id: int, item_id: int) -> Note | None:
    """What is noted at that item; None: the session has no such item."""
    here = ITEM.outerjoin(NOTE, NOTE.c.item_id == ITEM.c.id)
    columns = (ITEM.c.id, ITEM.c.title, NOTE.c.words, NOTE.c.version)
    row = db.execute(
        select(*columns).select_from(here).where(ITEM.c.id == item_id, ITEM.c.session_id == session_id)
    ).one_or_none()
    return Note(row.id, row.title, row.words or "", row.version or 0) if row is not None else None


def write_note(db: Db, session_id: int, item_id: int, words: str, *, base: int, by_id: int, now: datetime) -> None:
    """That is noted there from now on; empty: nothing. Raises Elsewhen where somebody else wrote since `base`."""
    said = {"words": words, "by_id": by_id, "at": now}
    if base == 0:
        insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
        first = insert_new(NOTE).values(item_id=item_id, session_id=session_id, version=1, **said)
        done = db.execute(first.on_conflict_do_nothing().returning(NOTE.c.item_id)).scalar() is not None
    else:
        mine = (NOTE.c.item_id == item_id) & (NOTE.c.version == base)
        changed = update(NOTE).where(mine).values(version=NOTE.c.version + 1, **said)
        done = db.execute(changed).rowcount == 1  # type: ignore[attr-defined]
    if not done:
        raise Elsewhen
    here = ROOM.c.slot_id.in_(select(SLOT.c.id).where(SLOT.c.session_id == session_id))
    for room in rooms.read(db, here):
        rooms.tell_run(db, room, f"room-sheet-{room.slot_id}")


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
