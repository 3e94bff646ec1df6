"""The lists a cohort keeps, of its rounds or of its sessions. Each has two streams, because a stream has one audience
(decision 0004): `stream_id` for what everybody who takes part may see, `run_stream_id` for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import insert, select
from sqlmodel import SQLModel

from cohorts.models import Cohort
from server.db import Db
from server.live.log import new_stream

__all__ = ["CohortList"]

_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class CohortList(Generic[Row]):
    """A list that every cohort is born with. `model`: its table, with a row a cohort (`cohort_id`, `stream_id`,
    `run_stream_id`); `name`: what it lists, as the kinds of its streams begin."""

    model: type[Row]
    name: str

    def begin(self, db: Db, cohort: Cohort) -> None:
        """A cohort that was made just now gets its list. Harmless twice: commands that fill a database without the
        application ask for it themselves."""
        if db.get(self.model, cohort.id) is not None:
            return
        streams = {
            "stream_id": new_stream(db, f"{self.name} list"),
            "run_stream_id": new_stream(db, f"{self.name} run list"),
        }
        db.execute(insert(self.model).values(cohort_id=cohort.id, **streams))

    def of(self, db: Db, cohort_id: int) -> Row:
        """The list of a cohort, with its two streams."""
        return db.get_one(self.model, cohort_id)

    def cohort_id(self, db: Db, column: str, stream_id: int) -> int:
        """The cohort whose list has that stream in that column; there is one."""
        table: Any = self.model.__table__  # type: ignore[attr-defined]
        found: int = db.execute(select(table.c.cohort_id).where(table.c[column] == stream_id)).scalar_one()
        return found

    def cohort_stream(self, db: Db, column: str, stream_id: int) -> int | None:
        """The stream of that cohort itself; None where no list has such a stream."""
        table: Any = self.model.__table__  # type: ignore[attr-defined]
        way = select(_COHORT.c.stream_id).join_from(table, _COHORT, _COHORT.c.id == table.c.cohort_id)
        return db.execute(way.where(table.c[column] == stream_id)).scalar()
