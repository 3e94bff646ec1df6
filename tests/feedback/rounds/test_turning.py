"""What the clock does: open pages turn over by themselves, and those who owe feedback are reminded once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from feedback.rounds import reminders, rounds
from feedback.rounds.models import Given, RoundTeam
from feedback.rounds.pairs import PAIR
from feedback.rounds.reminders import BY_HAND, remind_now, remind_some
from feedback.rounds.rounds import REMINDED_BEFORE, REMINDS, TURNS, RoundFacts
from feedback.rounds.turning import look
from people.models import Person
from server.clock import utc_now
from server.db import Database, Db
from server.jobs import JOB, find
from server.live.log import Stream
from server.mail import Mail
from server.pages import Pages
from tests.house import PATIENCE, House
from tests.live.harness import assert_live_equals_fresh, following
from tests.rounds import DAY, HOUR, facts_of, plan_of, released
from tests.world import World

ORIGIN = "https://sweetspot.example"


@pytest.fixture
def pages(house: House) -> Pages:
    found: Pages = house.inside.pages
    return found


@pytest.fixture
def db(house: House) -> Iterator[Db]:
    with house.database(writing=True) as db:
        yield db


def the_round(db: Db, world: World) -> RoundFacts:
    return facts_of(db, world.rounds[world.tide.cohort])


def remind(db: Db, pages: Pages, facts: RoundFacts, now: datetime, kind: str = "48 hours") -> None:
    told = {"round_id": facts.id, "kind": kind, "due_at": facts.reveals_at, "now": now}
    while remind_some(db, pages, ORIGIN, **told):  # type: ignore[arg-type]
        pass


def mails(db: Db) -> list[Mail]:
    found = db.execute(select(Mail).where(Mail.kind == "feedback reminder").order_by(Mail.id))  # type: ignore[arg-type]
    return list(found.scalars())


def sign(db: Db, world: World, facts: RoundFacts, team_id: int, name: str) -> None:
    """That team signs all it owes."""
    owed = db.execute(select(PAIR.c.id).where(PAIR.c.round_id == facts.id, PAIR.c.giver_id == team_id)).scalars()
    for pair_id in owed.all():
        hand = {"membership_id": world.memberships[name], "author_id": world.people[name]}
        db.add(Given(pair_id=pair_id, attribution="named", signed_at=utc_now(), **hand))
    db.flush()


def test_those_who_owe_are_reminded_once_in_their_zone(db: Db, pages: Pages, world: World) -> None:
    facts = the_round(db, world)
    now = facts.reveals_at - timedelta(hours=48)
    remind(db, pages, facts, now)
    remind(db, pages, facts, now)
    assert sorted(mail.to for mail in mails(db)) == ["amara@example.org", "bram@example.org", "chiara@example.org"]
    amara, bram = (next(mail for mail in mails(db) if mail.to.startswith(name)) for name in ("amara", "bram"))
    assert "(Lagos)" in amara.text
    assert "(Amsterdam)" in bram.text
    assert "Reed" in amara.text
    assert f"{ORIGIN}/rounds/{facts.id}/reminders" in amara.text
    assert amara.expires_at == facts.reveals_at
    remind(db, pages, facts, facts.reveals_at - timedelta(hours=12), "12 hours")
    assert len(mails(db)) == 6


def test_nobody_is_reminded_after_signing_or_when_they_want_none(db: Db, pages: Pages, world: World) -> None:
    facts = the_round(db, world)
    sign(db, world, facts, world.tide.team, "Amara")
    remind(db, pages, facts, utc_now())
    assert [mail.to for mail in mails(db)] == ["chiara@example.org"]
    reminders.stop(db, facts.id, world.people["Chiara"], utc_now())
    reminders.stop(db, facts.id, world.people["Chiara"], utc_now())
    remind(db, pages, facts, utc_now(), "12 hours")
    assert len(mails(db)) == 1
    reminders.start(db, facts.id, world.people["Chiara"])
    remind(db, pages, facts, utc_now(), "12 hours")
    assert len(mails(db)) == 2


@pytest.mark.parametrize("language", ["en", "ar-XB"])
def test_reminder_is_in_the_readers_language(db: Db, pages: Pages, world: World, language: str) -> None:
    db.get_one(Person, world.people["Chiara"]).language = language
    db.flush()
    remind(db, pages, the_round(db, world), utc_now())
    (mail,) = (mail for mail in mails(db) if mail.to.startswith("chiara"))
    assert ("\u202e" in mail.text) == (language == "ar-XB")


def test_round_that_was_moved_reminds_of_its_new_reveal(db: Db, pages: Pages, world: World) -> None:
    facts = the_round(db, world)
    later = facts.reveals_at + 3 * DAY
    times = {"opens_at": facts.opens_at, "reveals_at": later, "closes_at": later + DAY}
    remind(db, pages, facts, utc_now())
    rounds.move(db, facts, **times, zone="UTC", now=utc_now())
    remind(db, pages, facts, utc_now(), "12 hours")
    assert len(mails(db)) == 3, "the reminder of a reveal that was moved writes to nobody"
    remind(db, pages, the_round(db, world), later - timedelta(hours=48))
    assert len(mails(db)) == 6
    found = db.execute(
        select(JOB.c.kind, JOB.c.at).where(JOB.c.kind.in_((TURNS, REMINDS)), JOB.c.at >= later - 2 * DAY)
    )
    asked = {(kind, at) for kind, at in found}
    assert {(TURNS, later), (TURNS, later + DAY)} <= asked
    assert {(REMINDS, later - before) for before in REMINDED_BEFORE.values()} <= asked


@pytest.mark.parametrize("what", ["cancelled", "revealed", "not open"])
def test_rounds_in_which_nobody_owes_remind_nobody(db: Db, pages: Pages, world: World, what: str) -> None:
    facts, now = the_round(db, world), utc_now()
    if what == "cancelled":
        rounds.cancel(db, facts, why="Flood.", by_id=world.people["Farid"], now=now)
    at = {"revealed": facts.reveals_at, "not open": facts.opens_at - HOUR}.get(what, now)
    remind(db, pages, facts, at)
    assert mails(db) == []


def test_facilitator_reminds_a_team_and_not_twice(db: Db, pages: Pages, world: World) -> None:
    facts, now = the_round(db, world), utc_now()
    assert remind_now(db, pages, ORIGIN, facts, now, team_id=world.tide.team) == 2
    assert remind_now(db, pages, ORIGIN, facts, now + HOUR, team_id=world.tide.team) == 0
    assert remind_now(db, pages, ORIGIN, facts, now + DAY, team_id=world.tide.team) == 2
    assert BY_HAND not in REMINDED_BEFORE


def test_whoever_is_late_is_reminded_until_the_round_closes(db: Db, pages: Pages, world: World) -> None:
    facts = the_round(db, world)
    late = facts.reveals_at + HOUR
    assert remind_now(db, pages, ORIGIN, facts, late, team_id=world.tide.team) == 2
    (mail, _) = mails(db)
    assert "The reveal is over. You can still sign until" in " ".join(mail.text.split())
    assert "What is not signed by then" not in mail.text
    assert mail.expires_at == facts.closes_at, "it would never be sent"
    assert remind_now(db, pages, ORIGIN, facts, facts.closes_at, team_id=world.tide.team) == 0


def test_all_who_owe_are_reminded_once(house: House, db: Db, world: World) -> None:
    facts = the_round(db, world)
    sign(db, world, facts, world.reed.team, "Chiara")
    db.commit()
    for _ in range(2):
        asked = house.visit(world.people["Farid"]).post(f"/rounds/{facts.id}/teams/reminders")
        assert asked.status_code == 303
        done(house, f"round-{facts.id}-reminds-all")
    with house.database() as fresh:
        assert sorted(mail.to for mail in mails(fresh)) == ["amara@example.org", "bram@example.org"]


def done(house: House, key: str) -> None:
    """Wait until the job with that key has ended well."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with house.database() as fresh:
            job = find(fresh, key)
        assert job is not None
        assert not job.error, job.error
        if job.ended_at is not None:
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_late_team_that_was_here_is_noted(db: Db, house: House, world: World) -> None:
    facts = the_round(db, world)
    db.execute(update(RoundTeam).where(RoundTeam.round_id == facts.id).values(seen_at=None))  # type: ignore[arg-type]
    db.commit()
    house.visit(world.people["Amara"])
    for at, seen in ((facts.closes_at, set()), (facts.reveals_at, {world.tide.team})):
        look(house.inside.database, at)
        with house.database() as fresh:
            rows = fresh.execute(select(RoundTeam.team_id, RoundTeam.seen_at).where(RoundTeam.round_id == facts.id))  # type: ignore[call-overload]
            assert {team_id for team_id, seen_at in rows if seen_at is not None} == seen


def test_team_that_was_here_is_noted_and_told_once(db: Db, house: House, world: World) -> None:
    facts = the_round(db, world)
    db.execute(update(RoundTeam).where(RoundTeam.round_id == facts.id).values(seen_at=None))  # type: ignore[arg-type]
    before = db.get_one(Stream, facts.run_stream_id).seq
    db.commit()
    house.visit(world.people["Amara"])
    for _ in range(2):
        look(house.inside.database, utc_now())
    with house.database() as fresh:
        rows = fresh.execute(select(RoundTeam.team_id, RoundTeam.seen_at).where(RoundTeam.round_id == facts.id))  # type: ignore[call-overload]
        seen = {team_id for team_id, seen_at in rows if seen_at is not None}
        assert seen == {world.tide.team}
        assert fresh.get_one(Stream, facts.run_stream_id).seq == before + 1


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("/rounds/{round}", "Chiara"),
        ("/rounds/{round}/run", "Farid"),
        ("/cohorts/{cohort}", "Esi"),
        ("/teams/{team}", "Amara"),
        ("/cohorts/{cohort}/rounds", "Farid"),
    ],
)
def test_open_page_turns_over_by_itself(house: House, world: World, page: str, name: str) -> None:
    """A round opens two seconds after the page was loaded; nobody does anything."""
    began = time.monotonic()
    with following(house, world.people[name], f"/cohorts/{world.tide.cohort}"):
        loaded = time.monotonic() - began
    now, opens = utc_now(), timedelta(seconds=2 + 3 * loaded)
    with house.database(writing=True) as db:
        plan = plan_of(now, opens=opens, repeats=True, title="Soon")
        facts = released(db, world.tide.cohort, world.people["Farid"], plan, now)

    def wait() -> None:
        deadline = time.monotonic() + 3 * loaded + PATIENCE
        while "phase-open" not in house.visit(world.people[name]).get(f"/rounds/{facts.id}").text:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        # The loop of the jobs looks once a second.
        time.sleep(1.5)

    path = page.format(round=facts.id, cohort=world.tide.cohort, team=world.tide.team)
    assert_live_equals_fresh(house, world.people[name], path, wait)


def test_turning_twice_does_no_harm(world_database: tuple[str, World]) -> None:
    url, world = world_database
    with closing(Database(url)) as database, database.transaction(writing=True) as db:
        facts = the_round(db, world)
        for _ in range(2):
            rounds.tell(db, facts)
        assert facts_of(db, facts.id) == facts
