"""What somebody is told of: each once, only what they may see, as long as it stands; and the bell that counts it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import html as markup
from sqlalchemy import event

from cohorts.policies import Standing
from feedback import notices
from feedback.models import Follow, Notice
from feedback.web.noticing import grouped
from server.clock import utc_now
from tests.feedback.conftest import Browse
from tests.house import House
from tests.live.follower import Follower, by_id
from tests.live.harness import following
from tests.world import World

TALK = "/initiatives/{0.initiative}"


def say(browse: Browse, world: World, name: str, text: str = "Words", parent: str = "") -> int:
    fields = {"text": text, "parent": parent, "key": secrets.token_hex(8)}
    sent = browse(name).post(f"/threads/{world.tide.thread}/comments", data=fields)
    assert sent.status_code == 303, sent.text[:500]
    return int(sent.headers["location"].rpartition("-")[2])


def follow(browse: Browse, world: World, name: str, volume: str) -> None:
    sent = browse(name).post(f"/threads/{world.tide.thread}/volume", data={"volume": volume})
    assert sent.status_code == 303


def told(house: House, world: World, comment: int) -> dict[str, str]:
    names = {person: name for name, person in world.people.items()}
    return {names[row.person_id]: row.kind for row in house.rows(Notice) if row.comment_id == comment}


def count(browse: Browse, name: str, path: str = "/profile") -> int:
    found: Any = markup.fromstring(browse(name).get(path).text).xpath("//*[@id='bell']/b/text()")
    return int(found[0]) if found else 0


def test_answers_and_the_own_team_unless_somebody_chose(browse: Browse, house: House, world: World) -> None:
    assert told(house, world, say(browse, world, "Esi")) == {"Amara": "new", "Bram": "new"}
    answer = say(browse, world, "Esi", "An answer", str(world.tide.comments["Chiara"]))
    assert told(house, world, answer) == {"Amara": "reply", "Chiara": "reply"}
    follow(browse, world, "Farid", "everything")
    follow(browse, world, "Amara", "nothing")
    assert told(house, world, say(browse, world, "Esi", "For @Amara and @Bram")) == {"Bram": "mention", "Farid": "new"}
    follow(browse, world, "Farid", "answers")
    assert told(house, world, say(browse, world, "Esi")) == {"Bram": "new"}
    assert browse("Farid").post(f"/threads/{world.tide.thread}/volume", data={"volume": "loud"}).status_code == 422
    assert {row.volume for row in house.rows(Follow)} == {"answers", "nothing"}
    page = markup.fromstring(browse("Amara").get(TALK.format(world.tide)).text)
    assert page.xpath("//form[@class='volume']/button[@aria-pressed='true']/@value") == ["nothing"]


def test_thirty_are_told_in_one_statement(browse: Browse, house: House, world: World) -> None:
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    engine = house.inside.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        say(browse, world, "Farid", "@Tide @Reed @board")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.startswith("INSERT INTO notice")]) == 1


def test_what_does_not_stand_or_is_not_theirs_is_not_counted(browse: Browse, house: House, world: World) -> None:
    first, second = say(browse, world, "Esi", "Dear @Chiara"), say(browse, world, "Esi", "And @Chiara again")
    assert count(browse, "Chiara") == 2
    browse("Esi").post(f"/comments/{first}/withdrawal")
    assert count(browse, "Chiara") == 1
    browse("Farid").post(f"/comments/{second}/hidings", data={"reason": "No"})
    assert count(browse, "Chiara") == 0
    assert "mentioned you" not in browse("Chiara").get("/notices").text
    browse("Esi").post(f"/comments/{first}/restoration")
    assert count(browse, "Chiara") == 1
    browse("Farid").post(f"/memberships/{world.memberships['Chiara']}/removal")
    assert count(browse, "Chiara") == 0
    page = browse("Chiara").get("/notices").text
    assert "Nothing yet" in page
    assert "Tide: reach everybody" not in page


def test_reading_marks_it_read(browse: Browse, house: House, world: World) -> None:
    comment = say(browse, world, "Esi", "Dear @Chiara")
    say(browse, world, "Amara", "Dear @Chiara, too")
    chiara = browse("Chiara")
    page = chiara.get("/notices").text
    assert "Esi Okoro mentioned you" in page
    assert f'href="/comments/{comment}"' in page
    assert 'data-seen="0"' in chiara.get(TALK.format(world.tide)).text
    chiara.post(f"/threads/{world.tide.thread}/visit", data={"upto": str(comment)})
    assert count(browse, "Chiara") == 1
    place = {"thread": str(world.tide.thread)}
    assert browse("Amara").post("/notices/places/reading", data=place).status_code == 303
    assert count(browse, "Chiara") == 1
    assert chiara.post("/notices/places/reading", data={"thread": str(world.reed.thread)}).status_code == 303
    assert count(browse, "Chiara") == 1
    assert chiara.post("/notices/places/reading", data=place).status_code == 303
    assert count(browse, "Chiara") == 0
    say(browse, world, "Esi", "@Chiara")
    assert chiara.post("/notices/reading").headers["location"] == "/notices?done=notices-read"
    assert count(browse, "Chiara") == 0


def test_edit_tells_those_who_are_named_only_then(browse: Browse, house: House, world: World) -> None:
    comment = say(browse, world, "Esi", "Dear @Chiara")
    before = told(house, world, comment)
    browse("Esi").post(f"/comments/{comment}/versions", data={"text": "Dear @Chiara and @Farid", "version": "1"})
    assert told(house, world, comment) == {**before, "Farid": "mention"}


def test_other_packages_tell_with_one_call(browse: Browse, house: House, world: World) -> None:
    before = count(browse, "Amara")
    with house.database(writing=True) as db:
        people = [world.people["Amara"], world.people["Bram"], world.people["Amara"]]
        notices.tell(db, people, notices.REPORTED, url="/rounds/1", about="A round", now=utc_now())
        notices.tell(db, [], notices.REPORTED, url="/rounds/1", now=utc_now())
    assert count(browse, "Amara") == before + 1
    assert "A round" in browse("Amara").get("/notices").text
    with house.database(writing=True) as db:
        notices.take_back(db, "/rounds/1")
    assert count(browse, "Amara") == before


def bell(follower: Follower) -> str:
    found = by_id(follower.page, "bell")
    assert found is not None
    return " ".join(found.text_content().split())


@pytest.mark.parametrize("page", [TALK, "/cohorts/{0.cohort}", "/teams/{0.team}", "/notices"])
def test_bell_rings_on_every_live_page(browse: Browse, house: House, world: World, page: str) -> None:
    path = page.format(world.tide)
    with following(house, world.people["Chiara"], path) as mine, following(house, world.people["Farid"], path) as other:
        say(browse, world, "Esi", "Dear @Chiara")
        mine.until(lambda: bell(mine) == "Notices 1 not read")
        other.pump(0.4)
        assert bell(other) == "Notices"
        assert [frame for frame in other.frames if 'id="bell"' in frame.get("content", "")] == []
        browse("Chiara").post("/notices/reading")
        mine.until(lambda: bell(mine) == "Notices")
        assert mine.settle()[0] == mine.settle()[1]
        assert mine.resyncs == 0


def test_strangers_do_not_follow_somebodys_bell(house: House, world: World) -> None:
    mine = Follower(house, world.people["Chiara"], "/notices")
    other = Follower(house, world.people["Amara"], "/notices")
    other.here.set("data-positions", mine.positions)
    other.connect()
    assert other.closed_with() == 4404


def test_what_came_last_stands_first_whatever_was_written_first() -> None:
    now, fields = utc_now(), {"comment_id": None, "thread_id": None, "title": "", "language": "", "read_at": None}
    rows = [
        SimpleNamespace(
            **fields, id=9 - hours, kind=notices.HIDDEN, url=url, about=url, at=now - timedelta(hours=hours)
        )
        for url, hours in (("/a", 3), ("/b", 1), ("/a", 0), ("/c", 2))
    ]
    found = grouped(rows, Standing(0, ()), "en")
    assert [(one.url, [line.at for line in one.lines]) for one in found] == [
        ("/a", [now, now - timedelta(hours=3)]),
        ("/b", [now - timedelta(hours=1)]),
        ("/c", [now - timedelta(hours=2)]),
    ]
