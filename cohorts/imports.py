"""Imports: lists of teams and people that facilitators upload, look at, and then apply or cancel.

Reading and applying are jobs (cohorts/importing.py). What an import is at is told by its instants alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import String, bindparam, case, cast, delete, func, literal, select, update

from cohorts.checking import TO_DO, Plan
from cohorts.models import Cohort, Import, ImportRow, Programme
from people.models import Person
from server.audit import note
from server.db import Db
from server.jobs import JOB, enqueue
from server.live.log import new_stream, touch
from server.refusals import Message

IMPORT: Any = Import.__table__  # type: ignore[attr-defined]
ROW: Any = ImportRow.__table__  # type: ignore[attr-defined]
READ, APPLY = "import.read", "import.apply"


class Outcome(StrEnum):
    """What became of a row that was applied. STOPPED: whoever confirmed the import runs the cohort no more; LOST: what
    the row said was erased before its turn came; REFUSED: something that was checked has changed since."""

    FOUNDED = "founded"
    INVITED = "invited"
    MEMBER = "member"
    ASKED = "asked"
    STOPPED = "stopped"
    LOST = "lost"
    REFUSED = "refused"


class State(Enum):
    """What an import is at. STUCK: the job that works on it was given up, and it is not at its end."""

    READING = "reading"
    UNREADABLE = "unreadable"
    READY = "ready"
    APPLYING = "applying"
    DONE = "done"
    CANCELLED = "cancelled"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """An import, who uploaded it, and how far the job is that works on it (`done` of `total` rows; 0: not begun).
    `time_zone` is its programme's."""

    id: int
    cohort_id: int
    file_name: str
    at: datetime
    read_at: datetime | None
    confirmed_at: datetime | None
    applied_at: datetime | None
    cancelled_at: datetime | None
    stream_id: int
    by: str
    time_zone: str
    problem: Message | None
    ignored: tuple[str, ...]
    done: int = 0
    total: int = 0
    given_up: bool = False

    @property
    def state(self) -> State:
        """What it is at."""
        if self.cancelled_at:
            return State.CANCELLED
        if self.problem:
            return State.UNREADABLE
        if self.confirmed_at:
            return State.DONE if self.applied_at else self._at_work(State.APPLYING)
        return State.READY if self.read_at else self._at_work(State.READING)

    def _at_work(self, state: State) -> State:
        return State.STUCK if self.given_up else state


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row as it was read; `errors` are messages by field."""

    number: int
    typed: Mapping[str, str]
    meant: Mapping[str, str]
    errors: Mapping[str, Message]
    plan: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each plan and of each outcome; `waiting`: those whose turn has not come."""

    plans: Mapping[str, int]
    outcomes: Mapping[str, int]
    waiting: int

    @property
    def rows(self) -> int:
        """All rows of the list."""
        return sum(self.plans.values())

    @property
    def to_do(self) -> int:
        """The rows that can be applied: each is an invitation."""
        return sum(self.plans.get(plan, 0) for plan in TO_DO)

    @property
    def there(self) -> int:
        """The rows that need nothing: their people are members or were asked."""
        return self.plans.get(Plan.MEMBER, 0) + self.plans.get(Plan.ASKED, 0)


def job_key(kind: str, import_id: int) -> str:
    """The key of the job that works on an import."""
    return f"{kind}-{import_id}"


def progress(import_id: int) -> str:
    """The region that shows how far an import is."""
    return f"import-progress-{import_id}"


def listing(import_id: int) -> str:
    """The region that shows what is in an import."""
    return f"import-rows-{import_id}"


def upload(db: Db, *, cohort_id: int, by_id: int, file_name: str, content: bytes, now: datetime) -> int:
    """Take a file in and ask for it to be read. The id of the import."""
    made = Import(
        cohort_id=cohort_id,
        by_id=by_id,
        file_name=file_name,
        content=content,
        at=now,
        stream_id=new_stream(db, "import"),
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    enqueue(db, READ, now=now, key=job_key(READ, made.id), import_id=made.id)
    return made.id


def confirm(db: Db, import_id: int, *, by_id: int, now: datetime) -> bool:
    """Ask for the good rows to be applied. False: there is nothing to confirm, or somebody did already."""
    ready = (IMPORT.c.id == import_id) & IMPORT.c.read_at.is_not(None) & (IMPORT.c.problem == "")
    fresh = ready & IMPORT.c.confirmed_at.is_(None) & IMPORT.c.cancelled_at.is_(None)
    to_do = counts(db, import_id).to_do
    if to_do == 0:
        return False
    if db.execute(update(IMPORT).where(fresh).values(confirmed_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        return False
    made = db.get_one(Import, import_id)
    cohort = db.get_one(Cohort, made.cohort_id)
    words = f"{made.file_name}: {to_do}, {cohort.name}"
    note(db, "import confirmed", by_id=by_id, now=now, programme_id=cohort.programme_id, words=words)
    enqueue(db, APPLY, now=now, key=job_key(APPLY, import_id), import_id=import_id, by_id=by_id)
    touch(db, made.stream_id, progress(import_id), listing(import_id))
    return True


def cancel(db: Db, import_id: int, *, now: datetime) -> bool:
    """Give an import up before anything was done, and forget what the list said. False: it is too late."""
    fresh = (IMPORT.c.id == import_id) & IMPORT.c.confirmed_at.is_(None) & IMPORT.c.cancelled_at.is_(None)
    gone = {"cancelled_at": now, "content": b"", "problem": "", "ignored": ""}
    stream_id = db.execute(update(IMPORT).where(fresh).values(**gone).returning(IMPORT.c.stream_id)).scalar()
    if stream_id is None:
        return False
    db.execute(delete(ROW).where(ROW.c.import_id == import_id))
    touch(db, stream_id, progress(import_id), listing(import_id))
    return True


def try_again(db: Db, import_id: int, *, by_id: int, now: datetime) -> bool:
    """Ask once more for the work that was given up; it goes on where it stood. False: it was not given up."""
    one = read(db, IMPORT.c.id == import_id)[0]
    if one.state is not State.STUCK:
        return False
    kind = APPLY if one.confirmed_at else READ
    enqueue(db, kind, now=now, key=job_key(kind, import_id), import_id=import_id, by_id=by_id)
    touch(db, one.stream_id, progress(import_id))
    return True


_FACTS = ("id", "cohort_id", "file_name", "at", "read_at", "confirmed_at", "applied_at", "cancelled_at", "stream_id")


def read(db: Db, *conditions: Any) -> list[ImportFacts]:
    """The imports that meet the conditions, the newest first: one query."""
    person, cohort, programme = Person.__table__, Cohort.__table__, Programme.__table__  # type: ignore[attr-defined]
    working = case((IMPORT.c.confirmed_at.is_(None), READ), else_=APPLY)
    key = working + literal("-") + cast(IMPORT.c.id, String)
    rows = db.execute(
        select(*(IMPORT.c[name] for name in _FACTS), person.c.name, programme.c.time_zone)
        .add_columns(IMPORT.c.problem, IMPORT.c.ignored, func.coalesce(JOB.c.done, 0), func.coalesce(JOB.c.total, 0))
        .add_columns(JOB.c.id.is_(None) | JOB.c.ended_at.is_not(None))
        .join(person, person.c.id == IMPORT.c.by_id)
        .join(cohort, cohort.c.id == IMPORT.c.cohort_id)
        .join(programme, programme.c.id == cohort.c.programme_id)
        .outerjoin(JOB, JOB.c.key == key)
        .where(*conditions)
        .order_by(IMPORT.c.id.desc())
    )
    return [_facts(row) for row in rows]


def _facts(row: Any) -> ImportFacts:
    wide = len(_FACTS) + 2
    problem, ignored, done, total, given_up = row[wide:]
    why = Message(*json.loads(problem)) if problem else None
    return ImportFacts(*(*row[:wide], why, tuple(json.loads(ignored or "[]")), done, total, bool(given_up)))


def of_stream(db: Db, stream_id: int) -> ImportFacts | None:
    """The import that stream carries."""
    found = read(db, IMPORT.c.stream_id == stream_id)
    return found[0] if found else None


def counts(db: Db, import_id: int) -> Counts:
    """How many rows of which plan and outcome an import has."""
    query = select(ROW.c.plan, ROW.c.outcome, func.count()).where(ROW.c.import_id == import_id)
    plans, outcomes, waiting = Counter[str](), Counter[str](), 0
    for plan, outcome, count in db.execute(query.group_by(ROW.c.plan, ROW.c.outcome)):
        plans[plan] += count
        if outcome:
            outcomes[outcome] += count
        elif plan in TO_DO:
            waiting += count
    return Counts(plans, outcomes, waiting)


def rows(db: Db, import_id: int, *, most: int, after: int = 0, wrong: bool | None = None) -> list[RowFacts]:
    """Rows of an import in their order, those after the number `after`; `wrong`: only those with errors, or without."""
    query = select(ROW).where(ROW.c.import_id == import_id, ROW.c.number > after).order_by(ROW.c.number).limit(most)
    if wrong is not None:
        query = query.where((ROW.c.plan == Plan.WRONG) if wrong else (ROW.c.plan != Plan.WRONG))
    return [_row(row) for row in db.execute(query)]


def waiting_rows(db: Db, import_id: int, most: int) -> list[RowFacts]:
    """The first rows that are good and not applied yet."""
    query = select(ROW).where(ROW.c.import_id == import_id, ROW.c.plan.in_(TO_DO), ROW.c.outcome == "")
    return [_row(row) for row in db.execute(query.order_by(ROW.c.number).limit(most))]


def settle(db: Db, import_id: int, outcomes: Mapping[int, Outcome]) -> None:
    """Write down what became of rows, by number."""
    here = (ROW.c.import_id == import_id) & (ROW.c.number == bindparam("at"))
    told = [{"at": number, "became": outcome.value} for number, outcome in outcomes.items()]
    db.connection().execute(update(ROW).where(here).values(outcome=bindparam("became")), told)


def end(db: Db, import_id: int, *, now: datetime) -> None:
    """The import is over. Rows that are still without an outcome were stopped."""
    here = (ROW.c.import_id == import_id) & ROW.c.plan.in_(TO_DO) & (ROW.c.outcome == "")
    db.execute(update(ROW).where(here).values(outcome=Outcome.STOPPED.value))
    over = update(IMPORT).where(IMPORT.c.id == import_id).values(applied_at=now).returning(IMPORT.c.stream_id)
    touch(db, db.execute(over).scalar_one(), progress(import_id), listing(import_id))


def _row(row: Any) -> RowFacts:
    cells = json.loads(row.cells)
    errors = {name: Message(*one) for name, one in json.loads(row.errors or "{}").items()}
    return RowFacts(row.number, cells.get("typed", {}), cells.get("meant", {}), errors, row.plan, row.outcome)
