"""Reminders of slots: who gets which, when, in their own language and zone, once; and how they are stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select, update

from feedback import follows
from feedback.models import MailWish
from people.models import Person
from server.clock import utc_now
from server.db import Db
from server.jobs import JOB, LEASE, Running
from server.mail import Mail
from sessions import answers, letters, reminders, sessions, slots
from sessions.answers import Who
from sessions.models import Rsvp, SlotReminded
from sessions.sessions import SessionFacts
from sessions.slots import REMINDED, REMINDS
from sessions.web.words import REMINDERS
from tests.house import PATIENCE, House
from tests.scheduled import DAY, HOUR, session_now, slot_now
from tests.server.looping import until
from tests.sessions.conftest import Browse
from tests.world import World

A_DAY, AN_HOUR = 24 * 60, 60


@pytest.fixture
def db(house: House) -> Iterator[Db]:
    with house.database(writing=True) as db:
        yield db


def facts_of(db: Db, world: World) -> SessionFacts:
    return session_now(db, world.sessions[world.tide.cohort])


def first(world: World) -> int:
    return world.slots[world.tide.cohort][0]


def say(db: Db, world: World, name: str, answer: str, slot_id: int = 0) -> None:
    who = Who(world.people[name], world.memberships[name], False)
    answers.say(db, facts_of(db, world), slot_id or first(world), who, answer, now=utc_now())


def remind(db: Db, house: House, world: World, minutes: int, now: datetime | None = None) -> None:
    slot = slot_now(db, first(world))
    at = now or slot.starts_at - timedelta(minutes=minutes)
    while reminders.remind_some(db, house.inside, slot.id, slot.starts_at, minutes, now=at):
        pass


def mails(db: Db, asks: bool = False) -> dict[str, Mail]:
    kind = Mail.kind == "session reminder"
    found = db.execute(select(Mail).where(kind).order_by(Mail.id)).scalars()  # type: ignore[arg-type]
    return {one.to.split("@")[0]: one for one in found if one.subject.startswith("Do you come?") == asks}


def test_what_can_be_chosen_is_what_jobs_are_asked_for() -> None:
    assert tuple(REMINDERS) == REMINDED


def test_those_who_come_or_might_are_reminded_once_in_their_zone(db: Db, house: House, world: World) -> None:
    for name, answer in (("Amara", "yes"), ("Bram", "if need be"), ("Chiara", "no")):
        say(db, world, name, answer)
    remind(db, house, world, AN_HOUR)
    remind(db, house, world, AN_HOUR)
    assert sorted(mails(db)) == ["amara", "bram", "farid"]
    assert len(db.execute(select(SlotReminded)).all()) == 3
    amara, bram = mails(db)["amara"], mails(db)["bram"]
    assert "(Lagos)" in amara.text
    assert "(Amsterdam)" in bram.text
    assert "if need be" in bram.text
    assert "METHOD:REQUEST" in amara.calendar
    assert "PARTSTAT=TENTATIVE" in bram.calendar
    assert amara.unsubscribe in amara.text


def test_in_the_language_of_whoever_reads_it(db: Db, house: House, world: World) -> None:
    tag = next(one for one in house.inside.pages.languages if one != "en")
    db.execute(update(Person).where(Person.id == world.people["Amara"]).values(language=tag))  # type: ignore[arg-type]
    for name in ("Amara", "Bram"):
        say(db, world, name, "yes")
    remind(db, house, world, AN_HOUR)
    assert "To get no more reminders" in mails(db)["bram"].text
    assert "To get no more reminders" not in mails(db)["amara"].text


def test_who_never_answered_is_asked_once(db: Db, house: House, world: World) -> None:
    say(db, world, "Amara", "yes")
    say(db, world, "Chiara", "no", world.slots[world.tide.cohort][1])
    remind(db, house, world, A_DAY)
    assert sorted(mails(db, asks=True)) == ["bram", "esi"]
    asked = mails(db, asks=True)["bram"]
    assert asked.calendar == ""
    assert "another time" in asked.text
    other = slot_now(db, world.slots[world.tide.cohort][1])
    reminders.remind_some(db, house.inside, other.id, other.starts_at, A_DAY, now=other.starts_at - DAY)
    remind(db, house, world, AN_HOUR)
    kinds = db.execute(select(Mail).where(Mail.kind == "session reminder")).scalars()  # type: ignore[arg-type]
    assert sum(one.subject.startswith("Do you come?") for one in kinds) == 2


def test_a_moved_slot_is_told_anew(db: Db, house: House, world: World) -> None:
    say(db, world, "Amara", "yes")
    remind(db, house, world, AN_HOUR)
    slot = slot_now(db, first(world))
    time = slots.Time(slot.starts_at + 3 * HOUR, slot.minutes, slot.time_zone)
    slots.move(db, facts_of(db, world), slot, time, now=utc_now())
    # The job of the old time finds nothing to do; there is one for the new time.
    reminders.remind_some(db, house.inside, slot.id, slot.starts_at, AN_HOUR, now=slot.starts_at - HOUR)
    assert len([one for one in db.execute(select(SlotReminded)).scalars() if one.minutes == AN_HOUR]) == 2
    remind(db, house, world, AN_HOUR)
    told = [one for one in db.execute(select(SlotReminded)).scalars() if one.person_id == world.people["Amara"]]
    assert {one.starts_at for one in told} == {slot.starts_at, time.starts_at}
    keys = set(db.execute(select(JOB.c.key).where(JOB.c.kind == REMINDS)).scalars())
    for minutes in (A_DAY, AN_HOUR):
        assert f"remind-{slot.id}-{minutes}-{time.starts_at.isoformat()}" in keys


@pytest.mark.parametrize("minutes", [15, 7 * 24 * 60])
def test_only_what_the_session_says(db: Db, house: House, world: World, minutes: int) -> None:
    say(db, world, "Amara", "yes")
    remind(db, house, world, minutes)
    assert mails(db) == {}


def test_after_a_pause_there_is_one_mail_and_none_once_it_began(db: Db, house: House, world: World) -> None:
    say(db, world, "Amara", "yes")
    starts = slot_now(db, first(world)).starts_at
    remind(db, house, world, A_DAY, now=starts - HOUR / 2)
    assert mails(db) == {}
    remind(db, house, world, AN_HOUR, now=starts - HOUR / 2)
    assert "amara" in mails(db)
    db.execute(Mail.__table__.delete())  # type: ignore[attr-defined]
    db.execute(SlotReminded.__table__.delete())  # type: ignore[attr-defined]
    remind(db, house, world, AN_HOUR, now=starts)
    assert mails(db) == {}


@pytest.mark.parametrize("how", ["draft", "session", "slot"])
def test_none_for_what_is_not_on(db: Db, house: House, world: World, how: str) -> None:
    say(db, world, "Amara", "yes")
    slot = slot_now(db, first(world))
    if how == "slot":
        slots.cancel(db, facts_of(db, world), slot, why="Wet", now=utc_now())
    elif how == "session":
        sessions.cancel(db, facts_of(db, world), why="Wet", by_id=world.people["Farid"], now=utc_now())
    else:
        sessions.unpublish(db, facts_of(db, world))
    remind(db, house, world, AN_HOUR)
    assert mails(db) == {}


def test_who_wants_no_mail_or_left_gets_none(db: Db, house: House, world: World) -> None:
    for name in ("Amara", "Bram"):
        say(db, world, name, "yes")
    follows.wish(db, world.people["Amara"], MailWish.NEVER)
    remind(db, house, world, AN_HOUR)
    assert sorted(mails(db)) == ["bram", "farid"]


def test_perhaps_here_and_yes_elsewhere_is_reminded_there_alone(db: Db, house: House, world: World) -> None:
    say(db, world, "Amara", Rsvp.IF_NEED_BE)
    say(db, world, "Amara", Rsvp.YES, world.slots[world.tide.cohort][1])
    remind(db, house, world, AN_HOUR)
    assert "amara" not in mails(db)


def test_whoever_waits_is_told_so_and_gets_no_file(db: Db, house: House, world: World) -> None:
    for name in ("Amara", "Bram", "Chiara"):
        say(db, world, name, "yes")
    remind(db, house, world, AN_HOUR)
    waiting = mails(db)["chiara"]
    assert "on the waiting list" in waiting.text
    assert waiting.calendar == ""


class Killed(Exception):
    """The process ends between two steps."""


def test_killed_between_two_steps_writes_nobody_twice(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "AT_ONCE", 1)
    with house.database(writing=True) as db:
        for name in ("Amara", "Bram"):
            say(db, world, name, "yes")
        soon = utc_now() + HOUR
        db.execute(slots.SLOT.update().where(slots.SLOT.c.id == first(world)).values(starts_at=soon))
        given = {"slot": first(world), "minutes": AN_HOUR, "starts": soon.isoformat()}
        values = {"kind": REMINDS, "given": "{}", "made_at": utc_now(), "at": utc_now() + DAY, "attempts": 1}
        values |= {"delays": 0, "done": 0, "total": 0, "error": "", "lease": "mine", "lease_until": utc_now() + LEASE}
        job = db.execute(JOB.insert().values(**values).returning(JOB.c.id)).scalar_one()
    running = Running(job, REMINDS, given, "mine", 1, 0, 0, house.inside.database, house.inside)
    steps = 0
    step = Running.step

    def counted(self: Running, **more: int) -> object:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise Killed
        return step(self, **more)

    monkeypatch.setattr(Running, "step", counted)
    (work,) = (one for one in reminders.works if one.kind == REMINDS)
    with pytest.raises(Killed):
        work.run(running)
    work.run(running)
    to = sorted(mail.to for mail in house.rows(Mail) if mail.kind == "session reminder")
    assert to == ["amara@example.org", "bram@example.org", "farid@example.org"]


def test_stopped_on_the_page_and_begun_again(house: House, world: World, browse: Browse) -> None:
    session = world.sessions[world.tide.cohort]
    for _ in range(2):
        assert browse("Amara").post(f"/sessions/{session}/silence").status_code == 303
    with house.database(writing=True) as db:
        say(db, world, "Amara", "yes")
        remind(db, house, world, AN_HOUR)
        assert "amara" not in mails(db)
    assert browse("Amara").post(f"/sessions/{session}/reminders").status_code == 303
    with house.database(writing=True) as db:
        remind(db, house, world, AN_HOUR)
        assert "amara" in mails(db)


def test_stopped_by_one_click_without_signing_in(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        say(db, world, "Amara", "yes")
        remind(db, house, world, A_DAY)
        stop = mails(db)["amara"].unsubscribe
    path = re.sub(r"^https?://[^/]+", "", stop)
    page = httpx.get(house.url + path, timeout=PATIENCE)
    assert page.status_code == 200
    assert "Learning from what fails" not in page.text
    with house.database(writing=True) as db:
        assert reminders.wants(db, world.sessions[world.tide.cohort], world.people["Amara"]), "a GET stops nothing"
    for _ in range(2):
        assert httpx.post(house.url + path, data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE).status_code == 303
    with house.database(writing=True) as db:
        remind(db, house, world, AN_HOUR)
        assert len([one for one in house.rows(Mail) if one.to == "amara@example.org"]) == 1
    assert httpx.post(f"{house.url}/reminders/guessed", timeout=PATIENCE).status_code == 404


def test_a_house_reminds_by_itself(house: House, world: World, browse: Browse) -> None:
    """A slot that is moved to begin in an hour and a moment: the job that moving asked for writes the mail."""
    browse("Amara").post(f"/slots/{first(world)}/answers", data={"answer": "yes"})
    with house.database(writing=True) as db:
        slot, facts = slot_now(db, first(world)), facts_of(db, world)
        time = slots.Time(utc_now() + HOUR + timedelta(seconds=1), slot.minutes, slot.time_zone)
        slots.move(db, facts, slot, time, now=utc_now())
    until(lambda: any(mail.kind == "session reminder" for mail in house.rows(Mail)))
    assert "amara@example.org" in [mail.to for mail in house.rows(Mail) if mail.kind == "session reminder"]
