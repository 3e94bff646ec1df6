"""What an initiative said before: its versions, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cohorts.initiatives import FIELDS
from cohorts.models import InitiativeVersion
from people.models import Person
from server.db import Db

VERSION: Any = InitiativeVersion.__table__  # type: ignore[attr-defined]
PERSON: Any = Person.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Version:
    """An initiative as it stood; `by` is the name of who saved it, None where nobody did it by hand."""

    number: int
    at: datetime
    by: str | None
    texts: Mapping[str, str]


_VERSIONS = select(
    VERSION.c.version, VERSION.c.at, PERSON.c.name, *(VERSION.c[name] for name in FIELDS)
).outerjoin_from(VERSION, PERSON, PERSON.c.id == VERSION.c.by_id)


def versions(db: Db, initiative_id: int, *, upto: int, most: int) -> list[Version]:
    """The newest `most` versions up to number `upto`, newest first. Whoever asks must have opened the initiative."""
    here = (VERSION.c.initiative_id == initiative_id) & (VERSION.c.version <= upto)
    found = db.execute(_VERSIONS.where(here).order_by(VERSION.c.version.desc()).limit(most))
    return [_version(row) for row in found]


def version(db: Db, initiative_id: int, number: int) -> Version | None:
    """That version."""
    here = (VERSION.c.initiative_id == initiative_id) & (VERSION.c.version == number)
    row = db.execute(_VERSIONS.where(here)).first()
    return _version(row) if row else None


def dates(db: Db, initiative_id: int) -> Sequence[Any]:
    """Number (`version`) and time (`at`) of every version, newest first."""
    mine = select(VERSION.c.version, VERSION.c.at).where(VERSION.c.initiative_id == initiative_id)
    return db.execute(mine.order_by(VERSION.c.version.desc())).all()


def _version(row: Any) -> Version:
    return Version(row[0], row[1], row[2], dict(zip(FIELDS, row[3:], strict=True)))
