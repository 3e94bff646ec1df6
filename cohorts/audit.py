"""The audit log as it is read: who did what to whom and when, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from cohorts.models import Programme
from people.models import Person
from server.audit import AuditEntry
from server.db import Db

_ENTRY: Any = AuditEntry.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_BY: Any = _PERSON.alias("by")
_WHOM: Any = _PERSON.alias("whom")
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `by` None: from the command line, or by the program itself."""

    id: int
    at: datetime
    what: str
    words: str
    by_id: int | None
    by: str | None
    person_id: int | None
    person: str | None
    programme: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted. `programmes` None: everything, for owners. `person_id`: done by them or to them."""

    programmes: frozenset[int] | None
    what: str = ""
    person_id: int | None = None
    before: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What every entry that is shown must meet."""
        found: list[Any] = [] if self.programmes is None else [_of(self.programmes)]
        found += [_ENTRY.c.what == self.what] if self.what else []
        if self.person_id is not None:
            found.append(or_(_ENTRY.c.by_id == self.person_id, _ENTRY.c.person_id == self.person_id))
        return found + ([_ENTRY.c.id < self.before] if self.before is not None else [])


def _of(programme_ids: Collection[int]) -> Any:
    return _ENTRY.c.programme_id.in_(sorted(programme_ids))


def read(db: Db, wanted: Filter, most: int) -> list[Entry]:
    """The newest entries that are wanted: one query."""
    columns = (
        *(_ENTRY.c[name] for name in ("id", "at", "what", "words", "by_id")),
        _BY.c.name.label("by"),
        _ENTRY.c.person_id,
        _WHOM.c.name.label("person"),
        _PROGRAMME.c.name.label("programme"),
    )
    rows = db.execute(
        select(*columns)
        .select_from(_ENTRY)
        .outerjoin(_BY, _BY.c.id == _ENTRY.c.by_id)
        .outerjoin(_WHOM, _WHOM.c.id == _ENTRY.c.person_id)
        .outerjoin(_PROGRAMME, _PROGRAMME.c.id == _ENTRY.c.programme_id)
        .where(*wanted.conditions())
        .order_by(_ENTRY.c.id.desc())
        .limit(most)
    )
    return [Entry(*row) for row in rows]


def whats(db: Db, programme_ids: frozenset[int] | None) -> list[str]:
    """The kinds of entries there are to choose from."""
    kinds = select(_ENTRY.c.what).distinct().order_by(_ENTRY.c.what)
    return list(db.execute(kinds if programme_ids is None else kinds.where(_of(programme_ids))).scalars())


def people_in(db: Db, programme_ids: frozenset[int] | None) -> list[tuple[int, str]]:
    """Everybody named in those entries, as who did something or whom it was done to."""
    seen = [] if programme_ids is None else [_of(programme_ids)]
    by, whom = select(_ENTRY.c.by_id).where(*seen), select(_ENTRY.c.person_id).where(*seen)
    named = select(_PERSON.c.id, _PERSON.c.name).where(or_(_PERSON.c.id.in_(by), _PERSON.c.id.in_(whom)))
    return [(row[0], row[1]) for row in db.execute(named.order_by(_PERSON.c.name, _PERSON.c.id))]
