"""Parts of a room that are kept. Most who read a room are shown the same, but for what is their own, which the page
marks by its ids: the HTML of a part stays as long as what it was made of does.

Whoever runs the room has forms of their own everywhere, and what was typed and refused comes back to one reader alone:
for them each part is made anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable
from dataclasses import replace

from server.calls import Call
from server.receipts import new_key
from sessions.room.web.doors import OpenRoom
from sessions.room.web.parts import RoomPart, known_in

# What stands for the key of a form where that is kept. A part has one such form at most.
MARK = secrets.token_hex(16)


def html_of(call: Call, room: OpenRoom, part: RoomPart) -> bytes | None:
    """A part of the page of a room for this reader; None: it is not for them."""
    key = None if room.runs or call.rejected is not None else _key(call, room, part)
    if key is None:
        return _made(call, room, part)
    kept = call.house.pages.parts.of(key, lambda: _made(call, replace(room, mark=MARK), part))
    return kept and kept.replace(MARK.encode(), new_key().encode())


def _made(call: Call, room: OpenRoom, part: RoomPart) -> bytes | None:
    piece = part.piece(call, room)
    return None if piece is None else call.house.pages.piece(piece, call.language).encode()


def _key(call: Call, room: OpenRoom, part: RoomPart) -> Hashable:
    """All that a part is made of."""
    made_of = part.made_of(known_in(call, room), room)
    if made_of is None:
        return None
    # As whom somebody speaks is offered in a form, and the zone of the slot stands beside times.
    here = room.now, room.is_open, room.slot.now.time_zone, room.vantage, room.held.role
    return part.name, made_of, here, call.language.tag
