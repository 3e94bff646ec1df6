"""What the people of a team are told of a round: at their bell, and at the reveal by mail; once each, as they wish."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from cohorts.models import Attribution
from feedback import follows, notices
from feedback.models import MailWish, Notice
from feedback.notices import NOTICE
from feedback.rounds import bells, rounds, telling
from feedback.rounds.models import Reminded
from feedback.rounds.phases import Phase
from feedback.rounds.rounds import AFTERWARDS, ROUND, TELLS
from feedback.rounds.telling import run_telling, tell_some
from server.clock import utc_now
from server.db import Db
from server.jobs import JOB, Interrupted, Running, enqueue
from server.mail import Mail
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.rounds import facts_of, plan_of, planned
from tests.world import World


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    with house.database(writing=True) as db:
        db.execute(NOTICE.delete())
        # What the server's own clock would tell, the tests tell themselves.
        db.execute(update(JOB).where(JOB.c.kind.in_((TELLS, "notice mails"))).values(ended_at=utc_now(), key=None))
    return Teams(house, world)


def told(teams: Teams, kind: str) -> list[str]:
    """The names of those who were told that."""
    names = {id_: name for name, id_ in teams.world.people.items()}
    return sorted(names[one.person_id] for one in teams.house.rows(Notice) if one.kind == kind)


def mails(teams: Teams) -> list[Mail]:
    return [mail for mail in teams.house.rows(Mail) if mail.kind == "feedback reveal"]


def running(teams: Teams, time: str, at: datetime) -> Running:
    with teams.house.database(writing=True) as db:
        job_id = enqueue(db, "a telling", now=utc_now(), at=utc_now() + timedelta(days=1))
        db.execute(update(JOB).where(JOB.c.id == job_id).values(lease="mine"))
    given = {"round": teams.round, "time": time, "told": at.isoformat()}
    return Running(job_id, "a telling", given, "mine", 1, 0, 0, teams.house.inside.database, teams.house.inside)


def tell(teams: Teams, time: str = "reveals_at", at: datetime | None = None) -> None:
    run_telling(running(teams, time, at or getattr(teams.facts, time)))


def revealed(teams: Teams, words: str = "SECRET bells") -> None:
    """Tide's feedback to Reed, revealed."""
    teams.give(words)
    teams.at_phase(Phase.REVEALED)


def test_release_and_calling_off_are_told_to_every_team_and_to_nobody_else(teams: Teams) -> None:
    cohort, farid = teams.world.tide.cohort, teams.world.people["Farid"]
    with teams.house.database(writing=True) as db:
        facts = planned(db, cohort, farid, plan_of(utc_now(), title="Second"), utc_now())
        assert [one for one in teams.house.rows(Notice) if one.about == "Second"] == []
        for _ in range(2):
            rounds.release(db, facts, by_id=farid, now=utc_now())
    assert told(teams, bells.RELEASED) == ["Amara", "Bram", "Chiara"]
    with teams.house.database(writing=True) as db:
        rounds.cancel(db, facts_of(db, facts.id), why="Storm", by_id=farid, now=utc_now())
    assert told(teams, bells.CALLED_OFF) == ["Amara", "Bram", "Chiara"]
    page = teams.get("Chiara", "/notices").text
    assert "Second" in page
    assert f'href="/rounds/{facts.id}"' in page
    assert "Storm" not in page


def test_round_that_is_released_tells_at_each_of_its_times(teams: Teams) -> None:
    now = utc_now()
    with teams.house.database(writing=True) as db:
        plan = plan_of(now, opens=timedelta(hours=1))
        facts = planned(db, teams.world.tide.cohort, teams.world.people["Farid"], plan, now)
        rounds.release(db, facts, by_id=teams.world.people["Farid"], now=now)
        asked = db.execute(JOB.select().where(JOB.c.kind == TELLS, JOB.c.ended_at.is_(None)).order_by(JOB.c.at)).all()
    assert [one.at - AFTERWARDS for one in asked] == [facts.opens_at, facts.reveals_at]


def test_opening_is_told_once_to_those_who_write(teams: Teams) -> None:
    for _ in range(2):
        tell(teams, "opens_at")
    assert told(teams, bells.OPENED) == ["Amara", "Bram", "Chiara"]
    tell(teams, "opens_at", teams.facts.opens_at - timedelta(days=1))
    teams.at_phase(Phase.CLOSED)
    tell(teams, "opens_at")
    assert len(told(teams, bells.OPENED)) == 3
    assert mails(teams) == []


def test_reveal_is_mailed_once_to_those_who_received_in_their_language_and_zone(teams: Teams) -> None:
    revealed(teams)
    for _ in range(2):
        tell(teams)
    assert told(teams, bells.REVEALED) == ["Chiara"]
    (mail,) = mails(teams)
    assert mail.to == teams.world.emails["Chiara"]
    assert "Your feedback is here" in mail.subject
    assert f"{teams.house.inside.settings.origin}{teams.received()}" in mail.text
    assert "(Rome)" in mail.text
    assert "SECRET" not in mail.text
    assert "Tide" not in mail.text
    assert mail.expires_at == teams.facts.closes_at
    assert mail.unsubscribe in mail.text
    # The mail about notices does not tell of it again.
    (notice,) = (one for one in teams.house.rows(Notice) if one.kind == bells.REVEALED)
    assert notice.mailed_at is not None


@pytest.mark.parametrize("wish", [MailWish.DAILY, MailWish.NEVER])
def test_who_wants_mail_once_a_day_or_never_gets_none_at_the_reveal(teams: Teams, wish: MailWish) -> None:
    revealed(teams)
    with teams.house.database(writing=True) as db:
        follows.wish(db, teams.world.people["Chiara"], wish)
    tell(teams)
    assert told(teams, bells.REVEALED) == ["Chiara"]
    assert mails(teams) == []
    with teams.house.database() as db:
        waiting = follows.waiting(db, utc_now() - timedelta(hours=1), utc_now())
    assert [one.name for one in waiting] == (["Chiara Okoro"] if wish == MailWish.DAILY else [])


def test_telling_that_is_killed_goes_on_and_tells_nobody_twice(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    teams.give(giver="reed", who="Chiara")
    teams.at_phase(Phase.REVEALED)
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    killed = running(teams, "reveals_at", teams.facts.reveals_at)
    with killed.step() as db:
        pages, at, now = teams.house.inside.pages, teams.facts.reveals_at, utc_now()
        assert tell_some(db, pages, "https://s.example", round_id=teams.round, time="reveals_at", at=at, now=now)
    assert len(mails(teams)) == 1
    killed.ending.set()
    with pytest.raises(Interrupted):
        run_telling(killed)
    tell(teams)
    assert sorted(mail.to for mail in mails(teams)) == [teams.world.emails["Amara"], teams.world.emails["Bram"]]
    assert told(teams, bells.REVEALED) == ["Amara", "Bram"]
    assert len([one for one in teams.house.rows(Reminded) if one.kind == bells.REVEALED]) == 2


def test_reveal_that_is_moved_tells_at_the_new_time_only(teams: Teams) -> None:
    teams.give()
    old = teams.facts.reveals_at
    teams.at_phase(Phase.REVEALED)
    tell(teams, at=old)
    assert told(teams, bells.REVEALED) == []
    tell(teams)
    assert told(teams, bells.REVEALED) == ["Chiara"]


def test_what_became_of_a_point_rings_for_the_team_that_gave_and_names_nobody(teams: Teams) -> None:
    with teams.house.database(writing=True) as db:
        db.execute(update(ROUND).values(attribution=Attribution.NONE))
    revealed(teams)
    (item,) = teams.items()
    for _ in range(2):
        teams.done("Chiara", f"/items/{item}/thanks")
    teams.done("Chiara", f"/items/{item}/answers", kind="answered", text="SECRET answer", key="a")
    teams.done("Chiara", f"/items/{item}/answers", kind="taken on", text="", key="b")
    teams.done("Chiara", f"/items/{item}/help", text="SECRET help")
    for kind in (*bells.DONE.values(), bells.HELPED):
        assert told(teams, kind) == ["Amara", "Bram"], kind
    page = teams.get("Amara", "/notices").text.split("<main")[1]
    for words in ("thanked yours for a point", "answered a point", "took on a point", "what your feedback helped"):
        assert words in page
    assert f'href="/pairs/{teams.pair()}"' in page
    assert "SECRET" not in page
    assert "Chiara" not in page
    assert "Reed" not in page


def test_late_signature_rings_after_the_reveal_and_an_early_one_does_not(teams: Teams) -> None:
    teams.give()
    assert told(teams, bells.REVEALED) == []
    teams.begin("Chiara", "reed")
    teams.write("Chiara", "Late", giver="reed")
    teams.at_phase(Phase.REVEALED)
    teams.sign("Chiara", "reed")
    assert told(teams, bells.REVEALED) == ["Amara", "Bram"]


def test_notice_is_gone_with_the_membership(teams: Teams) -> None:
    revealed(teams)
    tell(teams)

    def unread(db: Db) -> int:
        return notices.unread(db, teams.world.people["Chiara"])

    with teams.house.database() as db:
        assert unread(db) == 1
    teams.house.visit(teams.world.people["Farid"]).post(f"/memberships/{teams.world.memberships['Chiara']}/removal")
    with teams.house.database() as db:
        assert unread(db) == 0
