"""What is new since the last visit: noted, counted, marked, and marked as unread again."""

from __future__ import annotations

from datetime import timedelta

from feedback import visits
from feedback.models import Visit
from server.clock import utc_now
from server.db import Database
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.world import World


def line(browse: Browse, world: World, name: str) -> tuple[str, str, str]:
    """The line above the conversation, where it leads, and the style that marks what is new."""
    text = browse(name).get(f"/initiatives/{world.tide.initiative}").text
    page = parsed(text)
    words = " ".join(page.get_element_by_id("since").xpath("string(.//p)").split())
    link = page.xpath("string(//*[@id='since']//a/@href)")
    styles = [one.text for one in page.xpath("//style[not(@id)]") if one.text]
    return words, link, "".join(styles)


def test_new_comments_of_others_are_counted_and_marked(browse: Browse, world: World) -> None:
    said, thread = world.tide.comments, world.tide.thread
    assert line(browse, world, "Amara") == ("", "", "")  # never there: everything would be new
    browse("Amara").post(f"/threads/{thread}/visit", data={"upto": str(said["Chiara"])})
    words, link, style = line(browse, world, "Amara")
    assert words.startswith("3 new comments since "), words
    assert words.endswith("Go to the first")
    assert link == f"/comments/{said['Esi']}"
    assert style == ",".join(f"#comment-{said[name]}" for name in ("Esi", "Farid", "Ivo")) + '{--new:"New"}'
    done = browse("Amara").post(f"/threads/{thread}/visit", data={"upto": str(said["Ivo"])})
    assert (done.status_code, done.headers["location"]) == (303, f"/initiatives/{world.tide.initiative}#conversation")
    assert line(browse, world, "Amara") == ("", "", "")
    assert line(browse, world, "Chiara") == ("", "", "")


def test_what_was_read_stays_read_until_it_is_marked_unread(browse: Browse, house: House, world: World) -> None:
    said, path = world.tide.comments, f"/threads/{world.tide.thread}/visit"
    for upto in (said["Farid"], 999_999_999, said["Chiara"], 0):
        assert browse("Bram").post(path, data={"upto": str(upto)}).status_code == 303
    (noted,) = house.rows(Visit)
    assert noted.comment_id == max(said.values())
    back = browse("Bram").post(f"/comments/{said['Esi']}/unread")
    assert back.headers["location"] == f"/cohorts/{world.tide.cohort}?done=unread"
    assert "Marked as unread" in browse("Bram").get(back.headers["location"]).text
    assert line(browse, world, "Bram")[1] == f"/comments/{said['Esi']}"
    assert browse("Bram").post(path, data={"upto": "many"}).status_code == 422


def test_a_visit_in_one_thread_says_nothing_of_another(database: Database, world: World) -> None:
    now, me = utc_now(), world.people["Chiara"]
    with database.transaction(writing=True) as db:
        visits.visit(db, me, world.tide.thread, 999_999, now=now)
        visits.visit(db, me, world.reed.thread, 999_999, now=now)  # nobody has said anything there
        visits.visit(db, me, world.tide.thread, 999_999, now=now + timedelta(hours=1))
    with database.transaction(writing=False) as db:
        tide = visits.mine(db, me, world.tide.thread, "thread-0", now).since
        reed = visits.mine(db, me, world.reed.thread, "thread-0", now).since
        other = visits.mine(db, world.people["Esi"], world.tide.thread, "thread-0", now).since
    assert tide is not None
    assert (tide.count, tide.first, tide.at) == (0, None, now)
    assert reed is other is None
