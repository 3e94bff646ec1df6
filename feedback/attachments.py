"""Attachments: files that came with a comment. Who may see the comment may have them; when its words go, they go.

A file is uploaded before its comment is sent. Until then it belongs to its person's form for that thread, as a draft
does, and nobody else has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, cast, func, select, update

from feedback.drafts import KEPT
from feedback.threads import COMMENT
from server import files
from server.db import Db, ask
from server.files import FILE, Kept
from server.filetypes import CSV, DOCUMENTS, OPEN_DOCUMENTS, PDF
from server.languages import N_
from server.limits import Limit, take

# What a StoredFile belongs to: a comment, or one person's form for a thread.
OF_COMMENT, UNSENT = "comment", "thread draft"
MOST = 5
LONGEST_ALT = 300
ADDED = Limit(
    "attachment",
    100,
    timedelta(hours=1),
    N_("You have attached very many files. Wait %(minutes)s minutes, then attach more; your words can be sent."),
)

_FIELD, _FILE = "\x1f", "\x1e"
_TEXT, _TABLE, _SLIDES = N_("Text document"), N_("Spreadsheet"), N_("Presentation")
# What a file is, in words, by media type; everything else is text.
WORDS: dict[str, str] = {
    PDF.media_type: N_("PDF document"),
    CSV.media_type: N_("Table (CSV)"),
    **dict(zip((one.media_type for one in DOCUMENTS.values()), (_TEXT, _TABLE, _SLIDES), strict=True)),
    **dict(zip((one.media_type for one in OPEN_DOCUMENTS.values()), (_TEXT, _TABLE, _SLIDES), strict=True)),
}
PICTURE, PLAIN = N_("Picture"), N_("Text file")


class Attached(NamedTuple):
    """A file as it is shown: `word` is the msgid of its kind, `width` and `height` are those of its preview, 0 where
    it has none."""

    id: int
    name: str
    word: str
    size: int
    width: int
    height: int
    alt: str


def _told(*conditions: Any) -> Any:
    """The files that meet the conditions as one text, in no order: so that they cost no query of their own."""
    numbers = (cast(FILE.c[name], String) for name in ("id", "size", "width", "height"))
    whole = FILE.c.media_type + _FIELD + FILE.c.name + _FIELD + FILE.c.alt
    for number in numbers:
        whole = number + _FIELD + whole
    return select(func.aggregate_strings(whole, _FILE)).where(*conditions)


# Those of a row of COMMENT.
TOLD_FILES: Any = (
    _told(FILE.c.owner_kind == OF_COMMENT, FILE.c.owner_id == COMMENT.c.id).correlate(COMMENT).scalar_subquery()
)
_UNSENT = (
    FILE.c.owner_kind == UNSENT,
    FILE.c.owner_id == bindparam("thread"),
    FILE.c.person_id == bindparam("person"),
)
# Those that wait in a person's form for a thread, for a query with these two parameters.
TOLD_UNSENT: Any = _told(*_UNSENT).scalar_subquery()


def attached(told: str | None) -> tuple[Attached, ...]:
    """What TOLD_FILES and TOLD_UNSENT tell, in the order in which the files came."""
    return tuple(sorted(_attached(*one.split(_FIELD)) for one in told.split(_FILE))) if told else ()


def _attached(height: str, width: str, size: str, id_: str, media_type: str, name: str, alt: str) -> Attached:
    word = PICTURE if media_type.startswith("image/") else WORDS.get(media_type, PLAIN)
    return Attached(int(id_), name, word, int(size), int(width), int(height), alt)


def unsent(db: Db, person_id: int, thread_id: int) -> tuple[Attached, ...]:
    """The files that wait in that person's form for that thread."""
    return attached(ask(db, select(TOLD_UNSENT), person=person_id, thread=thread_id).scalar())


def add(db: Db, person_id: int, thread_id: int, kept: Kept, now: datetime) -> int | None:
    """Put a stored file into that person's form for a thread; its id, or None when there are as many as may be. The
    same file again is there already. Raises TooMany."""
    there = {"person": person_id, "thread": thread_id}
    query = select(FILE.c.id, FILE.c.digest, FILE.c.name).where(*_UNSENT)
    found = ask(db, query, **there).all()
    for row in found:
        if (row.digest, row.name) == (kept.digest, kept.name):
            return int(row.id)
    if len(found) >= MOST:
        return None
    take(db, ADDED, str(person_id), now)
    return files.attach(db, UNSENT, thread_id, person_id, kept, now)


def describe(db: Db, person_id: int, thread_id: int, alts: Mapping[int, str]) -> None:
    """Note what pictures show, by the ids of files that wait in that person's form."""
    for file_id, alt in alts.items():
        here = (FILE.c.id == file_id) & (FILE.c.owner_kind == UNSENT) & (FILE.c.owner_id == thread_id)
        db.execute(update(FILE).where(here, FILE.c.person_id == person_id).values(alt=alt[:LONGEST_ALT]))


def send(db: Db, person_id: int, thread_id: int, comment_id: int, ids: Collection[int]) -> None:
    """Those files of the form belong to a comment of that person now. Ids of anything else say nothing."""
    here = (FILE.c.owner_kind == UNSENT) & (FILE.c.owner_id == thread_id) & (FILE.c.person_id == person_id)
    of_comment = {"owner_kind": OF_COMMENT, "owner_id": comment_id}
    sent: Any = db.execute(update(FILE).where(here, FILE.c.id.in_(ids)).values(**of_comment))
    db.execute(update(COMMENT).where(COMMENT.c.id == comment_id).values(attachments=sent.rowcount))


def drop(db: Db, file_id: int, now: datetime) -> None:
    """Take a file out of its form."""
    files.remove(db, FILE.c.id == file_id, FILE.c.owner_kind == UNSENT, now=now)


def erase_of_comments(db: Db, comment_ids: Sequence[int], now: datetime) -> None:
    """The files of comments whose words are erased."""
    files.remove(db, FILE.c.owner_kind == OF_COMMENT, FILE.c.owner_id.in_(comment_ids), now=now)


def erase_unsent(db: Db, person_id: int, now: datetime) -> None:
    """Whatever waits in the forms of somebody who leaves."""
    files.remove(db, FILE.c.owner_kind == UNSENT, FILE.c.person_id == person_id, now=now)


def clear(db: Db, *, now: datetime) -> int:
    """Take away what has waited in a form for as long as a draft is kept."""
    return files.remove(db, FILE.c.owner_kind == UNSENT, FILE.c.at < now - KEPT, now=now)
