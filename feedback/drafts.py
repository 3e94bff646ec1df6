"""Drafts: what somebody has begun to write, kept until it is sent or discarded, and shown to nobody else.

A save names the version it was written over. One that was written over something older is refused, unless the same
shown form wrote that too (its answer was lost on the way) or both say the same: so nothing is lost on two devices.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, or_, select, update

from feedback.models import Draft
from server.db import Db, ask
from server.receipts import Receipt

DRAFT: Any = Draft.__table__  # type: ignore[attr-defined]
RECEIPT: Any = Receipt.__table__  # type: ignore[attr-defined]

MOST = 200
KEPT = timedelta(days=90)
RETURNABLE = timedelta(hours=1)


class Newer(Exception):
    """Another form of the same person has written this draft since."""


class Full(Exception):
    """This person has as many drafts as anybody may have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft: the form's fields as they were typed. `discarded`: it is out of the way and can be put back."""

    fields: Mapping[str, str]
    version: int
    at: datetime
    discarded: bool


# Put together once: every comment sends one. `_known` says the same of a draft that is written.
_SENT = delete(DRAFT).where(
    DRAFT.c.person_id == bindparam("person"),
    DRAFT.c.place == bindparam("place_is"),
    or_(
        DRAFT.c.version == bindparam("over"),
        (DRAFT.c.key == bindparam("form")) & (DRAFT.c.key != ""),
        DRAFT.c.text == bindparam("said"),
    ),
)


def _written(fields: Mapping[str, str]) -> str:
    return json.dumps(dict(fields), ensure_ascii=False, sort_keys=True)


def _of(person_id: int, place: str) -> ColumnElement[bool]:
    here: ColumnElement[bool] = (DRAFT.c.person_id == person_id) & (DRAFT.c.place == place)
    return here


def _known(version: int, key: str) -> ColumnElement[bool]:
    """The draft is the one that form has seen."""
    written = DRAFT.c.key == key if key else DRAFT.c.version == version
    return or_(DRAFT.c.version == version, written)


def read(db: Db, person_id: int, place: str, now: datetime) -> Kept | None:
    """The draft of that person for that form."""
    columns = (DRAFT.c.text, DRAFT.c.version, DRAFT.c.at, DRAFT.c.discarded_at)
    row = db.execute(select(*columns).where(_of(person_id, place))).first()
    return None if row is None else still_kept(json.loads(row.text), row.version, row.at, row.discarded_at, now)


def still_kept(
    fields: Mapping[str, str], version: int, at: datetime, discarded_at: datetime | None, now: datetime
) -> Kept | None:
    """A draft as its row tells it; None once it was discarded and cannot be put back."""
    if discarded_at and discarded_at < now - RETURNABLE:
        return None
    return Kept(fields, version, discarded_at or at, discarded_at is not None)


def save(
    db: Db, person_id: int, place: str, fields: Mapping[str, str], *, version: int, key: str, now: datetime
) -> int | None:
    """Keep what a form holds, written over `version`; its version now, None when that form was sent meanwhile.

    Raises Newer and Full.
    """
    text = _written(fields)
    over = or_(_known(version, key), DRAFT.c.text == text, DRAFT.c.discarded_at.is_not(None))
    values = {"text": text, "version": DRAFT.c.version + 1, "key": key, "at": now, "discarded_at": None}
    changed = update(DRAFT).where(_of(person_id, place), over).values(values).returning(DRAFT.c.version)
    saved: int | None = db.execute(changed).scalar()
    return _begin(db, person_id, place, text, key, now) if saved is None else saved


def _begin(db: Db, person_id: int, place: str, text: str, key: str, now: datetime) -> int | None:
    here = select(func.count()).where(DRAFT.c.person_id == person_id)
    there = select(DRAFT.c.id).where(_of(person_id, place)).exists()
    # A save that was overtaken by the sending of its form must not bring the draft back.
    sent = select(RECEIPT.c.key).where(RECEIPT.c.key == key, RECEIPT.c.person_id == person_id).exists()
    found = db.execute(select(here.scalar_subquery().label("drafts"), there.label("newer"), sent.label("sent"))).one()
    if found.newer:
        raise Newer
    if found.sent:
        return None
    if found.drafts >= MOST:
        raise Full
    # Somewhere in the first half of an integer: a draft begun anew is never taken for the one before it.
    version = secrets.randbelow(2**30) + 1
    db.execute(insert(DRAFT).values(person_id=person_id, place=place, text=text, version=version, key=key, at=now))
    return version


def sent(db: Db, person_id: int, place: str, fields: Mapping[str, str], *, version: int, key: str) -> None:
    """The form was sent. What another device wrote over it since stays."""
    ask(db, _SENT, person=person_id, place_is=place, over=version, form=key, said=_written(fields))


def discard(db: Db, person_id: int, place: str, *, version: int, key: str, now: datetime) -> None:
    """Put a draft out of the way; for an hour it can be put back. Twice is once. Raises Newer."""
    here = _of(person_id, place) & DRAFT.c.discarded_at.is_(None)
    gone: Any = db.execute(update(DRAFT).where(here, _known(version, key)).values(discarded_at=now))
    if not gone.rowcount and db.execute(select(DRAFT.c.id).where(here)).first():
        raise Newer


def put_back(db: Db, person_id: int, place: str, *, now: datetime) -> None:
    """Undo a discard. Twice is once."""
    fresh = DRAFT.c.discarded_at >= now - RETURNABLE
    db.execute(update(DRAFT).where(_of(person_id, place), fresh).values(discarded_at=None))


def clear(db: Db, *, now: datetime) -> int:
    """Erase drafts that were left for 90 days, and discarded ones that cannot be put back; how many there were."""
    old = or_(DRAFT.c.at < now - KEPT, DRAFT.c.discarded_at < now - RETURNABLE)
    gone: Any = db.execute(delete(DRAFT).where(old))
    return int(gone.rowcount)
