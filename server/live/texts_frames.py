"""What is said over the socket of a shared text, and in answers over plain HTTP: bytes, the first tells what they are.

Numbers are big-endian. static/js/texts.js reads and writes the same.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

from server.live.texts_taking import Since, Verdict

WELCOME, NEWS, KEPT, REFUSED, STANDING, WRITING = range(1, 7)
SEND = 1
MAY_WRITE, CLOSED = 1, 2


def _flags(may_write: bool, closed: bool) -> int:
    return (MAY_WRITE if may_write else 0) | (CLOSED if closed else 0)


def welcome_frame(told: Since, *, may_write: bool) -> bytes:
    """What a page lacks, what its reader may do, and how far we know each writer: what is more they must send."""
    head = struct.pack("!BIBI", WELCOME, told.seq, _flags(may_write, told.closed), len(told.vector))
    return head + told.vector + told.update


def news_frame(seq: int, update: bytes) -> bytes:
    """What was added since the last."""
    return struct.pack("!BI", NEWS, seq) + update


def verdict_frame(number: int, verdict: Verdict) -> bytes:
    """What became of the update with that number."""
    return struct.pack("!BIB", KEPT if verdict is Verdict.KEPT else REFUSED, number, verdict)


def standing_frame(*, may_write: bool, closed: bool) -> bytes:
    """What its reader may do from now on."""
    return struct.pack("!BB", STANDING, _flags(may_write, closed))


def writing_frame(count: int, names: Sequence[str]) -> bytes:
    """How many others are writing, and who, where that may be told."""
    return bytes([WRITING]) + json.dumps({"count": count, "names": list(names)}).encode()


def parse_sent(data: bytes) -> tuple[int, bytes]:
    """The number and the update that a page sent. Raises ValueError."""
    if len(data) < 5 or data[0] != SEND:
        raise ValueError("not ours")
    return int(struct.unpack("!I", data[1:5])[0]), data[5:]
