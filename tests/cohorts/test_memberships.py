"""Joining and leaving: what it adds up to, whom it tells, and with which voice somebody talks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from cohorts import memberships
from cohorts.memberships import Held, Standing, speaking_as, standing_of
from cohorts.models import Cohort, Membership, Removal
from people.models import Person
from server.db import Database
from server.live.log import TOUCHED
from tests.cohorts.conftest import NOW, Ground


def remove(database: Database, ground: Ground, name: str) -> dict[int, list[str]]:
    with database.transaction(writing=True) as db:
        ended = db.get_one(Membership, ground.held[name])
        memberships.remove(db, ended, by=ground.people["facilitator"], now=NOW)
        return {stream: list(regions) for stream, regions in db.info.get(TOUCHED, {}).items()}


def test_what_lies_above_is_filled_in(database: Database, ground: Ground) -> None:
    with database.transaction(writing=False) as db:
        member, adviser, owner = (
            standing_of(db, ground.people[name]).held[0] for name in ("member", "adviser", "owner")
        )
    assert (member.programme_id, member.cohort_id, member.team_id) == (ground.programme, ground.near, ground.own)
    assert (adviser.programme_id, adviser.cohort_id, adviser.team_id) == (ground.programme, ground.near, None)
    assert (owner.programme_id, owner.cohort_id, owner.team_id) == (None, None, None)


def test_removal_ends_access_and_tells_who_must_know(database: Database, ground: Ground) -> None:
    with database.transaction(writing=False) as db:
        assert standing_of(db, ground.people["member"]).held != ()
        person = db.get_one(Person, ground.people["member"]).stream_id
        cohort = db.get_one(Cohort, ground.near)
    touched = remove(database, ground, "member")
    arrivals = [f"arrivals-counts-{cohort.id}", f"arrivals-team-{ground.own}"]
    assert touched == {
        person: ["access"],
        cohort.stream_id: [f"members-{ground.own}"],
        cohort.arrivals_stream_id: arrivals,
    }
    with database.transaction(writing=False) as db:
        assert standing_of(db, ground.people["member"]).held == ()
        assert standing_of(db, ground.people["peer"]).held != ()
        assert memberships.members_of(db, ground.own) == []
        assert [one.name for one in memberships.members_of(db, ground.other)] == ["Peer"]


def test_a_second_removal_changes_nothing(database: Database, ground: Ground) -> None:
    remove(database, ground, "member")
    assert remove(database, ground, "member") == {}
    with database.transaction(writing=False) as db:
        assert [row.by_id for row in db.execute(select(Removal)).scalars()] == [ground.people["facilitator"]]


def test_another_name_is_told_where_it_is_read(database: Database, ground: Ground) -> None:
    with database.transaction(writing=True) as db:
        cohort = db.get_one(Cohort, ground.near)
        for name in ("member", "owner", "nobody"):
            memberships.person_renamed(db, ground.people[name])
        assert db.info[TOUCHED] == {
            cohort.stream_id: {f"members-{ground.own}": None},
            cohort.arrivals_stream_id: dict.fromkeys((f"arrivals-counts-{ground.near}", f"arrivals-team-{ground.own}")),
        }


@dataclass(frozen=True)
class Place:
    """A team and where it stands."""

    id: int
    cohort_id: int
    programme_id: int


def test_own_team_speaks_first_then_the_adviser() -> None:
    facilitator = Held(1, "facilitator", 1, None, None)
    peer, adviser, member = Held(2, "member", 1, 1, 8), Held(3, "adviser", 1, 1, None), Held(4, "member", 1, 1, 7)
    sponsor, owner, away = (
        Held(5, "sponsor", 1, 1, None),
        Held(6, "owner", None, None, None),
        Held(7, "member", 1, 2, 9),
    )
    team = Place(7, 1, 1)

    def speaks(*held: Held) -> int | None:
        voice = speaking_as(Standing(1, held), team)
        return voice.id if voice else None

    assert speaks(sponsor, owner, peer, facilitator, adviser, member) == member.id
    assert speaks(sponsor, owner, peer, facilitator, adviser) == adviser.id
    assert speaks(sponsor, owner, peer, facilitator) == facilitator.id
    assert speaks(sponsor, owner, away, peer) == peer.id
    assert speaks(sponsor, owner, away) is None
