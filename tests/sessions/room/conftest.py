"""A room that is open now: Farid runs it, Amara, Bram, Chiara and Esi are in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cohorts.models import Attribution
from server.clock import utc_now
from sessions import agenda, sessions
from sessions.room import rooms
from sessions.room.rooms import RoomFacts
from tests.house import House
from tests.scheduled import drafted, offered, session_now, session_plan
from tests.world import World

IN_IT = ("Farid", "Amara", "Bram", "Chiara", "Esi")


@dataclass
class Meeting:
    """A room and the browsers of those in it, by first name."""

    house: House
    world: World
    session_id: int
    slot_id: int
    browsers: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The address of the room."""
        return f"/slots/{self.slot_id}/room"

    def browser(self, name: str) -> httpx.Client:
        """The browser of that person, signed in once."""
        if name not in self.browsers:
            self.browsers[name] = self.house.visit(self.world.people[name])
        return self.browsers[name]

    def send(self, name: str, what: str, **data: Any) -> Any:
        """A form of the room, sent by that person; `what` is the address behind the room's."""
        return self.browser(name).post(f"{self.path}/{what}", data=data)

    def page(self, name: str) -> str:
        """The room as that person sees it."""
        return str(self.browser(name).get(self.path).text)

    def now(self) -> RoomFacts:
        """The room as it is in the database."""
        with self.house.database(writing=False) as db:
            found = rooms.of_slot(db, self.slot_id)
        assert found is not None
        return found

    def items(self) -> list[int]:
        """The ids of the items of its agenda."""
        with self.house.database(writing=False) as db:
            return [item.id for item in agenda.items_of(db, [self.session_id])[self.session_id]]


def open_meeting(
    house: House, world: World, attribution: str = Attribution.NAMED, people: tuple[str, ...] = IN_IT
) -> Meeting:
    """A slot that began ten minutes ago, with those people in its room."""
    now = utc_now()
    with house.database(writing=True) as db:
        farid = world.people["Farid"]
        plan = session_plan(farid, attribution=attribution)
        facts = drafted(db, world.tide.cohort, farid, plan, now)
        slot = offered(db, facts, -timedelta(minutes=10), now)
        sessions.publish(db, facts, by_id=farid, now=now)
        room = rooms.open_for(db, session_now(db, facts.id), slot, by_id=farid, now=now)
        for name in people:
            person_id, membership_id = world.people[name], world.memberships[name]
            rooms.came(db, room.slot_id, person_id=person_id, membership_id=membership_id, now=now)
    return Meeting(house, world, facts.id, slot.id)


def helped_by(meeting: Meeting, name: str) -> None:
    """That person helps to run the session."""
    with meeting.house.database(writing=True) as db:
        facts = session_now(db, meeting.session_id)
        plan = replace(sessions.plan_of(db, facts), helpers=(meeting.world.people[name],))
        sessions.change(db, facts, plan, base=facts.version, now=utc_now())


@pytest.fixture
def meeting(house: House, world: World) -> Meeting:
    """An open room in which everybody is named."""
    return open_meeting(house, world)
