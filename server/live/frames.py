"""Frames: what the server says to an open page. JSON in one text frame, encoded once for everybody who gets it.

The fields are those static/js/frames.js reads: `content` (htmx partials), `from` and `at` (positions), `say`, `mine`,
`anew`, `poke`, `beat`, `clock`, `resync` and `within`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from server.live.kinds import Shown
from server.live.log import Position

# The first byte of a frame that is a whole message.
TEXT, BINARY = 0x81, 0x82


def text_frame(text: str) -> bytes:
    """One unmasked, uncompressed text frame (RFC 6455, 5.2)."""
    return _frame(TEXT, text.encode())


def binary_frame(data: bytes) -> bytes:
    """The same for bytes."""
    return _frame(BINARY, data)


def _frame(kind: int, data: bytes) -> bytes:
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", kind, size)
    elif size < 65_536:
        head = struct.pack("!BBH", kind, 126, size)
    else:
        head = struct.pack("!BBQ", kind, 127, size)
    return head + data


def bytes_in(frame: bytes) -> bytes:
    """What `binary_frame` was given."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


@lru_cache(maxsize=16)
def text_in(frame: bytes) -> str:
    """What `text_frame` was given. Kept, because the same frame goes to many pages."""
    return bytes_in(frame).decode()


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def change(shown: Shown, at: Position, since: Position | None, mine: tuple[str, ...] = ()) -> str:
    """Regions as they are now, and the position they bring the page to; `since`: where they count on it to be.

    `mine`: items in it that are the receiver's own. It is in the frame itself, which arrives or does not: told apart,
    an author's page could have the item and not know whose it is.
    """
    fields: dict[str, Any] = {"content": shown.html, "at": str(at)}
    if mine:
        fields["mine"] = list(mine)
    if shown.anew:
        fields["anew"] = list(shown.anew)
    if shown.poke:
        fields["poke"] = list(shown.poke)
    if since:
        fields["from"] = str(since)
        if shown.say:
            fields["say"] = [{"text": text, "about": dom_id} for text, dom_id in shown.say]
    return _json(fields)


def passing(shown: Shown) -> str:
    """Regions that are not in the log, such as who is here: no position moves."""
    return _json({"content": shown.html})


def beat(positions: Sequence[Position], now: datetime) -> str:
    """What was written to this socket so far: a page that has less has lost something."""
    at = ",".join(str(position) for position in sorted(positions, key=lambda position: position.stream_id))
    return _json({"beat": True, "at": at, "clock": now.isoformat()})


def access(number: int) -> str:
    """How often what this reader may see has changed: the page is as right as before, and carries the new number."""
    return _json({"access": number})


def resync(within: float) -> str:
    """The page must be loaded again as a whole; everybody within that many seconds, not at once."""
    return _json({"resync": True, "within": within})
