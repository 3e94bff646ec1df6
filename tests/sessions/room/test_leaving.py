"""Somebody whose membership ends while a room is open: gone from it at once, on every page that named them."""

from __future__ import annotations

from cohorts import memberships, roles
from cohorts.models import Membership
from server.clock import utc_now
from server.jobs import Job
from sessions.room import leaving
from tests.house import House
from tests.live.follower import Follower
from tests.server.looping import until
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.grouped import act, apart, opened, put, url, who
from tests.world import World


def remove(meeting: Meeting, name: str) -> None:
    membership = meeting.world.memberships[name]
    assert meeting.browser("Farid").post(f"/memberships/{membership}/removal").status_code == 303


def followed(meeting: Meeting, name: str, path: str = "") -> Follower:
    page = Follower(meeting.house, meeting.world.people[name], path or meeting.path)
    page.connect()
    return page


def words(page: Follower) -> str:
    return str(page.here.text_content())


def test_whoever_is_removed_is_gone_from_the_group_the_queue_and_those_who_are_here(meeting: Meeting) -> None:
    first, second = apart(meeting)
    for name in ("Bram", "Chiara"):
        assert meeting.send(name, "hand").status_code == 303
    theirs = followed(meeting, "Bram")
    pages = [followed(meeting, "Amara", url(meeting, first)), followed(meeting, "Esi"), followed(meeting, "Farid")]
    for page in pages:
        page.until(lambda page=page: "Bram Okoro" in words(page))  # type: ignore[misc]
    remove(meeting, "Bram")
    for page in pages:
        page.until(lambda page=page: "Bram Okoro" not in words(page))  # type: ignore[misc]
        kept, fresh = page.settle()
        assert kept == fresh
    assert theirs.closed_with() in (4403, 4404)
    assert (who(meeting, first), who(meeting, second)) == ({"Amara"}, {"Chiara", "Esi"})
    assert all("Chiara Okoro" in words(page) for page in pages[1:])


def test_whoever_waits_for_a_place_and_is_removed_waits_no_more(meeting: Meeting) -> None:
    opened(meeting, "by hand")
    page = followed(meeting, "Farid")
    assert "Bram Okoro" in words(page)
    remove(meeting, "Bram")
    page.until(lambda: "Bram Okoro" not in words(page))


def test_facilitator_who_loses_the_role_is_gone_too(meeting: Meeting) -> None:
    meeting.send("Farid", "hand")
    page = followed(meeting, "Esi")
    assert "Farid Okoro" in words(page)
    membership = meeting.world.memberships["Farid"]
    assert meeting.browser("Hana").post(f"/memberships/{membership}/removal").status_code == 303
    hands = f"room-hands-{meeting.slot_id}"
    page.until(lambda: "Farid Okoro" not in str(page.page.get_element_by_id(hands).text_content()))


def test_whoever_moves_to_another_team_of_the_cohort_stays(meeting: Meeting) -> None:
    first, second = apart(meeting)
    meeting.send("Bram", "hand")
    with meeting.house.database(writing=True) as db:
        held = db.get_one(Membership, meeting.world.memberships["Bram"])
        roles.move(db, held, meeting.world.reed.team, by=None, now=utc_now())
    until(lambda: any(job.kind == leaving.LEAVES and job.ended_at for job in meeting.house.rows(Job)))
    assert who(meeting, first) == {"Amara", "Bram"}
    assert "Bram Okoro" in meeting.page("Esi")
    assert put(meeting, "Bram", second) == 303, "and can be put elsewhere"


def test_groups_that_are_over_keep_who_was_in_them(meeting: Meeting) -> None:
    first, _ = apart(meeting)
    assert act(meeting, "return") == 303
    with meeting.house.database(writing=True) as db:
        held = db.get_one(Membership, meeting.world.memberships["Bram"])
        memberships.remove(db, held, by=None, now=utc_now())
        leaving.let_go(db, meeting.world.tide.cohort, now=utc_now())
    assert who(meeting, first) == {"Amara", "Bram"}


def test_where_no_room_is_open_nothing_is_asked_for(house: House, world: World) -> None:
    meeting = open_meeting(house, world)
    assert meeting.send("Farid", "ending", version=meeting.now().version).status_code == 303
    remove(meeting, "Bram")
    assert not any(job.kind == leaving.LEAVES for job in house.rows(Job))
