"""Mail about notices: not to who is there, nothing twice, nothing that is not theirs; and the link that stops it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from feedback import follows
from feedback.follows import LINK
from feedback.models import Follow, MailWish, Notice, NoticeSetting
from feedback.notices import NOTICE
from feedback.web import letters
from people.models import Person
from server.clock import utc_now
from server.jobs import JOB, Interrupted, Running, enqueue
from server.mail import Mail
from server.postman import message
from tests.feedback.conftest import Browse
from tests.feedback.test_notices import follow, say
from tests.house import House, plain_client
from tests.server.looping import until
from tests.world import World


@pytest.fixture
def quiet(house: House, world: World) -> None:
    """Nothing was told before, and the server's own round does not come in between."""
    until(lambda: every_minute(house))
    with house.database(writing=True) as db:
        db.execute(update(JOB).where(JOB.c.kind == letters.work.kind).values(at=utc_now() + timedelta(days=1)))
        db.execute(NOTICE.delete())


pytestmark = pytest.mark.usefixtures("quiet")


def every_minute(house: House) -> bool:
    with house.database() as db:
        found = db.execute(JOB.select().where(JOB.c.kind == letters.work.kind)).all()
    return bool(found) and all(row.at > utc_now() for row in found)


def write(house: House) -> None:
    """The round of now."""
    with house.database(writing=True) as db:
        job_id = enqueue(db, "a round", now=utc_now(), at=utc_now() + timedelta(days=1))
        db.execute(update(JOB).where(JOB.c.id == job_id).values(lease="mine"))
    running = Running(job_id, "a round", {}, "mine", 1, 0, 0, house.inside.database, house.inside)
    letters.write_all(running)


def age(house: House, minutes: float = 11, **values: Any) -> None:
    """All that was told was told so long ago."""
    with house.database(writing=True) as db:
        db.execute(update(NOTICE).values(at=utc_now() - timedelta(minutes=minutes), **values))


def mails(house: House, world: World, name: str) -> list[Mail]:
    return [mail for mail in house.rows(Mail) if mail.kind == "notice" and mail.to == world.emails[name]]


def test_not_before_ten_minutes_and_not_to_who_was_there(browse: Browse, house: House, world: World) -> None:
    comment = say(browse, world, "Esi", "Dear @Chiara and @Farid, SECRET words")
    write(house)
    age(house, 9)
    write(house)
    assert [mail for mail in house.rows(Mail) if mail.kind == "notice"] == []
    browse("Farid").post(f"/threads/{world.tide.thread}/visit", data={"upto": str(comment)})
    age(house)
    for _ in range(3):
        write(house)
    assert mails(house, world, "Farid") == []
    (mail,) = mails(house, world, "Chiara")
    assert mail.subject == "Tide: reach everybody in time"
    assert "Esi Okoro mentioned you" in mail.text
    assert "(Rome)" in mail.text
    assert f"{house.url}/comments/{comment}" in mail.text
    assert "SECRET" not in mail.text
    assert len(mails(house, world, "Amara")) == 1


def test_gathered_and_once_an_hour_for_a_conversation(browse: Browse, house: House, world: World) -> None:
    say(browse, world, "Esi", "@Chiara one")
    say(browse, world, "Esi", "@Chiara two")
    age(house)
    say(browse, world, "Esi", "@Chiara three, just now")
    write(house)
    (mail,) = mails(house, world, "Chiara")
    assert mail.text.count("mentioned you") == 3
    say(browse, world, "Esi", "@Chiara four")
    with house.database(writing=True) as db:
        db.execute(update(NOTICE).where(NOTICE.c.mailed_at.is_(None)).values(at=utc_now() - timedelta(minutes=30)))
    write(house)
    assert len(mails(house, world, "Chiara")) == 1
    with house.database(writing=True) as db:
        mailed = NOTICE.c.mailed_at.is_not(None)
        db.execute(update(NOTICE).where(mailed).values(mailed_at=utc_now() - timedelta(minutes=61)))
    write(house)
    assert len(mails(house, world, "Chiara")) == 2


@pytest.mark.parametrize("how", ["withdrawn", "hidden", "removed", "muted", "never"])
def test_nothing_is_mailed_of_what_is_gone(browse: Browse, house: House, world: World, how: str) -> None:
    comment = say(browse, world, "Esi", "@Chiara")
    if how == "muted":
        follow(browse, world, "Chiara", "nothing")
        assert "mention" in [row.kind for row in house.rows(Notice)]
        browse("Esi").post(f"/comments/{comment}/withdrawal")
        say(browse, world, "Esi", "@Chiara, are you there?")
    elif how == "never":
        sent = browse("Chiara").post("/notices/settings", data={"mail": "never"})
        assert sent.headers["location"] == "/profile?done=wish-saved"
    elif how == "removed":
        browse("Farid").post(f"/memberships/{world.memberships['Chiara']}/removal")
    elif how == "hidden":
        browse("Farid").post(f"/comments/{comment}/hidings", data={"reason": "No"})
    else:
        browse("Esi").post(f"/comments/{comment}/withdrawal")
    age(house)
    write(house)
    assert mails(house, world, "Chiara") == []


@pytest.mark.parametrize(
    ("at", "since", "due"),
    [
        ("2026-03-10T06:59", "2026-03-09T20:00", False),
        ("2026-03-10T07:00", "2026-03-09T20:00", True),  # 8 o'clock in Rome, winter
        ("2026-07-10T06:00", "2026-07-09T20:00", True),  # and in summer
        ("2026-07-10T05:59", "2026-07-09T20:00", False),
        ("2026-07-10T20:00", "2026-07-10T09:00", False),  # told after this morning: tomorrow's
    ],
)
def test_once_a_day_at_eight_of_their_own(at: str, since: str, due: bool) -> None:
    told = datetime.fromisoformat(f"{since}:00+00:00")
    one = follows.Waiting(1, "Chiara", "chiara@example.org", "en", "Europe/Rome", MailWish.DAILY, told)
    assert letters.is_due(one, datetime.fromisoformat(f"{at}:00+00:00")) is due


def test_mail_for_the_day_is_one(browse: Browse, house: House, world: World) -> None:
    browse("Chiara").post("/notices/settings", data={"mail": "daily"})
    assert browse("Chiara").post("/notices/settings", data={"mail": "hourly"}).status_code == 422
    assert [row.mail for row in house.rows(NoticeSetting)] == ["daily"]
    assert "selected>Once a day" in browse("Chiara").get("/profile").text
    say(browse, world, "Esi", "@Chiara")
    browse("Farid").post(f"/threads/{world.reed.thread}/comments", data={"text": "For @Chiara"})
    age(house, 25 * 60)
    write(house)
    write(house)
    (mail,) = mails(house, world, "Chiara")
    assert mail.subject == "What you were told of in Sweetspot"
    assert "Tide: reach everybody" in mail.text
    assert "Reed: reach everybody" in mail.text
    assert mail.text.count("/unsubscribe/") == 3


def test_mail_speaks_the_language_of_its_reader(browse: Browse, house: House, world: World) -> None:
    with house.database(writing=True) as db:
        db.get_one(Person, world.people["Chiara"]).language = "en-XA"
    say(browse, world, "Esi", "@Chiara")
    age(house)
    write(house)
    (mail,) = mails(house, world, "Chiara")
    assert "Esi Okoro mentioned" not in mail.text
    assert "Esi Okoro" in mail.text


def test_killed_between_two_people_sends_nothing_twice(browse: Browse, house: House, world: World) -> None:
    say(browse, world, "Esi", "@Chiara @Farid")
    age(house)
    with house.database(writing=True) as db:
        job_id = enqueue(db, "a round", now=utc_now(), at=utc_now() + timedelta(days=1))
        db.execute(update(JOB).where(JOB.c.id == job_id).values(lease="mine"))
    running = Running(job_id, "a round", {}, "mine", 1, 0, 0, house.inside.database, house.inside)

    def dying(*given: Any) -> None:
        if given[2].startswith("INSERT INTO mail"):
            running.ending.set()

    engine = house.inside.database.engine
    event.listen(engine, "before_cursor_execute", dying)
    try:
        with pytest.raises(Interrupted):
            letters.write_all(running)
    finally:
        event.remove(engine, "before_cursor_execute", dying)
    before = [mail.to for mail in house.rows(Mail) if mail.kind == "notice"]
    assert len(before) == 1
    write(house)
    after = [mail.to for mail in house.rows(Mail) if mail.kind == "notice"]
    assert len(after) == len(set(after)) == 4


def link_in(mail: Mail, house: House) -> str:
    return mail.unsubscribe.removeprefix(house.url)


def test_one_click_in_the_mail_stops_that_conversation(browse: Browse, house: House, world: World) -> None:
    say(browse, world, "Esi", "@Chiara")
    age(house)
    write(house)
    (mail,) = mails(house, world, "Chiara")
    made = message(mail, "post@example.org")
    assert made["List-Unsubscribe"] == f"<{mail.unsubscribe}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link_in(mail, house)
    assert mail.unsubscribe in mail.text
    # Opening it changes nothing: mail scanners open links too.
    stranger = plain_client(house.url)
    page = stranger.get(path)
    assert page.status_code == 200
    assert "Tide: reach everybody in time" in page.text
    assert house.rows(Follow) == []
    # A mail program posts from elsewhere, with no page of ours and nobody signed in.
    for _ in range(2):
        done = stranger.post(path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 303
    assert [(row.person_id, row.volume) for row in house.rows(Follow)] == [(world.people["Chiara"], "nothing")]
    assert "You get no more of these mails" in stranger.get(done.headers["location"]).text
    say(browse, world, "Esi", "@Chiara once more")
    age(house)
    write(house)
    assert len(mails(house, world, "Chiara")) == 1


def test_guessed_and_stale_links_stop_nothing(browse: Browse, house: House, world: World) -> None:
    stranger = plain_client(house.url)
    for token in ("guessed", "x" * 43, "x" * 500, "%00", "..%2f"):
        assert stranger.get(f"/unsubscribe/{token}").status_code == 404, token
        assert stranger.post(f"/unsubscribe/{token}").status_code == 404, token
    say(browse, world, "Esi", "@Chiara")
    age(house)
    write(house)
    path = link_in(mails(house, world, "Chiara")[0], house)
    browse("Farid").post(f"/memberships/{world.memberships['Chiara']}/removal")
    page = stranger.get(path)
    assert page.status_code == 200
    assert "Tide: reach" not in page.text
    with house.database(writing=True) as db:
        db.execute(update(LINK).values(at=utc_now() - timedelta(days=400)))
        follows.clear(db, now=utc_now())
    assert stranger.post(path).status_code == 404
    assert house.rows(Follow) == []


def test_mail_names_nobody_who_is_masked(browse: Browse, house: House, world: World) -> None:
    answer = browse("Esi").post(
        f"/threads/{world.tide.thread}/comments", data={"text": "Dear @Chiara", "attribution": "none", "as_it_is": "x"}
    )
    assert answer.status_code == 303, answer.text[-3000:]
    page = browse("Chiara").get("/notices").text
    assert "You are mentioned in a comment" in page
    age(house)
    write(house)
    (mail,) = mails(house, world, "Chiara")
    for text in (page.replace("Chiara Okoro", ""), mail.text, mail.subject):
        assert "Esi" not in text
