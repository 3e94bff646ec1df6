"""The live parts of groups: on the room's page, for those who run it, and on the page of each group.

Who is in a group is told to its people and to those who run the room, by name where everybody is named, else by number.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cohorts.identity import listed_as
from cohorts.models import Attribution
from cohorts.policies import Vantage
from server.db import Db
from server.languages import N_
from server.live.kinds import shared
from server.pages import Fragment
from server.refusals import Message
from sessions.room import groups, placing
from sessions.room.groups import GroupFacts, Placed, RoundFacts
from sessions.room.placing import How
from sessions.room.rooms import RoomFacts
from sessions.room.web.running import TimerShown
from sessions.room.web.zones import zone_of

MORE_TIME = N_("The groups have another end now.")


class GroupRow(NamedTuple):
    """A group in a list, and how many are in it. `name` is empty where it goes by its number."""

    id: int
    number: int
    name: str
    people: int


class GroupsShown(NamedTuple):
    """The groups that are open now, for everybody in the room; none: nobody is in groups. `by_hand`: whoever has no
    place yet is given one by those who run the room."""

    slot_id: int
    round_id: int
    task: str
    groups: tuple[GroupRow, ...]
    by_hand: bool


class AllTimeShown(NamedTuple):
    """Until when all groups work; None: nobody is in groups."""

    ends_at: datetime | None
    zone: str


class CalledShown(NamedTuple):
    """What was said last to all groups. `is_over`: they are, and the page is that of one of them."""

    slot_id: int
    message: str
    is_over: bool


class Member(NamedTuple):
    """Somebody in a group as those who run the room list them."""

    id: int
    name: str


class GroupRun(NamedTuple):
    """A group as those who run the room list it; `members` is empty where people are not named."""

    row: GroupRow
    members: tuple[Member, ...]


class GroupsRun(NamedTuple):
    """The groups for those who run the room. `state`: "", "prepared" or "open"; `ends`: the end a form counts on;
    `waiting`: who has no group yet, `left` how many those are; `named`: people are named, and can be moved by name."""

    slot_id: int
    round_id: int
    state: str
    task: str
    groups: tuple[GroupRun, ...]
    waiting: tuple[Member, ...]
    left: int
    ends_at: datetime | None
    zone: str
    message: str
    named: bool


class GroupShown(NamedTuple):
    """A group for its people: its task, who is in it (where they are named) and how many. `state`: "prepared", "open"
    or "over"."""

    id: int
    slot_id: int
    task: str
    names: tuple[str, ...]
    people: int
    state: str


def rounds_of(db: Db, slot_id: int) -> list[RoundFacts]:
    """The times in groups of a room, in their order."""
    return shared(db, ("rounds of", slot_id), lambda: groups.of_slot(db, slot_id))


def is_named(vantage: Vantage) -> bool:
    """Whether people are named to those who see it from there."""
    return vantage.attribution == Attribution.NAMED or vantage.unmasks


def state_of(around: RoundFacts | None) -> str:
    """In which state a time in groups is."""
    if around is None:
        return ""
    if around.ended_at is not None:
        return "over"
    return "open" if around.opened_at is not None else "prepared"


def _current(db: Db, slot_id: int) -> tuple[RoundFacts | None, list[GroupFacts], dict[int, list[Placed]]]:
    def read() -> tuple[RoundFacts | None, list[GroupFacts], dict[int, list[Placed]]]:
        around = groups.now_of(rounds_of(db, slot_id))
        if around is None:
            return None, [], {}
        return around, groups.of_round(db, around.id), groups.people_of(db, slot_id, around.id)

    return shared(db, ("groups now", slot_id), read)


def _row(group: GroupFacts, people: dict[int, list[Placed]]) -> GroupRow:
    return GroupRow(group.id, group.number, group.name, len(people.get(group.id, ())))


def groups_shown(db: Db, vantage: Vantage, slot_id: int) -> Fragment:
    """The groups as everybody in the room sees them."""
    around, found, people = _current(db, slot_id)
    dom_id = f"room-groups-{slot_id}"
    if around is None or not around.is_open:
        return Fragment("room/_groups.html", GroupsShown(slot_id, 0, "", (), by_hand=False), dom_id)
    rows = tuple(_row(one, people) for one in found)
    # Where nobody is named nobody is put anywhere: they go themselves.
    by_hand = around.how == How.HAND and vantage.attribution == Attribution.NAMED
    shown = GroupsShown(slot_id, around.id, around.task, rows, by_hand)
    return Fragment("room/_groups.html", shown, dom_id)


def last_is_open(db: Db, slot_id: int) -> bool:
    """Whether people are in groups now."""
    around, _, _ = _current(db, slot_id)
    return around is not None and around.is_open


def all_time_shown(db: Db, slot_id: int) -> Fragment:
    """Until when all groups work, for everybody in the room."""
    around, _, _ = _current(db, slot_id)
    ends_at = around.ends_at if around is not None and around.is_open else None
    shown = AllTimeShown(ends_at, zone_of(db, slot_id) if ends_at else "")
    return Fragment("room/_groups_time.html", shown, f"room-groups-time-{slot_id}")


def holders(db: Db, slot_id: int) -> tuple[tuple[int, str], ...]:
    """Whose place is where, person by person, by the ids inside the list of groups."""
    around, _, people = _current(db, slot_id)
    if around is None or not around.is_open:
        return ()
    there = [(one.person_id, group_id) for group_id, placed in people.items() for one in placed]
    return tuple((person_id, dom_id) for person_id, group_id in there for dom_id in places(slot_id, group_id))


def places(slot_id: int, group_id: int) -> tuple[str, ...]:
    """The ids inside the list of groups that belong to somebody in that group; all begin alike."""
    return f"place-{slot_id}-any", f"place-{slot_id}-{group_id}"


def last_opened(db: Db, slot_id: int) -> RoundFacts | None:
    """The time in groups that is on, else the last that was."""
    known = rounds_of(db, slot_id)
    around = groups.now_of(known)
    return around if around is not None and around.is_open else next(reversed(groups.back_from(known)), None)


def called_shown(last: RoundFacts | None, slot_id: int) -> Fragment:
    """What was said last to all groups while they are open, on the room's page."""
    message = last.message if last is not None and last.is_open else ""
    return Fragment("room/_called.html", CalledShown(slot_id, message, is_over=False), f"room-called-{slot_id}")


def _members(placed: list[Placed], vantage: Vantage) -> tuple[Member, ...]:
    if not is_named(vantage):
        return ()
    return tuple(Member(one.person_id, listed_as(one.author, vantage).name) for one in placed)


def run_shown(db: Db, vantage: Vantage, room: RoomFacts, session_id: int) -> Fragment:
    """The groups and what those who run the room do with them."""
    around, found, people = _current(db, room.slot_id)
    dom_id = f"room-groups-run-{room.slot_id}"
    named = is_named(vantage)
    if around is None:
        nothing = GroupsRun(room.slot_id, 0, "", "", (), (), 0, None, "", "", named)
        return Fragment("room/_groups_run.html", nothing, dom_id)
    inside = {one.person_id for placed in people.values() for one in placed}
    left = [one for one in placing.to_place(db, room, session_id) if one.person_id not in inside]
    shown = GroupsRun(
        slot_id=room.slot_id,
        round_id=around.id,
        state=state_of(around),
        task=around.task,
        groups=tuple(GroupRun(_row(one, people), _members(people.get(one.id, []), vantage)) for one in found),
        waiting=_members(left, vantage),
        left=len(left),
        ends_at=around.ends_at,
        zone=zone_of(db, room.slot_id),
        message=around.message,
        named=named,
    )
    return Fragment("room/_groups_run.html", shown, dom_id)


def group_shown(db: Db, vantage: Vantage, around: RoundFacts, group: GroupFacts) -> Fragment:
    """The head of a group's page."""
    placed = groups.people_of(db, around.slot_id, around.id).get(group.id, [])
    names = tuple(one.name for one in _members(placed, vantage))
    shown = GroupShown(group.id, around.slot_id, around.task, names, len(placed), state_of(around))
    return Fragment("room/_group.html", shown, f"group-{group.id}")


def time_shown(db: Db, around: RoundFacts, group: GroupFacts) -> Fragment:
    """One timer for all groups: the same instant on the page of each."""
    ends_at = around.ends_at if around.is_open else None
    shown = TimerShown(around.slot_id, "", ends_at, None, zone_of(db, around.slot_id))
    return Fragment("room/_timer.html", shown, f"group-time-{group.id}")


def group_called(around: RoundFacts, group: GroupFacts) -> Fragment:
    """What was said last to all groups, on the page of one."""
    shown = CalledShown(around.slot_id, around.message, is_over=around.ended_at is not None)
    return Fragment("room/_called.html", shown, f"group-called-{group.id}")


def sentence(around: RoundFacts) -> Message | None:
    """What is announced when something was said to all groups, or they opened or are over."""
    if around.ended_at is not None:
        return Message(N_("The groups are over. Everybody comes back to the room."))
    if around.message:
        return Message(N_("To all groups: %(message)s"), {"message": around.message})
    return Message(N_("The groups are open. Which one is yours stands in the room.")) if around.is_open else None
