"""The documents that teams hand in where a round asks for one: a file a team, which its givers read.

Another file takes the place of the first until the round opens; who was late hands in what then stays, because the
others are writing about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, insert, select, update

from feedback.attachments import PICTURE, PLAIN, WORDS, Attached
from feedback.rounds.models import Asks, HandedIn
from feedback.rounds.pairs import PAIR
from feedback.rounds.rounds import ROUND_TEAM, RoundFacts, tell_run
from server import files
from server.db import Db
from server.files import FILE, Kept
from server.live.log import touch

HANDED_IN: Any = HandedIn.__table__  # type: ignore[attr-defined]
OF_TEAM = "round document"


class Fixed(Exception):
    """The document stays as it is: others write about it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a team handed in, when, and its content as the files know it."""

    team_id: int
    at: datetime
    shown: Attached
    media_type: str
    digest: str
    preview_digest: str | None


_FILE = ("id", "name", "media_type", "size", "width", "height", "alt", "digest", "preview_digest")


def read(db: Db, round_id: int, team_ids: Iterable[int]) -> dict[int, Document]:
    """What those teams handed in, by team: one query. Says nothing about who may see it."""
    mine = (FILE.c.owner_kind == OF_TEAM) & (FILE.c.owner_id == HANDED_IN.c.id)
    rows: Any = db.execute(
        select(HANDED_IN.c.team_id, HANDED_IN.c.at, *(FILE.c[name] for name in _FILE))
        .select_from(HANDED_IN.join(FILE, mine))
        .where(HANDED_IN.c.round_id == round_id, HANDED_IN.c.team_id.in_(list(team_ids)))
    )
    return {row.team_id: _document(row) for row in rows}


def _document(row: Any) -> Document:
    word = PICTURE if row.media_type.startswith("image/") else WORDS.get(row.media_type, PLAIN)
    shown = Attached(row.id, row.name, word, row.size, row.width, row.height, row.alt)
    return Document(row.team_id, row.at, shown, row.media_type, row.digest, row.preview_digest)


def gives_to(db: Db, round_id: int, team_ids: Collection[int], receiver_id: int) -> bool:
    """Whether one of those teams gives feedback to that other one."""
    pair = (PAIR.c.round_id == round_id) & PAIR.c.dropped_at.is_(None) & (PAIR.c.receiver_id == receiver_id)
    found = select(PAIR.c.id).where(pair, PAIR.c.giver_id.in_(list(team_ids))).limit(1)
    return db.execute(found).first() is not None


def lacking(db: Db, facts: RoundFacts) -> frozenset[int]:
    """The teams that take part and have not handed in; none where the round asks for no document."""
    if facts.asks != Asks.DOCUMENT:
        return frozenset()
    there = exists().where(HANDED_IN.c.round_id == ROUND_TEAM.c.round_id, HANDED_IN.c.team_id == ROUND_TEAM.c.team_id)
    taking = (ROUND_TEAM.c.round_id == facts.id) & ROUND_TEAM.c.excused_at.is_(None)
    return frozenset(db.execute(select(ROUND_TEAM.c.team_id).where(taking, ~there)).scalars())


def hand_in(db: Db, facts: RoundFacts, team_id: int, kept: Kept, *, replaces: bool, by_id: int, now: datetime) -> None:
    """That stored file is what the team hands in; `replaces`: also in place of another one. The same file twice is
    once. Raises Fixed."""
    here = (ROUND_TEAM.c.round_id == facts.id) & (ROUND_TEAM.c.team_id == team_id)
    db.execute(select(ROUND_TEAM.c.team_id).where(here).with_for_update())
    before = read(db, facts.id, [team_id]).get(team_id)
    if before and (before.digest, before.shown.name) == (kept.digest, kept.name):
        return
    if before and not replaces:
        raise Fixed
    owner_id = _owner(db, facts.id, team_id, by_id, now)
    files.remove(db, FILE.c.owner_kind == OF_TEAM, FILE.c.owner_id == owner_id, now=now)
    files.attach(db, OF_TEAM, owner_id, by_id, kept, now)
    _tell(db, facts, team_id)


def _owner(db: Db, round_id: int, team_id: int, by_id: int, now: datetime) -> int:
    mine = (HANDED_IN.c.round_id == round_id) & (HANDED_IN.c.team_id == team_id)
    values = {"by_id": by_id, "at": now}
    changed = update(HANDED_IN).where(mine).values(**values).returning(HANDED_IN.c.id)
    found: int | None = db.execute(changed).scalar()
    made = insert(HANDED_IN).values(round_id=round_id, team_id=team_id, **values).returning(HANDED_IN.c.id)
    return int(db.execute(made).scalar_one()) if found is None else found


def _tell(db: Db, facts: RoundFacts, team_id: int) -> None:
    """Its own people, those who give feedback on it, and the facilitators."""
    gives: ColumnElement[bool] = exists().where(
        PAIR.c.round_id == ROUND_TEAM.c.round_id,
        PAIR.c.giver_id == ROUND_TEAM.c.team_id,
        PAIR.c.receiver_id == team_id,
        PAIR.c.dropped_at.is_(None),
    )
    streams = select(ROUND_TEAM.c.team_id, ROUND_TEAM.c.giving_stream_id).where(ROUND_TEAM.c.round_id == facts.id)
    for row in db.execute(streams.where((ROUND_TEAM.c.team_id == team_id) | gives)):
        touch(db, row.giving_stream_id, f"document-{facts.id}-{team_id}")
    tell_run(db, facts)
