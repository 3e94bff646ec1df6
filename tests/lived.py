"""A session that was lived through in the world of the tests: of its two slots one is over and left a recap, the room
of the other is open, with something in each of its parts. All of it is done through the forms of the room."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import update

from server.clock import utc_now
from server.live.texts import append
from sessions import agenda
from sessions.room import rooms
from sessions.room.models import Breakout, BreakoutRound, Outcome, Poll, Question
from sessions.slots import SLOT
from tests.house import House
from tests.scheduled import session_now, slot_now
from tests.world import World


def live_through(
    house: House, world: World, cohort_id: int, runs: str, says: str, mark: str = "", beside: Sequence[str] = ()
) -> dict[str, int]:
    """Live through the session of that cohort: `runs` runs it, `says` says everything, `beside` are in the open room
    and say nothing. What addresses may name there: the newest poll, question, group and outcome of the open room, and
    the first line of its run sheet."""
    first, second = world.slots[cohort_id]
    host, guest = house.visit(world.people[runs]), house.visit(world.people[says])
    _open(house, world, cohort_id, second, -timedelta(minutes=80), (runs, says))
    _fill(house, host, guest, second, mark)
    _sent(host, f"/slots/{second}/room/ending")
    _sent(guest, f"/slots/{second}/impression", level="4", impression=f"{mark}Long")
    _sent(host, f"/sessions/{world.sessions[cohort_id]}/recap/publication")
    _open(house, world, cohort_id, first, -timedelta(minutes=10), (runs, says, *beside))
    _fill(house, host, guest, first, mark)
    with house.database(writing=False) as db:
        line = agenda.of_slot(db, first)[0].id
    tables: dict[str, Any] = {"poll": Poll, "question": Question, "outcome": Outcome, "group": Breakout}
    return {name: max(row.id for row in house.rows(table)) for name, table in tables.items()} | {"line": line}


def _open(house: House, world: World, cohort_id: int, slot_id: int, begins: timedelta, names: tuple[str, ...]) -> None:
    now = utc_now()
    with house.database(writing=True) as db:
        at = (now + begins).replace(second=0, microsecond=0)
        db.execute(update(SLOT).where(SLOT.c.id == slot_id).values(starts_at=at, minutes=60))
        facts = session_now(db, world.sessions[cohort_id])
        host = world.people[names[0]]
        room = rooms.open_for(db, facts, slot_now(db, slot_id), by_id=host, now=now)
        append(db, room.notes_id, "Bells reach more people", None)
        for name in names:
            held = world.memberships[name]
            rooms.came(db, slot_id, person_id=world.people[name], membership_id=held, now=now)


def _fill(house: House, host: httpx.Client, guest: httpx.Client, slot_id: int, mark: str) -> None:
    room = f"/slots/{slot_id}/room"

    def key() -> str:
        return secrets.token_hex(8)

    poll = {"kind": "single", "question": f"{mark}How do you come?", "options": "The bus\nThe train"}
    _sent(host, f"{room}/polls", key=key(), **poll)
    asked = max(house.rows(Poll), key=lambda row: row.id or 0)
    _sent(host, f"/polls/{asked.id}/turns", act="open", version=asked.version)
    _sent(guest, f"/polls/{asked.id}/choices", option=1)
    _sent(guest, f"{room}/questions", text=f"{mark}Who pays?", key=key())
    _sent(guest, f"{room}/hand")
    _sent(guest, f"{room}/outcomes", outcome_kind="decision", outcome=f"{mark}Share the sirens", key=key())
    _sent(host, f"{room}/groups", group_how="by hand", group_count=1, group_task=f"{mark}Find what fails.")
    apart = max(row.id or 0 for row in house.rows(BreakoutRound))
    _sent(host, f"{room}/groups/opening", round=apart, group_minutes=10)
    _sent(guest, f"{room}/groups/place", round=apart, group=0)


def _sent(client: httpx.Client, path: str, **data: object) -> None:
    answer = client.post(path, data=data)
    assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text[:2000]}"
