"""A programme with two cohorts and somebody in every role, in a database file of its own; no server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from cohorts import cohorts, initiatives, memberships, programmes, teams
from cohorts.models import Cohort, Initiative, Membership, Role, Team
from people import organisations, persons
from people.models import Person
from server.clock import utc_now
from server.db import Database, Db
from server.live.log import write_touched
from tests.cohorts.guests import Guests
from tests.world import World

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Ground:
    """Ids of what there is; `people` and `held` (memberships) by the role towards team "own" of cohort "near"."""

    programme: int
    near: int
    far: int
    foreign: int
    own: int
    other: int
    away: int
    initiative: int
    people: dict[str, int]
    held: dict[str, int]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'cohorts.db'}", synchronous="NORMAL")) as database:
        SQLModel.metadata.create_all(database.engine)
        database.before_commit.append(write_touched)
        yield database


def id_of(row: Person | Cohort | Team | Membership | Initiative) -> int:
    assert row.id is not None
    return row.id


def begin(db: Db, team: Team) -> Initiative:
    return initiatives.start(
        db, team, title="Reach everybody", challenge="Half", context="A river", tried="Sirens", asked="How?", now=NOW
    )


@pytest.fixture
def ground(database: Database) -> Ground:
    with database.transaction(writing=True) as db:
        house = organisations.add(db, name="Port City", country="NL", time_zone="Europe/Amsterdam")
        assert house.id is not None
        programme, elsewhere = programmes.create(db, name="Borders"), programmes.create(db, name="Elsewhere")
        near, far = (cohorts.create(db, programme, name=name) for name in ("Near", "Far"))
        foreign = cohorts.create(db, elsewhere, name="Foreign")
        own, other, away = (
            teams.create(db, cohort, house, name=name)
            for cohort, name in ((near, "Own"), (near, "Other"), (far, "Away"))
        )
        initiative = begin(db, own)
        begin(db, away)
        covers: dict[str, tuple[Role, dict[str, int | None]] | None] = {
            "member": (Role.MEMBER, {"team_id": own.id}),
            "peer": (Role.MEMBER, {"team_id": other.id}),
            "elsewhere": (Role.MEMBER, {"team_id": away.id}),
            "adviser": (Role.ADVISER, {"cohort_id": near.id}),
            "sponsor": (Role.SPONSOR, {"cohort_id": near.id}),
            "facilitator": (Role.FACILITATOR, {"programme_id": programme.id}),
            "stranger": (Role.FACILITATOR, {"programme_id": elsewhere.id}),
            "owner": (Role.OWNER, {}),
            "nobody": None,
        }
        people, held = everybody(db, house.id, covers)
        near_id, far_id, foreign_id = id_of(near), id_of(far), id_of(foreign)
        ids = (id_of(own), id_of(other), id_of(away), id_of(initiative))
        return Ground(near.programme_id, near_id, far_id, foreign_id, *ids, people, held)


def everybody(
    db: Db, organisation_id: int, covers: dict[str, tuple[Role, dict[str, int | None]] | None]
) -> tuple[dict[str, int], dict[str, int]]:
    """A person for each entry, with the membership it names."""
    people, held = {}, {}
    for name, role in covers.items():
        person = persons.add(db, name=name.title(), email=f"{name}@example.org", organisation_id=organisation_id)
        people[name] = id_of(person)
        if role:
            held[name] = id_of(memberships.join(db, person=person, role=role[0], now=NOW, **role[1]))
    return people, held


@pytest.fixture
def guests(world_database: tuple[str, World]) -> Iterator[Guests]:
    """Invitations in a database with the cast."""
    with closing(Database(world_database[0], connections=12, synchronous="NORMAL")) as database:
        database.before_commit.append(write_touched)
        yield Guests(database, world_database[1], utc_now())
