"""A meeting in which everything happened that a recap remembers, done through the room's own forms, and then ended."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from server.clock import utc_now
from server.live.texts import append
from sessions import sessions
from sessions.room import rooms
from sessions.room.recaps import RECAP
from sessions.slots import SLOT
from tests.house import House
from tests.scheduled import offered, session_now
from tests.sessions.room.conftest import IN_IT, Meeting, open_meeting
from tests.sessions.room.polled import opened
from tests.world import World

DECISION = "We share the sirens"


def agree(meeting: Meeting, name: str, text: str, **more: str) -> Any:
    """An outcome, written down by that person."""
    given = {"outcome_kind": "decision", "outcome": text, "key": secrets.token_hex(8), **more}
    return meeting.send(name, "outcomes", **given)


def sent(answer: Any) -> Any:
    """The answer of a form that was taken."""
    assert answer.status_code == 303, answer.text[:3000]
    return answer


def filled(meeting: Meeting, mark: str = "") -> Meeting:
    """Agenda, notes, a poll, a question, sentences, outcomes."""
    first, second = meeting.items()[:2]
    for item in (first, second, 0):
        sent(meeting.send("Farid", "item", item=item, version=meeting.now().version))
    with meeting.house.database(writing=True) as db:
        append(db, meeting.now().notes_id, f"{mark}Bells *reach* more people", None)
    poll = opened(meeting)
    for name, option in (("Amara", 1), ("Bram", 1), ("Esi", 2)):
        assert poll.vote(name, option) == 303
    assert poll.turn("close") == 303
    assert poll.turn("reveal") == 303
    secrecy = opened(meeting, question="Shown to nobody")
    assert secrecy.vote("Amara", 1) == 303
    asked = sent(meeting.send("Amara", "questions", text=f"{mark}Who pays?", key=secrets.token_hex(8)))
    id_ = int(asked.headers["location"].rpartition("-")[2])
    sent(meeting.browser("Farid").post(f"/questions/{id_}/answer", data={"answer": f"{mark}The ministry."}))
    sent(meeting.send("Farid", "moment", moment="out", version=meeting.now().version))
    sent(meeting.send("Esi", "sentence", sentence=f"{mark}Start small"))
    sent(agree(meeting, "Bram", f"{mark}{DECISION}"))
    action = {"outcome_kind": "action", "outcome_owner": "Team Tide", "outcome_due": "2027-03-31"}
    sent(agree(meeting, "Amara", f"{mark}Write to the mayor", **action))
    sent(meeting.send("Bram", "hand"))
    return meeting


def ended(meeting: Meeting) -> Meeting:
    """Farid ends it."""
    sent(meeting.send("Farid", "ending"))
    return meeting


def recapped(house: House, world: World, **given: Any) -> Meeting:
    """Filled and ended."""
    return ended(filled(open_meeting(house, world, **given)))


def published(meeting: Meeting) -> Meeting:
    """And its recap read by the cohort."""
    sent(meeting.browser("Farid").post(f"{url(meeting)}/publication"))
    return meeting


def another_slot(meeting: Meeting) -> Meeting:
    """A second slot of the same session, open now as well, with the same people in its room."""
    now = utc_now()
    with meeting.house.database(writing=True) as db:
        facts = session_now(db, meeting.session_id)
        first = SLOT.c.session_id == facts.id
        db.execute(update(SLOT).where(first).values(starts_at=now.replace(second=0, microsecond=0), minutes=5))
        slot = offered(db, facts, timedelta(minutes=8), now)
        room = rooms.open_for(db, facts, slot, by_id=meeting.world.people["Farid"], now=now)
        for name in IN_IT:
            who = {"person_id": meeting.world.people[name], "membership_id": meeting.world.memberships[name]}
            rooms.came(db, room.slot_id, now=now, **who)
        sessions.tell(db, facts)
    return Meeting(meeting.house, meeting.world, meeting.session_id, slot.id, meeting.browsers)


def url(meeting: Meeting) -> str:
    """Where the recap is read."""
    return f"/sessions/{meeting.session_id}/recap"


def version(meeting: Meeting) -> int:
    """Of the recap."""
    with meeting.house.database(writing=False) as db:
        row = db.execute(RECAP.select().where(RECAP.c.session_id == meeting.session_id)).one()
    return int(row.version)
