"""In whose name things are shown, as those who run a cohort or a programme set it.

What was said is stored with what its author was promised, so a looser rule later unmasks nothing. Who among those who
run it sees the authors is no part of what is stored: that promise is kept by not letting it be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from cohorts.memberships import tell_everybody
from cohorts.models import Attribution, Cohort, Membership, Programme
from server.audit import note
from server.db import Db

_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


class Promised(Exception):
    """Something was said there while facilitators were not told by whom."""


def set_for_cohort(db: Db, cohort_id: int, attribution: str, *, by_id: int, now: datetime) -> None:
    """The most that is told from now on of who says what in a cohort. What tells less holds at once for everything."""
    cohort = db.get_one(Cohort, cohort_id)
    before, cohort.attribution = cohort.attribution, attribution
    if attribution != before:
        words = f"{cohort.name}: {before}, {attribution}"
        note(db, "attribution set", by_id=by_id, now=now, programme_id=cohort.programme_id, words=words)
        tell_everybody(db, cohort_id)


def set_for_programme(db: Db, programme_id: int, facilitators_see_authors: bool, *, by_id: int, now: datetime) -> None:
    """Whether facilitators see who said what is masked for others. Raises Promised."""
    programme = db.get_one(Programme, programme_id)
    if programme.facilitators_see_authors == facilitators_see_authors:
        return
    if facilitators_see_authors and _anything_masked(db, programme_id):
        raise Promised
    programme.facilitators_see_authors = facilitators_see_authors
    words = f"{programme.name}: {'yes' if facilitators_see_authors else 'no'}"
    note(db, "facilitators see authors", by_id=by_id, now=now, programme_id=programme_id, words=words)
    for id_ in db.execute(select(_COHORT.c.id).where(_COHORT.c.programme_id == programme_id)).scalars().all():
        tell_everybody(db, id_)


def _anything_masked(db: Db, programme_id: int) -> bool:
    held = select(_HELD.c.id).where(_HELD.c.programme_id == programme_id)
    return any(
        db.execute(
            select(table.c.membership_id)
            .where(table.c.attribution != Attribution.NAMED, table.c.membership_id.in_(held))
            .limit(1)
        ).first()
        for table in _contributions()
    )


def _contributions() -> Iterator[Any]:
    """Every table that keeps what somebody said, of whatever package: it has both of these columns."""
    for table in SQLModel.metadata.sorted_tables:
        if {"attribution", "membership_id"} <= set(table.c.keys()):
            yield table
