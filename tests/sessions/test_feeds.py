"""The personal calendar feed: its secret address, what it shows, and programs that ask too often."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import ics  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]

from cohorts import memberships
from cohorts.models import Membership
from server.clock import utc_now
from server.limits import Counter
from sessions import feeds, slots
from sessions.models import CalendarFeed
from sessions.sessions import SESSION
from sessions.web.feeds import READ
from tests.access.test_query_counts import counted
from tests.house import PATIENCE, House
from tests.scheduled import session_now, slot_now
from tests.server.looping import until
from tests.sessions.conftest import Browse
from tests.world import World


def address(browse: Browse, name: str) -> str:
    """The path of a new feed of that person, as the page shows it once."""
    page = browse(name).post("/profile/calendar")
    assert page.status_code == 200
    found = re.search(r"(/calendar/[\w-]+\.ics)", page.text)
    assert found
    return found[1]


def read(house: House, path: str, **headers: str) -> httpx.Response:
    """As a program without a login asks."""
    return httpx.get(house.url + path, headers=headers, timeout=PATIENCE)


def uids(text: str) -> set[str]:
    ours = {event.uid for event in ics.Calendar(text).events}
    assert ours == {event.uid.value for event in vobject.readOne(text).contents.get("vevent", [])}
    return ours


def say(browse: Browse, name: str, slot_id: int, answer: str = "yes") -> None:
    assert browse(name).post(f"/slots/{slot_id}/answers", data={"answer": answer}).status_code == 303


def test_feed_holds_what_somebody_comes_to(house: House, world: World, browse: Browse) -> None:
    first, second = world.slots[world.tide.cohort]
    path = address(browse, "Amara")
    assert uids(read(house, path).text) == set()
    say(browse, "Amara", first)
    say(browse, "Amara", second, "if need be")
    say(browse, "Bram", first)
    text = read(house, path).text
    assert len(uids(text)) == 2
    for words in ("Okoro", "Nadia", "meet.example.org", "small", "CANARY"):
        assert words not in text, words
    status = {event.dtstart.value: event.status.value for event in vobject.readOne(text).vevent_list}
    with house.database() as db:
        both = [slot_now(db, first), slot_now(db, second)]
    assert status == {both[0].starts_at: "CONFIRMED", both[1].starts_at: "TENTATIVE"}
    say(browse, "Amara", second, "no")
    assert len(uids(read(house, path).text)) == 1


def test_feed_of_who_leads_a_session_holds_its_times(house: House, world: World, browse: Browse) -> None:
    assert len(uids(read(house, address(browse, "Farid")).text)) == 2


def test_address_is_shown_once_and_only_its_hash_is_kept(house: House, world: World, browse: Browse) -> None:
    path = address(browse, "Amara")
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    (kept,) = house.rows(CalendarFeed)
    assert token not in kept.token_hash
    profile = browse("Amara").get("/profile").text
    assert token not in profile
    assert "/profile/calendar/end" in profile


def test_a_new_address_ends_the_old_one_and_one_can_be_ended(house: House, world: World, browse: Browse) -> None:
    old = address(browse, "Amara")
    new = address(browse, "Amara")
    assert [read(house, path).status_code for path in (old, new)] == [404, 200]
    assert browse("Amara").post("/profile/calendar/end").status_code == 303
    assert read(house, new).status_code == 404
    assert browse("Amara").post("/profile/calendar/end").status_code == 303


def test_whoever_left_reads_nothing_of_the_cohort(house: House, world: World, browse: Browse) -> None:
    first, _ = world.slots[world.tide.cohort]
    path = address(browse, "Amara")
    say(browse, "Amara", first)
    assert "Learning from what fails" in read(house, path).text
    with house.database(writing=True) as db:
        held = db.get_one(Membership, world.memberships["Amara"])
        memberships.remove(db, held, by=None, now=utc_now())
    assert uids(read(house, path).text) == set()
    assert "Learning" not in read(house, path).text


def test_a_draft_is_in_no_feed(house: House, world: World, browse: Browse) -> None:
    path = address(browse, "Farid")
    session = world.sessions[world.tide.cohort]
    with house.database(writing=True) as db:
        db.execute(SESSION.update().where(SESSION.c.id == session).values(published_at=None))
    assert uids(read(house, path).text) == set()


def test_what_was_called_off_is_told_as_cancelled(house: House, world: World, browse: Browse) -> None:
    first, _ = world.slots[world.tide.cohort]
    path = address(browse, "Amara")
    say(browse, "Amara", first)
    with house.database(writing=True) as db:
        facts = session_now(db, world.sessions[world.tide.cohort])
        slots.cancel(db, facts, slot_now(db, first), why="Wet", now=utc_now())
    assert vobject.readOne(read(house, path).text).vevent.status.value == "CANCELLED"


def test_a_program_that_says_what_it_has_is_told_that_nothing_changed(
    house: House, world: World, browse: Browse
) -> None:
    first, _ = world.slots[world.tide.cohort]
    path = address(browse, "Amara")
    say(browse, "Amara", first)
    known = read(house, path).headers["etag"]
    for which in range(READ.most + 5):
        again = read(house, path, **{"if-none-match": (known, f"W/{known}", f'"1, 2", {known}', "*")[which % 4]})
        assert (again.status_code, again.content) == (304, b"")
    lines = [("if-none-match", '"other"'), ("if-none-match", known)]
    assert httpx.get(house.url + path, headers=lines).status_code == 304
    say(browse, "Amara", first, "if need be")
    changed = read(house, path, **{"if-none-match": known})
    assert changed.status_code == 200
    assert changed.headers["etag"] != known


def was_counted(house: House, count: int) -> bool:
    return any(row.count >= count for row in house.rows(Counter))


def test_a_program_that_asks_every_minute_for_all_of_it_is_asked_to_wait(
    house: House, world: World, browse: Browse
) -> None:
    path, others = address(browse, "Amara"), address(browse, "Bram")
    for at in range(READ.most):
        assert read(house, path).status_code == 200
        until(lambda at=at: was_counted(house, at + 1))  # type: ignore[misc]
    refused = read(house, path)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= READ.per.total_seconds()
    assert read(house, others).status_code == 200


def test_a_guessed_address_is_a_page_that_is_not_there(house: House, world: World, browse: Browse) -> None:
    path = address(browse, "Amara")
    for guess in ("x", "x.ics", path.removesuffix(".ics"), path[:-5] + ".ics", "a" * 5000 + ".ics", "%00.ics"):
        at = guess if guess.startswith("/") else f"/calendar/{guess}"
        found = read(house, at)
        assert found.status_code in (404, 414, 431), at
        assert "etag" not in found.headers
    nothing = httpx.get(house.url + "/nothing-here", timeout=PATIENCE)
    assert read(house, "/calendar/guess.ics").text.split("<title>")[1][:40] == nothing.text.split("<title>")[1][:40]


def test_a_guess_costs_the_same_work_as_an_address(house: House, world: World, browse: Browse) -> None:
    """The time itself cannot be compared on a shared machine; that the same statements run can."""
    path = address(browse, "Amara")

    def asked(at: str) -> list[str]:
        with counted(house) as statements:
            read(house, at)
        return sorted(statements)

    assert asked(path) == asked("/calendar/guess.ics")
    assert any("calendarfeed" in one for one in asked(path))


def test_old_slots_fall_out_of_the_feed(house: House, world: World, browse: Browse) -> None:
    first, _ = world.slots[world.tide.cohort]
    path = address(browse, "Amara")
    say(browse, "Amara", first)
    with house.database(writing=True) as db:
        long_ago = utc_now() - feeds.KEPT - timedelta(days=1)
        db.execute(slots.SLOT.update().where(slots.SLOT.c.id == first).values(starts_at=long_ago))
    assert uids(read(house, path).text) == set()
