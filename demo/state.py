"""What a database holds, as far as the demo must know before it touches it."""

from __future__ import annotations

from enum import Enum, auto

from sqlalchemy import exists, select

from cohorts.models import Programme
from people.models import Person
from server.db import Database, Db


class DemoState(Enum):
    """EMPTY: the demo may fill it. FILLED: the demo is there already. REAL: people who are not invented are in it."""

    EMPTY = auto()
    FILLED = auto()
    REAL = auto()


def state_in(db: Db) -> DemoState:
    """The state, read in a transaction that is already open."""
    person, programme = Person.__table__, Programme.__table__  # type: ignore[attr-defined]
    real, anyone, anything = db.execute(
        select(
            exists(select(person.c.id).where(person.c.sample.is_(False))),
            exists(select(person.c.id)),
            exists(select(programme.c.id)),
        )
    ).one()
    if real or (anything and not anyone):
        return DemoState.REAL
    return DemoState.FILLED if anyone else DemoState.EMPTY


def state_of(database: Database) -> DemoState:
    """The state of a database that is migrated."""
    with database.transaction(writing=False) as db:
        return state_in(db)
