"""The agenda of a session: timed items, the same at every slot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select

from server.db import Db, ask
from sessions.models import AgendaItem, Slot

ITEM: Any = AgendaItem.__table__  # type: ignore[attr-defined]
_SLOT: Any = Slot.__table__  # type: ignore[attr-defined]
MOST_ITEMS = 30


class Item(NamedTuple):
    """An item as a facilitator plans it; `hint` is for those who run it and those who attend alike."""

    title: str
    minutes: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item of an agenda. `begins`: minutes after the begin of a slot."""

    id: int
    number: int
    title: str
    minutes: int
    hint: str
    begins: int


def items_of(db: Db, session_ids: Iterable[int]) -> dict[int, list[ItemFacts]]:
    """The agendas of those sessions, in their order, by session: one query."""
    found: dict[int, list[ItemFacts]] = {}
    mine = ITEM.c.session_id.in_(sorted(session_ids))
    for row in db.execute(select(ITEM).where(mine).order_by(ITEM.c.session_id, ITEM.c.number)):
        there = found.setdefault(row.session_id, [])
        there.append(ItemFacts(row.id, row.number, row.title, row.minutes, row.hint, total(there)))
    return found


OF_SLOT = (
    select(ITEM.c.id, ITEM.c.number, ITEM.c.title, ITEM.c.minutes, ITEM.c.hint)
    .join_from(ITEM, _SLOT, _SLOT.c.session_id == ITEM.c.session_id)
    .where(_SLOT.c.id == bindparam("slot"))
    .order_by(ITEM.c.number)
)


def of_slot(db: Db, slot_id: int) -> list[ItemFacts]:
    """The agenda of that slot's session, in its order: one query."""
    found: list[ItemFacts] = []
    for row in ask(db, OF_SLOT, slot=slot_id):
        found.append(ItemFacts(row.id, row.number, row.title, row.minutes, row.hint, total(found)))
    return found


def write(db: Db, session_id: int, items: Sequence[Item]) -> None:
    """The agenda of a session is this from now on. What is called the same keeps its id, else what has the same place:
    a room may be in it, and those who run it may have noted something there."""
    there = db.execute(select(ITEM.c.number, ITEM.c.title, ITEM.c.id).where(ITEM.c.session_id == session_id)).all()
    kept = _kept([(row.number, row.title, row.id) for row in there], items)
    for number, item in enumerate(items, 1):
        if number in kept:
            values = {"number": number, **item._asdict()}
            db.execute(ITEM.update().where(ITEM.c.id == kept[number]).values(**values))
        else:
            db.add(AgendaItem(session_id=session_id, number=number, **item._asdict()))
    gone = {row.id for row in there} - set(kept.values())
    db.execute(delete(ITEM).where(ITEM.c.id.in_(sorted(gone))))
    db.flush()


def _kept(there: Iterable[tuple[int, str, int]], items: Sequence[Item]) -> dict[int, int]:
    """The id that the item at each place keeps."""
    left, kept = sorted(there), dict[int, int]()
    for by_title in (True, False):
        for number, item in enumerate(items, 1):
            found = [one for one in left if (one[1] == item.title if by_title else one[0] == number)]
            if number not in kept and found:
                kept[number] = found[0][2]
                left.remove(found[0])
    return kept


def total(items: Iterable[Item | ItemFacts]) -> int:
    """How many minutes an agenda takes."""
    return sum(item.minutes for item in items)
