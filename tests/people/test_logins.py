"""A login lasts as long as it is used, ends when it should, and its token is nowhere but in the cookie."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from people import logins
from people.models import Login, Person
from server.clock import utc_now
from server.db import Database
from server.live.log import positions

NOW = utc_now()


def began(database: Database, person: Person, at: datetime = NOW) -> str:
    assert person.id is not None
    with database.transaction(writing=True) as db:
        return logins.begin(db, person.id, "A browser", at)


def name_at(database: Database, token: str, at: datetime) -> str | None:
    with database.transaction(writing=False) as db:
        viewer = logins.viewer_with(db, token, at)
        return viewer.name if viewer else None


def seen(database: Database, token: str, at: datetime) -> None:
    with database.transaction(writing=True) as db:
        viewer = logins.viewer_with(db, token, at)
        assert viewer is not None
        logins.seen(db, viewer.login_id, at)


def test_a_token_is_its_person(database: Database, amara: Person) -> None:
    token = began(database, amara)
    with database.transaction(writing=False) as db:
        viewer = logins.viewer_with(db, token, NOW)
    assert viewer is not None
    assert (viewer.person_id, viewer.email, viewer.stream_id) == (amara.id, "amara@example.org", amara.stream_id)
    assert viewer.login_ends_at == NOW + logins.IDLE


@pytest.mark.parametrize("token", ["", "guess", "x" * 43, "\x00", "é"])
def test_a_guess_is_nobody(database: Database, amara: Person, token: str) -> None:
    began(database, amara)
    assert name_at(database, token, NOW) is None


def test_the_database_holds_no_token(database: Database, amara: Person) -> None:
    token = began(database, amara)
    with database.transaction(writing=False) as db:
        stored = str(db.execute(text("SELECT * FROM login")).all())
    assert logins.hashed(token) in stored
    assert token not in stored
    assert name_at(database, logins.hashed(token), NOW) is None


def test_a_login_nobody_uses_ends_after_two_weeks(database: Database, amara: Person) -> None:
    token = began(database, amara)
    assert name_at(database, token, NOW + logins.IDLE - timedelta(seconds=1)) == "Amara Okoro"
    assert name_at(database, token, NOW + logins.IDLE) is None


def test_a_login_in_use_ends_after_sixty_days(database: Database, amara: Person) -> None:
    token, at = began(database, amara), NOW
    while at + timedelta(days=10) < NOW + logins.LONGEST:
        at += timedelta(days=10)
        seen(database, token, at)
    with database.transaction(writing=False) as db:
        viewer = logins.viewer_with(db, token, at)
    assert viewer is not None
    assert viewer.login_ends_at == NOW + logins.LONGEST
    assert name_at(database, token, NOW + logins.LONGEST) is None


def test_use_is_noted_at_most_once_an_hour(database: Database, amara: Person) -> None:
    token = began(database, amara)
    noted = []
    for minutes in (30, 59, 61, 100):
        seen(database, token, NOW + timedelta(minutes=minutes))
        with database.transaction(writing=False) as db:
            noted.append(db.exec(select(Login)).one().seen_at - NOW)
    assert noted == [timedelta(), timedelta(), timedelta(minutes=61), timedelta(minutes=61)]


def test_an_ended_login_is_nobody_and_its_open_pages_are_told(database: Database, amara: Person) -> None:
    token, other = began(database, amara), began(database, amara)
    with database.transaction(writing=True) as db:
        before = positions(db, [amara.stream_id])[0].seq
        logins.end(db, token)
    assert name_at(database, token, NOW) is None
    assert name_at(database, other, NOW) == "Amara Okoro"
    with database.transaction(writing=False) as db:
        assert positions(db, [amara.stream_id])[0].seq == before + 1


def test_ending_nothing_touches_nothing(database: Database, amara: Person) -> None:
    with database.transaction(writing=True) as db:
        logins.end(db, "nobody's")
        logins.end(db, "")
    with database.transaction(writing=False) as db:
        assert positions(db, [amara.stream_id])[0].seq == 0


def test_logins_that_are_over_are_cleared_away(database: Database, amara: Person) -> None:
    began(database, amara, NOW - logins.LONGEST)
    began(database, amara)
    with database.transaction(writing=True) as db:
        logins.clear(db, NOW)
        assert [login.began_at for login in db.exec(select(Login)).all()] == [NOW]
