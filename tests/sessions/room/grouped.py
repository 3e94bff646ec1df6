"""Groups of a room for tests: prepared, opened, and who is in them."""

from __future__ import annotations

from sessions.room.models import Breakout, BreakoutPlace, BreakoutRound
from tests.sessions.room.conftest import Meeting

ATTENDING = ("Amara", "Bram", "Chiara", "Esi")


def round_of(meeting: Meeting) -> BreakoutRound:
    """The newest time in groups."""
    found: BreakoutRound = max(meeting.house.rows(BreakoutRound), key=lambda row: row.id or 0)
    return found


def prepare(meeting: Meeting, how: str = "at random", count: int = 2, **other: object) -> list[Breakout]:
    """Groups that Farid prepared, in their order."""
    sent = {"group_how": how, "group_count": count, "group_task": "Find what fails.", **other}
    answer = meeting.send("Farid", "groups", **sent)
    assert answer.status_code == 303, answer.text
    return groups(meeting)


def groups(meeting: Meeting) -> list[Breakout]:
    found = [row for row in meeting.house.rows(Breakout) if row.round_id == round_of(meeting).id]
    return sorted(found, key=lambda row: row.number)


def act(meeting: Meeting, what: str, **more: object) -> int:
    """What Farid does with the groups that are there; the status."""
    return int(meeting.send("Farid", f"groups/{what}", round=round_of(meeting).id, **more).status_code)


def opened(meeting: Meeting, how: str = "at random", count: int = 2) -> list[Breakout]:
    made = prepare(meeting, how, count)
    assert act(meeting, "opening", group_minutes=10) == 303
    return made


def who(meeting: Meeting, group: Breakout) -> set[str]:
    ids = {row.person_id for row in meeting.house.rows(BreakoutPlace) if row.group_id == group.id}
    return {name for name, id_ in meeting.world.people.items() if id_ in ids}


def group_of(meeting: Meeting, name: str) -> Breakout:
    return next(one for one in groups(meeting) if name in who(meeting, one))


def put(meeting: Meeting, name: str, group: Breakout) -> int:
    return act(meeting, "places", person=meeting.world.people[name], group=group.id)


def url(meeting: Meeting, group: Breakout) -> str:
    return f"{meeting.path}/groups/{group.id}"


def apart(meeting: Meeting) -> tuple[Breakout, Breakout]:
    """Two open groups, put together by hand: Amara and Bram, Chiara and Esi."""
    first, second = prepare(meeting, "by hand")
    for name, group in zip(ATTENDING, (first, first, second, second), strict=True):
        assert put(meeting, name, group) == 303
    assert act(meeting, "opening", group_minutes=10) == 303
    return first, second
