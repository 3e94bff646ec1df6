"""A cohort as full as a lively one: one thread of many comments, people with every vantage, each signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from cohorts import cohorts, initiatives, memberships, programmes, teams
from cohorts.audiences import Vantage
from cohorts.models import Role
from feedback import comments, threads
from feedback.models import Thread
from people import logins, organisations, persons
from people.models import Organisation
from server.clock import utc_now
from server.db import Database, Db
from server.live.log import write_touched

WORDS = (
    "We tried something close to this two years ago, and what surprised us was how little the tool mattered. What made "
    "the difference was that somebody *sat with people* while they filled in the form, and wrote down every place "
    "where they stopped. Could you start with ten of those conversations before you build anything? We would gladly "
    "share our notes, including the parts we are not proud of.\n\n"
    "- Which group do you reach least today?\n- What would make you stop the pilot early?\n\n"
    "One more thing: ask the people at the counter. They know, and nobody asks them."
)


@dataclass(frozen=True)
class Filled:
    """Where things are: the page, its thread, and the login tokens of readers by vantage, the author's first."""

    page: str
    thread_id: int
    tokens: tuple[str, ...]
    vantages: int


@dataclass(frozen=True)
class Reader:
    """Somebody signed in, with the membership they talk with."""

    person_id: int
    membership_id: int
    token: str


def fill(path: Path, *, said: int, readers: int) -> Filled:
    """A database at `path` with `said` comments in one thread and `readers` signed-in people of four vantages."""
    database = Database(f"sqlite:///{path}")
    SQLModel.metadata.create_all(database.engine)
    database.before_commit.append(write_touched)
    now = utc_now()
    with database.transaction(writing=True) as db:
        office = organisations.add(db, name="Harbour Office", country="NO", time_zone="Europe/Oslo", sample=True)
        programme = programmes.create(db, name="Programme", time_zone="Europe/Paris")
        cohort = cohorts.create(db, programme, name="Cohort")
        own, other = (teams.create(db, cohort, office, name=name, sample=True) for name in ("Own team", "Other team"))
        initiative = initiatives.start(
            db, own, title="A counter that listens", challenge=WORDS, context=WORDS, tried=WORDS, asked=WORDS, now=now
        )
        threads.open_for_new(db, [initiative])
        assert initiative.id is not None
        thread = db.get_one(Thread, threads.of_cohort(db, initiative.id))
        scopes: tuple[dict[str, Any], ...] = (
            {"role": Role.MEMBER, "team_id": own.id},
            {"role": Role.MEMBER, "team_id": other.id},
            {"role": Role.ADVISER, "cohort_id": cohort.id},
            {"role": Role.FACILITATOR, "programme_id": programme.id},
        )
        people = [_reader(db, office, number, scopes[number % len(scopes)], now) for number in range(readers)]
        _converse(db, thread, people, said, now)
        tokens = tuple(person.token for person in people)
        found = Filled(f"/initiatives/{initiative.id}", thread.id or 0, tokens, min(readers, len(scopes)))
    database.close()
    return found


def _reader(db: Db, office: Organisation, number: int, scope: dict[str, Any], now: datetime) -> Reader:
    assert office.id is not None
    name, email = f"Reader {number}", f"{number}@bench.example"
    person = persons.add(db, name=name, email=email, organisation_id=office.id, time_zone="UTC")
    held = memberships.join(db, person=person, now=now, **scope)
    assert person.id is not None
    assert held.id is not None
    return Reader(person.id, held.id, logins.begin(db, person.id, "bench", now))


def _converse(db: Db, thread: Thread, people: list[Reader], said: int, now: datetime) -> None:
    seen = Vantage(frozenset({thread.audience_id}), frozenset({Role.MEMBER}), "en")
    where = threads.thread_now(db, seen, thread.id or 0)
    assert where is not None
    for number in range(said):
        author = people[number % len(people)]
        comments.post(
            db,
            where,
            membership_id=author.membership_id,
            author_id=author.person_id,
            text=f"{number}. {WORDS}",
            language="en",
            parent_id=None,
            now=now - timedelta(minutes=said - number),
        )
