"""Accepting an invitation, and the first owner, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from cohorts.acceptance import Closed, State, first_owner_link
from cohorts.models import Acceptance, Membership, Role
from people.models import Person
from tests.cohorts.guests import ORIGIN, Guests, person


def test_accepting_adds_the_person_and_the_membership(guests: Guests) -> None:
    guests.invite("noor@example.org")
    (token,) = guests.tokens("noor@example.org")
    assert guests.accept(token, guests.newcomer("somebody.else@example.org"))
    with guests.database.transaction(writing=False) as db:
        noor = db.execute(select(Person).where(Person.email == "noor@example.org")).scalar_one()  # type: ignore[arg-type]
        held = db.execute(select(Membership).where(Membership.person_id == noor.id)).scalar_one()
    assert (held.role, held.team_id, held.cohort_id, held.programme_id) == (
        *(Role.MEMBER, guests.world.tide.team, guests.world.tide.cohort),
        guests.world.tide.programme,
    )
    opened = guests.opened(token)
    assert opened is not None
    assert (opened.state, opened.accepted_by_id) == (State.USED, noor.id)
    with pytest.raises(Closed):
        guests.accept(token, guests.newcomer())


def test_an_invitation_for_another_address_gives_nothing(guests: Guests) -> None:
    guests.invite("noor@example.org")
    (token,) = guests.tokens("noor@example.org")
    before = guests.count(Membership)
    with pytest.raises(Closed):
        guests.accept(token, person(guests.world.people["Kofi"]))
    assert guests.count(Membership) == before


def test_somebody_who_is_here_gets_the_membership_and_stays_one_person(guests: Guests) -> None:
    guests.invite("chiara@example.org")
    (token,) = guests.tokens("chiara@example.org")
    people = guests.count(Person)
    assert not guests.accept(token, guests.newcomer())
    assert guests.count(Person) == people


def test_fifty_at_the_same_moment_are_one_person_with_one_membership(guests: Guests) -> None:
    guests.invite("noor@example.org")
    (token,) = guests.tokens("noor@example.org")
    newcomer, people, held = guests.newcomer(), guests.count(Person), guests.count(Membership)
    together = threading.Barrier(50)

    def redeem(_: int) -> str:
        together.wait()
        try:
            return "new" if guests.accept(token, newcomer) else "known"
        except Closed:
            return "closed"

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(redeem, range(50)))
    assert sorted(outcomes) == ["closed"] * 49 + ["new"]
    assert guests.count(Person) == people + 1
    assert guests.count(Membership) == held + 1
    assert guests.count(Acceptance) == 1


def test_two_invitations_of_one_person_at_the_same_moment_are_one_person(guests: Guests) -> None:
    guests.invite("noor@example.org")
    guests.invite("noor@example.org", Role.ADVISER)
    tokens, newcomer, people = guests.tokens("noor@example.org"), guests.newcomer(), guests.count(Person)
    together = threading.Barrier(2)

    def redeem(token: str) -> bool:
        together.wait()
        return guests.accept(token, newcomer)

    with ThreadPoolExecutor(2) as pool:
        new = list(pool.map(redeem, tokens))
    assert sorted(new) == [False, True]
    assert guests.count(Person) == people + 1
    assert guests.count(Acceptance) == 2


def owner_gone(guests: Guests) -> None:
    """The world without its owner, as an installation that was just migrated."""
    with guests.database.transaction(writing=True) as db:
        held = db.get_one(Membership, guests.world.memberships["Hana"])
        held.role, held.programme_id = Role.FACILITATOR, guests.world.foreign.programme


def first_link(guests: Guests) -> str | None:
    with guests.database.transaction(writing=True) as db:
        return first_owner_link(db, ORIGIN, guests.now)


def test_the_first_owner_comes_by_a_link_that_is_made_only_while_there_is_none(guests: Guests) -> None:
    assert first_link(guests) is None
    owner_gone(guests)
    earlier, link = first_link(guests), first_link(guests)
    assert earlier is not None
    assert link is not None
    assert link.startswith(f"{ORIGIN}/invitations/")
    assert guests.opened(earlier.rpartition("/")[2]) is None
    token = link.rpartition("/")[2]
    opened = guests.opened(token, guests.now + timedelta(hours=23))
    assert opened is not None
    assert (opened.makes_first_owner, opened.role, opened.state) == (True, Role.OWNER, State.OPEN)
    expired = guests.opened(token, guests.now + timedelta(hours=24))
    assert expired is not None
    assert expired.state is State.EXPIRED
    assert guests.accept(token, guests.newcomer("boss@example.org"))
    assert first_link(guests) is None
    with pytest.raises(Closed):
        guests.accept(token, guests.newcomer("second@example.org"))
