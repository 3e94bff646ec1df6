"""What somebody may do with a shared text, what is taken into it, and what somebody lacks of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import bindparam, select

from server.calls import Call
from server.db import Db, ask
from server.live.texts import Locked, SharedText, SharedTextUpdate, TextKind, TextRight
from server.live.texts_document import EMPTY, Document, merged
from server.live.texts_updates import Missing, Unreadable
from server.refusals import NotYours, Refusal

_TEXT: Any = SharedText.__table__  # type: ignore[attr-defined]
_UPDATE: Any = SharedTextUpdate.__table__  # type: ignore[attr-defined]
_STANDING = select(
    *(_TEXT.c[name] for name in ("id", "kind", "owner_id", "stream_id", "epoch", "seq", "closed"))
).where(_TEXT.c.id == bindparam("text"))
_STATE = select(_TEXT.c.seq, _TEXT.c.state_seq, _TEXT.c.state, _TEXT.c.closed).where(_TEXT.c.id == bindparam("text"))
_SINCE = (
    select(_UPDATE.c.seq, _UPDATE.c.content)
    .where(_UPDATE.c.text_id == bindparam("text"), _UPDATE.c.seq > bindparam("after"))
    .order_by(_UPDATE.c.seq)
)


class Verdict(IntEnum):
    """What became of an update that somebody sent; the numbers are those of static/js/texts.js."""

    KEPT = 0
    FULL = 1
    CLOSED = 2
    UNREADABLE = 3
    MISSING = 4
    BUSY = 5
    NOT_ALLOWED = 6


@dataclass(frozen=True, slots=True)
class OpenText:
    """A text that this viewer may read."""

    id: int
    kind: TextKind
    owner_id: int
    stream_id: int
    epoch: str
    seq: int
    closed: bool
    right: TextRight

    @property
    def may_write(self) -> bool:
        """Whether this viewer may write in it now."""
        return self.right.write and not self.closed


@dataclass(frozen=True, slots=True)
class Since:
    """What somebody who was at a number lacks, and how far each writer is known; `vector` empty: not looked up."""

    seq: int
    closed: bool
    update: bytes
    vector: bytes = b""


def open_text(call: Call, text_id: int) -> OpenText:
    """Through the door that the owner's package made. Raises NotYours, and whatever that door raises."""
    row = ask(call.db, _STANDING, text=text_id).first()
    kind = call.house.texts.kinds.get(row.kind) if row else None
    if row is None or kind is None:
        raise NotYours
    right = kind.open(call, row.owner_id)
    if not right.read:
        raise NotYours
    return OpenText(row.id, kind, row.owner_id, row.stream_id, row.epoch, row.seq, row.closed, right)


def since(db: Db, text_id: int, after: int, *, vector: bool = False) -> Since:
    """What whoever was at `after` lacks, as one update. Raises NotYours."""
    row = ask(db, _STATE, text=text_id).first()
    if row is None:
        raise NotYours
    if after == row.seq and not vector:
        return Since(row.seq, row.closed, EMPTY)
    rows = [(each.seq, each.content) for each in ask(db, _SINCE, text=text_id, after=min(after, row.state_seq))]
    newer = [content for seq, content in rows if seq > after]
    # Some of it is compacted; or they were told more than we have, because a backup was put back: then they get all.
    known = len(newer) == row.seq - after
    if known and not vector:
        return Since(row.seq, row.closed, merged(newer))
    document = Document(row.state, (content for seq, content in rows if seq > row.state_seq))
    return Since(row.seq, row.closed, merged(newer) if known else document.state(), document.vector())


def take(call: Call, locked: Locked, update: bytes) -> Verdict:
    """Put an update into a text, in the transaction of `call`; asked anew, each time, whether its sender may."""
    try:
        opened = open_text(call, locked.id)
        by = call.signed_in.person_id
    except Refusal:
        return Verdict.NOT_ALLOWED
    if not opened.right.write:
        return Verdict.NOT_ALLOWED
    return put(locked, update, by)


def put(locked: Locked, update: bytes, by: int) -> Verdict:
    """Put an update of somebody who may write into a text."""
    if locked.closed:
        return Verdict.CLOSED
    if locked.is_heavy:
        return Verdict.FULL
    document = locked.document
    try:
        added = document.apply(update)
    except Missing:
        return Verdict.MISSING
    except Unreadable:
        locked.restore()
        return Verdict.UNREADABLE
    if not document.fits():
        locked.restore()
        return Verdict.FULL
    if added:
        locked.keep(added, by)
    return Verdict.KEPT
