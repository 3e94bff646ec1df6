"""The stream of a group: for its people and for those who run the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cohorts.policies import Vantage
from server.calls import Call
from server.db import Db
from server.live.kinds import Kind, Placed, shared
from server.pages import Fragment
from server.refusals import Message
from sessions.room import groups, rooms
from sessions.room.groups import GROUP, ROUND, STREAM, GroupFacts, RoundFacts
from sessions.room.questions import Spot
from sessions.room.rooms import RoomFacts
from sessions.room.web import group_fragments, questions
from sessions.room.web.group_doors import group_of_stream


def _listen(call: Call, stream_id: int) -> Vantage:
    return group_of_stream(call, stream_id).room.vantage


def _around(db: Db, stream_id: int) -> tuple[RoundFacts, GroupFacts] | None:
    for group in groups.read(db, GROUP.c.stream_id == stream_id):
        for around in groups.rounds(db, ROUND.c.id == group.round_id):
            return around, group
    return None


def _placed(db: Db, vantage: Vantage, around: RoundFacts, group: GroupFacts, kinds: set[str]) -> Iterator[Placed]:
    if "group" in kinds:
        shown = group_fragments.group_shown(db, vantage, around, group)
        yield Placed(shown.dom_id, shown)
    if "group-time" in kinds:
        shown = group_fragments.time_shown(db, around, group)
        more = Message(group_fragments.MORE_TIME) if around.is_open else None
        yield Placed(shown.dom_id, shown, say=more)
    if "group-called" in kinds:
        shown = group_fragments.group_called(around, group)
        yield Placed(shown.dom_id, shown, say=group_fragments.sentence(around))
    if "group-anew" in kinds:
        # Stands on no page: the forms of a group come and go with it, so that its pages are fetched again.
        shown = Fragment("room/_anew.html", around.id, f"group-anew-{group.id}")
        yield Placed(shown.dom_id, shown)


def spot_of(room: RoomFacts, group: GroupFacts) -> Spot:
    """Where the people of a group ask each other."""
    return Spot(room.slot_id, group.id, group.stream_id, room.run_stream_id)


def _show(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    found = shared(db, ("group", stream_id), lambda: _around(db, stream_id))
    if found is None:
        return []
    around, group = found
    shown = list(_placed(db, vantage, around, group, {name.rpartition("-")[0] for name in regions}))
    room = rooms.of_slot(db, around.slot_id)
    if room is not None and any(name.startswith("question-") for name in regions):
        shown += questions.placed(db, vantage, spot_of(room, group), regions, is_over=not around.is_open)
    return shown


kinds = [Kind(STREAM, _listen, _show)]
