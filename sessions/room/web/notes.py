"""The notes of a room on its page, and as Markdown to take away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import RULES
from cohorts.policies import Vantage
from server.calls import Call
from server.db import Db
from server.headers import page_headers
from server.house import Answer
from server.languages import N_
from server.live.kinds import Placed, shared
from server.live.texts import TextKind, TextRight, texts_now
from server.pages import Fragment, Piece, date_time
from server.routes import page
from sessions.room import groups, notes
from sessions.room.gathering import AskedInGroup
from sessions.room.groups import GroupFacts
from sessions.room.known import NOTHING
from sessions.room.notes import RoundNotes
from sessions.room.rooms import NOTES, RoomFacts
from sessions.room.web.doors import OpenRoom, RoomDoor, room_of_slot
from sessions.room.web.group_fragments import rounds_of
from sessions.room.web.parts import RoomPart

GROUP = N_("Group %(number)s")
FROM_GROUPS = N_("From the groups")


class GroupWords(NamedTuple):
    """What one group wrote. `name` is empty where it goes by its number."""

    number: int
    name: str
    words: str


class BackShown(NamedTuple):
    """What groups brought back: what they worked on, and the words of each, one time after the other."""

    slot_id: int
    rounds: tuple[tuple[str, tuple[GroupWords, ...]], ...]


def called(call: Call, group: GroupFacts | GroupWords | AskedInGroup) -> str:
    """The name of a group in the reader's language."""
    return group.name or call.text(GROUP, number=group.number)


def _came_back(db: Db, slot_id: int) -> Sequence[RoundNotes]:
    return notes.of_rounds(db, groups.back_from(rounds_of(db, slot_id)))


def back_shown(db: Db, slot_id: int) -> Fragment:
    """What groups wrote that have come back, for everybody in the room."""
    found: Sequence[RoundNotes] = shared(db, ("notes of groups", slot_id), lambda: _came_back(db, slot_id))
    rounds = tuple(
        (one.around.task, tuple(GroupWords(each.group.number, each.group.name, each.words) for each in one.groups))
        for one in found
    )
    return Fragment("room/_group_notes.html", BackShown(slot_id, rounds), f"room-notes-{slot_id}")


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown = back_shown(db, room.slot_id)
    return [Placed(shown.dom_id, shown, elsewhere=True)]


def _piece(call: Call, room: OpenRoom) -> Piece:
    text = texts_now(call.db, [room.now.notes_id])[room.now.notes_id]
    back = back_shown(call.db, room.id)
    return Piece("room/notes.html", {"room": room, "text": text, "key": room.form_key(), "back": back})


@page("/slots/{slot:int}/room/notes.md", name="room.notes")
def export(call: Call, room: RoomDoor) -> Answer:
    """The notes as a file: of which session and when, then the words, then what its groups wrote."""
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    name = f"notes-{room.slot.now.starts_at:%Y-%m-%d}-{room.id}.md"
    headers |= {"content-type": "text/markdown; charset=utf-8"}
    headers |= {"content-disposition": f'attachment; filename="{name}"'}
    return Answer("\n\n".join(markdown_of(call, room)).encode() + b"\n", 200, headers)


def markdown_of(call: Call, room: OpenRoom) -> Iterator[str]:
    """The notes as blocks of Markdown; times are the reader's."""
    slot, zone = room.slot.now, call.signed_in.time_zone or room.slot.now.time_zone
    yield f"# {room.slot.session.now.theme}"
    begins, ends = (date_time(at, zone, call.language) for at in slot.span)
    yield call.text(N_("Notes of the session from %(begins)s to %(ends)s"), begins=begins, ends=ends)
    if (rule := RULES.get(room.vantage.attribution)) is not None:
        yield f"*{call.text(rule)}*"
    yield notes.of_room(call.db, room.now).strip() or f"*{call.text(N_('Nothing was written.'))}*"
    for one in notes.of_groups(call.db, room.id):
        task = one.around.task
        yield f"## {call.text(FROM_GROUPS)}"
        if task:
            yield "\n".join(f"> {line}" for line in task.splitlines())
        for each in one.groups:
            yield f"### {called(call, each.group)}"
            yield each.words


def _right(call: Call, slot_id: int) -> TextRight:
    return TextRight(read=True, write=room_of_slot(call, slot_id).is_open)


# What groups bring back is in texts of their own.
notes_part = RoomPart(
    *("notes", ("room-notes-",), _piece, _placed),
    made_of=lambda known, room: (known.notes,) if known.rounds == NOTHING else None,
)
routes: list[HTTPRouteHandler] = [export]
text_kinds = [
    TextKind(NOTES, _right, names=notes.writers_in, page=lambda db, slot_id: f"/slots/{slot_id}/room"),
]
