"""Who reads a recap and who changes it, before and after it is published; what a sponsor reads of it."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import update

from feedback.models import Notice
from server.clock import utc_now
from server.live.log import Stream
from sessions.models import OpenTo, SessionPart, SessionPerson
from sessions.room.models import Recap
from sessions.room.recaps import PUBLISHED
from sessions.sessions import SESSION
from tests.house import House
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.recapped import DECISION, published, recapped, sent, url, version
from tests.world import ROLES, World

FILES = ("/markdown", "/csv", "/pdf")
# By role: read before it is published, after it, and change it.
RIGHTS = {
    "anonymous": (303, 303, None),
    "outsider": (404, 404, 404),
    "removed": (404, 404, 404),
    "member": (404, 200, 403),
    "colleague": (404, 200, 403),
    "peer": (404, 200, 403),
    "elsewhere": (404, 404, 404),
    "adviser": (404, 200, 403),
    "facilitator": (200, 200, 303),
    "sponsor": (404, 404, 404),
    "owner": (404, 404, 404),
}


@pytest.fixture
def over(house: House, world: World) -> Meeting:
    """A meeting that is over."""
    return recapped(house, world)


def visit(meeting: Meeting, role: str) -> httpx.Client:
    name = ROLES[role]
    return meeting.house.visit(meeting.world.people[name] if name else None)


def test_rights_by_role(over: Meeting) -> None:
    assert RIGHTS.keys() == ROLES.keys()
    for role, (before, _, _) in RIGHTS.items():
        for path in ("", *FILES):
            assert visit(over, role).get(url(over) + path).status_code == before, (role, path)
    published(over)
    for role, (_, after, change) in RIGHTS.items():
        client = visit(over, role)
        for path in ("", *FILES):
            assert client.get(url(over) + path).status_code == after, (role, path)
        if change is None:
            continue
        assert client.get(f"{url(over)}/edit").status_code == (200 if change == 303 else change), role
        answer = client.post(f"{url(over)}/publication")
        assert answer.status_code == change, role


def test_whoever_leads_runs_its_recap_too(over: Meeting) -> None:
    with over.house.database(writing=True) as db:
        bram = over.world.people["Bram"]
        db.add(SessionPerson(session_id=over.session_id, person_id=bram, part=SessionPart.HELPS, at=utc_now()))
    assert over.browser("Bram").get(url(over)).status_code == 200
    sent(over.browser("Bram").post(f"{url(over)}/publication"))


def test_sponsor_reads_what_came_out_and_nothing_that_was_said(over: Meeting) -> None:
    with over.house.database(writing=True) as db:
        db.execute(update(SESSION).where(SESSION.c.id == over.session_id).values(open_to=OpenTo.PROGRAMME))
    sponsor = visit(over, "sponsor")
    assert sponsor.get(url(over)).status_code == 404
    said = {"intro": "A good day.", "notes": "Edited notes", "version": version(over)}
    sent(over.browser("Farid").post(url(over), data=said))
    published(over)
    candid = ("Who pays?", "The ministry.", "Start small", "How do you come?", "Edited notes", "reach", "Bram Okoro")
    member = over.browser("Amara").get(url(over)).text
    assert [word for word in candid if word not in member] == ["reach"]
    for path in ("", "/markdown", "/csv"):
        text = sponsor.get(url(over) + path).text
        assert DECISION in text, path
        assert [word for word in candid if word in text] == [], path
    assert "A good day." in sponsor.get(url(over)).text
    assert "Two stories" in sponsor.get(url(over)).text
    assert sponsor.get(f"{url(over)}/pdf").content.startswith(b"%PDF")


def test_sponsor_follows_no_stream(over: Meeting) -> None:
    with over.house.database(writing=True) as db:
        db.execute(update(SESSION).where(SESSION.c.id == over.session_id).values(open_to=OpenTo.PROGRAMME))
    published(over)
    recap = over.house.rows(Recap)[0]
    streams = {one.id: one for one in over.house.rows(Stream)}
    for id_, member in ((recap.stream_id, 200), (recap.run_stream_id, 404)):
        at = {"at": f"{id_}.{streams[id_].epoch}.0"}
        assert over.browser("Amara").get("/live/frames", params=at).status_code == member
        assert visit(over, "sponsor").get("/live/frames", params=at).status_code == 404


def test_withdrawn_it_closes_for_others_and_is_told_of_no_more(over: Meeting) -> None:
    published(over)
    assert [row.kind for row in over.house.rows(Notice)].count(PUBLISHED) > 3
    sent(over.browser("Farid").post(f"{url(over)}/withdrawal"))
    assert over.browser("Amara").get(url(over)).status_code == 404
    assert [row.kind for row in over.house.rows(Notice)].count(PUBLISHED) == 0
