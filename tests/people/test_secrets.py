"""A link and its code work once, for ten minutes, and a code for five tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from people import sign_in
from people.logins import hashed
from people.models import Person
from people.sign_in import Secrets, State
from server.clock import utc_now
from server.db import Database

NOW = utc_now()
SECOND = timedelta(seconds=1)


def sent(database: Database, person: Person, at: datetime = NOW) -> Secrets:
    made = Secrets()
    with database.transaction(writing=True) as db:
        sign_in.offer(db, person, made, "/teams/3", at)
    return made


def by_link(database: Database, token: str, at: datetime = NOW) -> sign_in.Used | None:
    with database.transaction(writing=True) as db:
        return sign_in.use_link(db, token, at)


def by_code(database: Database, handle: str, code: str, at: datetime = NOW) -> sign_in.Used | None:
    with database.transaction(writing=True) as db:
        return sign_in.use_code(db, handle, code, at)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_link_works_once(database: Database, amara: Person) -> None:
    made = sent(database, amara)
    assert by_link(database, made.token) == sign_in.Used(amara.id or 0, "/teams/3")
    assert by_link(database, made.token) is None
    assert by_code(database, made.handle, made.code) is None


def test_a_code_works_once(database: Database, amara: Person) -> None:
    made = sent(database, amara)
    assert by_code(database, made.handle, made.code) == sign_in.Used(amara.id or 0, "/teams/3")
    assert by_code(database, made.handle, made.code) is None
    assert by_link(database, made.token) is None


def test_of_many_at_the_same_moment_one_signs_in(database: Database, amara: Person) -> None:
    made = sent(database, amara)
    with ThreadPoolExecutor(6) as pool:
        links = list(pool.map(lambda _: by_link(database, made.token), range(6)))
    assert len([used for used in links if used]) == 1


def test_both_end_after_ten_minutes(database: Database, amara: Person) -> None:
    made = sent(database, amara)
    assert by_link(database, made.token, NOW + sign_in.WORKS) is None
    assert by_code(database, made.handle, made.code, NOW + sign_in.WORKS) is None
    assert by_link(database, made.token, NOW + sign_in.WORKS - SECOND) is not None


def test_a_code_is_worth_five_tries(database: Database, amara: Person) -> None:
    four, five = sent(database, amara), sent(database, amara)
    for made, tries in ((four, 4), (five, 5)):
        assert [by_code(database, made.handle, other(made.code)) for _ in range(tries)] == [None] * tries
    assert by_code(database, five.handle, five.code) is None
    assert by_code(database, four.handle, four.code) is not None


def test_a_code_that_is_used_up_leaves_its_link_alone(database: Database, amara: Person) -> None:
    made = sent(database, amara)
    for _ in range(9):
        by_code(database, made.handle, other(made.code))
    assert by_link(database, made.token) is not None


def test_a_code_only_works_on_the_page_it_was_asked_on(database: Database, amara: Person) -> None:
    mine, theirs = sent(database, amara), sent(database, amara)
    if mine.code != theirs.code:
        assert by_code(database, theirs.handle, mine.code) is None
    assert by_code(database, "guessed", mine.code) is None
    assert by_code(database, mine.handle, mine.code) is not None


def test_signing_in_uses_up_the_other_mails(database: Database, amara: Person) -> None:
    first, second = sent(database, amara), sent(database, amara)
    assert by_link(database, second.token) is not None
    assert by_link(database, first.token) is None


@pytest.mark.parametrize("guess", ["", "x", "x" * 43, "../..", "'; DROP TABLE person; --"])
def test_a_guessed_link_is_nobodys(database: Database, amara: Person, guess: str) -> None:
    sent(database, amara)
    assert by_link(database, guess) is None
    with database.transaction(writing=False) as db:
        assert sign_in.offered(db, guess, NOW) is None


def test_a_link_says_what_became_of_it(database: Database, amara: Person) -> None:
    made = sent(database, amara)

    def state(at: datetime) -> State | None:
        with database.transaction(writing=False) as db:
            found = sign_in.offered(db, made.token, at)
            return found.state if found else None

    assert state(NOW) is State.OPEN
    assert state(NOW + sign_in.WORKS) is State.EXPIRED
    by_link(database, made.token)
    assert state(NOW) is State.USED
    with database.transaction(writing=True) as db:
        sign_in.clear(db, NOW + timedelta(days=2))
    assert state(NOW) is None


def test_the_database_holds_hashes_only(database: Database, amara: Person) -> None:
    made = sent(database, amara)
    with database.transaction(writing=False) as db:
        stored = str(db.execute(text("SELECT * FROM signinmail")).all())
    assert not [secret for secret in (made.handle, made.token, f"'{made.code}'") if secret in stored]
    assert hashed(made.code) not in stored
