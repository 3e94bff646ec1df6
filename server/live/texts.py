"""Shared texts: what several people write at once. A page shows one with templates/components/shared_text.html.

The package that owns a text decides who may read and write it, through its `TextKind`; it keeps the text's id and
calls the verbs here inside its own transactions. Updates are Yjs's (version 1), merged by pycrdt (decision 0043).
Everybody's words are one text: an update is kept with who sent it, for the operator, and that is shown nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, delete, insert, select, update
from sqlmodel import Field, SQLModel

from server.calls import Call
from server.clock import Instant, utc_now
from server.db import Db, ask
from server.languages import N_
from server.live.log import new_stream, touch
from server.live.texts_document import MOST_WEIGHT, MOST_WORDS, Document
from server.live.texts_updates import length
from server.refusals import Message, NotAllowed, NotYours, Rejected

# A text is put together anew after so many updates; as many stay, for pages that come back.
COMPACTED_EVERY = 100
STREAM_KIND = "text"
REGION = "words"


class SharedText(SQLModel, table=True):
    """One text. `state` holds every update up to `state_seq`, merged; `seq` is the newest; what it began
    with is number 1. `epoch` names this text and
    no other, also where a database gives its number away again: what a browser kept is never put into another text."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    owner_id: int
    stream_id: int = Field(foreign_key="stream.id")
    epoch: str = Field(default_factory=lambda: secrets.token_hex(8), max_length=16)
    seq: int = 1
    state: bytes = Field(sa_type=LargeBinary)
    state_seq: int = 1
    closed: bool = False


class SharedTextUpdate(SQLModel, table=True):
    """What one change added. `person_id`: who sent it; None: the product itself."""

    text_id: int = Field(foreign_key="sharedtext.id", primary_key=True)
    seq: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    person_id: int | None = None
    at: datetime = Field(sa_type=Instant)


@dataclass(frozen=True, slots=True)
class TextRight:
    """What somebody may do with a text."""

    read: bool
    write: bool


@dataclass(frozen=True, slots=True)
class TextKind:
    """One kind of shared text. `open`: what this viewer may do with the text of that owner; raises NotYours.

    `names`: the names of those who are writing, by person id, where whoever reads that owner's text may know them.
    `page`: the address of the page that shows it, for those whose browser runs no scripts.
    """

    name: str
    open: Callable[[Call, int], TextRight]
    names: Callable[[Db, int, Sequence[int]], Mapping[int, str]] | None = None
    page: Callable[[Db, int], str] | None = None


@dataclass(frozen=True, slots=True)
class TextNow:
    """A text as a page shows it."""

    id: int
    epoch: str
    words: str
    closed: bool


_TEXT: Any = SharedText.__table__  # type: ignore[attr-defined]
_UPDATE: Any = SharedTextUpdate.__table__  # type: ignore[attr-defined]
_TEXTS = select(_TEXT).where(_TEXT.c.id.in_(bindparam("ids", expanding=True)))
_LATER = (
    select(_UPDATE.c.text_id, _UPDATE.c.seq, _UPDATE.c.content)
    .join(_TEXT, _TEXT.c.id == _UPDATE.c.text_id)
    .where(_UPDATE.c.text_id.in_(bindparam("ids", expanding=True)), _UPDATE.c.seq > _TEXT.c.state_seq)
    .order_by(_UPDATE.c.text_id, _UPDATE.c.seq)
)
# The row's lock makes the order of commits the order of numbers, as in the log.
_LOCKED = update(_TEXT).where(_TEXT.c.id == bindparam("text")).values(seq=_TEXT.c.seq).returning(_TEXT)
_WRITE = insert(_UPDATE)
_FORGET = delete(_UPDATE).where(_UPDATE.c.text_id == bindparam("text"), _UPDATE.c.seq <= bindparam("until"))


def new_text(db: Db, kind: str, owner_id: int, initial: str = "") -> int:
    """A text of that kind, which its owner's package registered; its id. `initial`: at most MOST_WORDS long."""
    initial = lines(initial)
    if length(initial) > MOST_WORDS:
        raise ValueError("too long for a shared text")
    text = SharedText(
        kind=kind, owner_id=owner_id, stream_id=new_stream(db, STREAM_KIND), state=Document.of(initial).state()
    )
    db.add(text)
    db.flush()
    assert text.id is not None
    return text.id


def texts_now(db: Db, text_ids: Iterable[int]) -> dict[int, TextNow]:
    """Those texts as they are now, by id; two questions however many. A text that does not exist is left out."""
    ids = list(text_ids)
    later: dict[int, list[bytes]] = {}
    for row in ask(db, _LATER, ids=ids):
        later.setdefault(row.text_id, []).append(row.content)
    return {
        row.id: TextNow(row.id, row.epoch, Document(row.state, later.get(row.id, ())).words(), row.closed)
        for row in ask(db, _TEXTS, ids=ids)
    }


def lines(words: str) -> str:
    """With the line ends of a text area, whatever a form or a file has."""
    return words.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def plain_text(db: Db, text_id: int) -> str:
    """The words of a text as they are now. Raises NotYours."""
    if text_id not in (found := texts_now(db, [text_id])):
        raise NotYours
    return found[text_id].words


def append(db: Db, text_id: int, paragraph: str, by: int | None) -> None:
    """Put a paragraph behind everything. Raises NotYours, NotAllowed (closed), Rejected (full, under "paragraph")."""
    locked = Locked(db, text_id)
    if locked.closed:
        raise NotAllowed(N_("This text is closed: nobody can write in it any more."))
    added = locked.document.append(lines(paragraph))
    if not locked.document.fits():
        raise Rejected({"paragraph": Message(N_("This text is full. Make it shorter, or your paragraph."))})
    locked.keep(added, by)
    locked.done()


def close(db: Db, text_id: int) -> str:
    """Nobody writes in it from this commit on, not even what is under way; its last words. Raises NotYours."""
    locked = Locked(db, text_id)
    locked.closed = True
    locked.done(compact=True)
    return locked.document.words()


def reopen(db: Db, text_id: int) -> None:
    """It can be written in again. Raises NotYours."""
    locked = Locked(db, text_id)
    locked.closed = False
    locked.done()


def forget_sender(db: Db, person_id: int) -> None:
    """Nothing tells any more what that person sent. The words stay: they are everybody's."""
    db.execute(update(_UPDATE).where(_UPDATE.c.person_id == person_id).values(person_id=None))


class Locked:
    """A text that nobody else changes until this transaction ends. `done` writes what was kept, and tells the hub."""

    def __init__(self, db: Db, text_id: int) -> None:
        row = db.connection().execute(_LOCKED, {"text": text_id}).first()
        if row is None:
            raise NotYours
        self.db, self.id, self.row, self.closed, self.seq = db, text_id, row, row.closed, row.seq
        self._later = [each.content for each in ask(db, _LATER, ids=[text_id])]
        self.document = Document(row.state, self._later)

    def restore(self) -> None:
        """Begin again from what is kept: the document holds something that is not wanted."""
        self.document = Document(self.row.state, self._later)

    @property
    def has_news(self) -> bool:
        """Whether something was kept."""
        return bool(self.seq != self.row.seq)

    @property
    def is_heavy(self) -> bool:
        """Whether its history takes more room than a text of the largest size needs."""
        return len(self.row.state) + sum(map(len, self._later)) > MOST_WEIGHT

    def keep(self, update: bytes, by: int | None) -> None:
        """One more update, which the document already holds."""
        self.seq += 1
        self._later.append(update)
        given = {"text_id": self.id, "seq": self.seq, "content": update, "person_id": by, "at": utc_now()}
        self.db.connection().execute(_WRITE, given)

    def done(self, *, compact: bool = False) -> None:
        """Write where the text is now. `compact`: also forget every single update."""
        changed: dict[str, Any] = {"seq": self.seq, "closed": self.closed}
        connection = self.db.connection()
        if compact or self.seq - self.row.state_seq >= COMPACTED_EVERY:
            changed |= {"state": self.document.state(), "state_seq": self.seq}
            until = self.seq if compact else self.seq - COMPACTED_EVERY
            connection.execute(_FORGET, {"text": self.id, "until": until})
        connection.execute(update(_TEXT).where(_TEXT.c.id == self.id).values(changed))
        touch(self.db, self.row.stream_id, REGION)
