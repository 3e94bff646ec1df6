"""Cohorts: teams that learn together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, bindparam, select

from cohorts import audiences
from cohorts.models import Attribution, Cohort, Initiative, Programme, Team
from server.db import Db, ask
from server.live.log import new_stream, touch

# What other packages do when a cohort is made, and when its teams or their people change. server/app.py fills both,
# once: jobs make and change them too, where there is no call that could hand such functions down.
with_new_cohorts: list[Callable[[Db, Cohort], object]] = []
when_people_change: list[Callable[[Db, int, int | None], object]] = []


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """What is shown of a programme beside its parts."""

    id: int
    name: str
    edition: str
    host: str
    time_zone: str
    facilitators_see_authors: bool = False


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """A cohort with its programme."""

    id: int
    name: str
    purpose: str
    stream_id: int
    talk_stream_id: int
    attribution: str
    programme: ProgrammeFacts

    @property
    def naming(self) -> audiences.Naming:
        """What is told there of whose words are whose."""
        return audiences.Naming(self.attribution, self.programme.facilitators_see_authors)


class HasId(Protocol):
    """A programme, as a row or as a page has it."""

    @property
    def id(self) -> int | None: ...


def create(db: Db, programme: HasId, *, name: str, purpose: str = "", attribution: str = Attribution.NAMED) -> Cohort:
    """A cohort with its streams and its audiences."""
    assert programme.id is not None
    cohort = Cohort(
        programme_id=programme.id,
        name=name,
        purpose=purpose,
        attribution=attribution,
        stream_id=new_stream(db, "cohort"),
        talk_stream_id=new_stream(db, "talk"),
        arrivals_stream_id=new_stream(db, "arrivals"),
    )
    db.add(cohort)
    db.flush()
    audiences.make_for_cohort(db, cohort)
    for begin in with_new_cohorts:
        begin(db, cohort)
    return cohort


def _everything() -> Any:
    cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
    programme: Any = Programme.__table__  # type: ignore[attr-defined]
    return (
        select(
            *(cohort.c[name] for name in ("id", "name", "purpose", "stream_id", "talk_stream_id", "attribution")),
            *(programme.c[each.name] for each in fields(ProgrammeFacts)),
        )
        .join(programme, programme.c.id == cohort.c.programme_id)
        .order_by(programme.c.id, cohort.c.id)
    )


_EVERYTHING = _everything()


@lru_cache(maxsize=512)
def _those(scopes: tuple[ColumnElement[bool], ...], named: tuple[str, ...]) -> Any:
    # As the scopes are (cohorts/policies.py).
    table: Any = Cohort.__table__  # type: ignore[attr-defined]
    return _EVERYTHING.where(*scopes, *(table.c[name] == bindparam(name) for name in named))


def read(db: Db, *scopes: ColumnElement[bool], **named: int) -> list[CohortFacts]:
    """The cohorts in those scopes, in the order of programmes and of their own making, in one query; of these the ones
    `named` by columns of theirs, such as `id=7`."""
    rows = ask(db, _those(scopes, tuple(named)), **named)
    return [CohortFacts(*(*row[:6], ProgrammeFacts(*row[6:]))) for row in rows]


def describe(db: Db, cohort_id: int, *, name: str, purpose: str) -> None:
    """Give a cohort another name and purpose."""
    cohort = db.get_one(Cohort, cohort_id)
    cohort.name, cohort.purpose = name, purpose
    touch(db, cohort.stream_id, f"cohort-head-{cohort_id}")
    team: Any = Team.__table__  # type: ignore[attr-defined]
    tell_initiatives(db, team.c.cohort_id == cohort_id)


def arrivals_stream(db: Db, cohort_id: int) -> int:
    """The stream that tells those who run the cohort who was invited and who has arrived."""
    return db.get_one(Cohort, cohort_id).arrivals_stream_id


def tell_arrivals(db: Db, cohort_id: int, team_id: int | None) -> None:
    """Who was invited to a team, or to the cohort itself, changed, or who has arrived there."""
    part = f"arrivals-team-{team_id}" if team_id is not None else f"arrivals-board-{cohort_id}"
    touch(db, db.get_one(Cohort, cohort_id).arrivals_stream_id, f"arrivals-counts-{cohort_id}", part)
    for tell in when_people_change:
        tell(db, cohort_id, team_id)


def tell_heads(db: Db, condition: ColumnElement[bool]) -> None:
    """The heads of those cohorts' pages show the name of their programme, and their day may begin with its zone."""
    cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
    for id_, stream_id in db.execute(select(cohort.c.id, cohort.c.stream_id).where(condition)):
        touch(db, stream_id, f"cohort-head-{id_}", f"day-{id_}")


def tell_initiatives(db: Db, condition: ColumnElement[bool]) -> None:
    """The pages of those teams' initiatives show the names above them: the team's and the cohort's."""
    initiative, team = Initiative.__table__, Team.__table__  # type: ignore[attr-defined]
    found = select(initiative.c.id, initiative.c.stream_id).join(team, team.c.id == initiative.c.team_id)
    for id_, stream_id in db.execute(found.where(condition)):
        touch(db, stream_id, f"initiative-{id_}", f"whereabouts-{id_}")
