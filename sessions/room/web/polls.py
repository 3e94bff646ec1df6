"""Polls in the room: what everybody sees of them, what those who run the room see beyond that, and their forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cohorts.models import Attribution
from cohorts.policies import Vantage
from people.web.forms import errors_of, typed_in
from server.calls import Call
from server.db import Db
from server.live.kinds import Placed
from server.pages import Fragment, Piece
from server.receipts import new_key
from sessions.room import polls, rooms, votes
from sessions.room.models import PollKind
from sessions.room.polls import POLL, PollFacts
from sessions.room.rooms import RoomFacts
from sessions.room.web.doors import OpenRoom
from sessions.room.web.parts import RoomPart, known_in
from sessions.room.web.poll_forms import KINDS
from sessions.room.web.poll_fragments import for_all, for_those_who_run, on_wall, polls_of


def _touched(found: Sequence[PollFacts], regions: Sequence[str], start: str) -> tuple[list[int], list[PollFacts]]:
    ids = sorted(int(end) for name in regions if (end := name.removeprefix(start)).isdecimal())
    return ids, [poll for poll in found if poll.id in ids]


def _place(into: str, start: str, ids: Sequence[int], shown: Sequence[Fragment]) -> list[Placed]:
    there = {one.dom_id for one in shown}
    gone = [Placed(f"{start}{id_}", None) for id_ in ids if f"{start}{id_}" not in there]
    return gone + [Placed(one.dom_id, one, into, elsewhere=True) for one in shown]


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    found = polls_of(db, room)
    ids, wanted = _touched(found, regions, "poll-")
    wall = on_wall(db, vantage, room, found)
    shown = _place(f"polls-{room.slot_id}", "poll-", ids, for_all(db, vantage, room, found, wanted))
    return [*shown, Placed(wall.dom_id, wall, elsewhere=True)]


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    ids, wanted = _touched(polls_of(db, room), regions, "poll-run-")
    shown = for_those_who_run(db, vantage, room, wanted)
    return _place(f"polls-run-{room.slot_id}", "poll-run-", ids, shown)


def _piece(call: Call, room: OpenRoom) -> Piece:
    found = polls_of(call.db, room.now)
    shown = for_all(call.db, room.vantage, room.now, found, found)
    run = for_those_who_run(call.db, room.vantage, room.now, found) if room.runs else None
    form = preparing(call, room) if room.runs and room.is_open else None
    return Piece("room/polls.html", {"room": room, "polls": shown, "run": run, "form": form})


def preparing(call: Call, room: OpenRoom) -> dict[str, object]:
    """What the form that prepares a poll shows."""
    ours = call.rejected is not None and "question" in call.rejected.values
    fresh = {"kind": PollKind.SINGLE.value, "question": "", "options": "", "named": "", "key": new_key()}
    return {
        "room": room,
        "typed": typed_in(call, **fresh) if ours else fresh,
        "errors": errors_of(call) if ours else {},
        "kinds": [(kind, call.text(word), call.text(hint)) for kind, (word, hint) in KINDS.items()],
        "may_name": room.vantage.attribution == Attribution.NAMED,
    }


def own_ids(poll_id: int, own: votes.Own) -> tuple[str, ...]:
    """The ids inside a poll that belong to whoever voted so."""
    said = ("words",) if own.words else ()
    return tuple(f"{starts(poll_id)}{one}" for one in (*own.chosen, *said))


def starts(poll_id: int) -> str:
    """How those ids begin."""
    return f"vote-{poll_id}-"


def _mine(call: Call, room: OpenRoom) -> tuple[str, ...]:
    return tuple(one for id_, own in known_in(call, room).chosen.items() for one in own_ids(id_, own))


def own_votes(db: Db, person_id: int, regions: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """What is somebody's own in the polls that their own stream names: how its ids begin, and those it has now."""
    ids = votes.polls_in(regions)
    chosen = votes.own(db, ids, person_id) if ids else {}
    return [(starts(id_), own_ids(id_, chosen.get(id_, votes.NOTHING))) for id_ in ids]


def somebody_came(db: Db, room: RoomFacts, person_id: int, now: datetime) -> None:
    """One more has not answered the named polls that are open."""
    there = (POLL.c.slot_id == room.slot_id) & POLL.c.secret.is_(False)
    for poll in polls.read(db, there, POLL.c.opened_at.is_not(None), POLL.c.closed_at.is_(None)):
        rooms.tell_run(db, room, polls.run_region(poll.id))


def _projected(call: Call, room: OpenRoom) -> tuple[Fragment, ...]:
    return (on_wall(call.db, room.vantage, room.now, polls_of(call.db, room.now)),)


polls_part = RoomPart(
    *("polls", ("poll-",), _piece, _placed, _placed_run),
    mine=_mine,
    projected=_projected,
    made_of=lambda known, room: (known.polls, known.tallies, known.voters),
)
