"""What the receiving team does with an item: answers it, thanks for it, takes it on, and takes that back; and what it
says of a feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from feedback.rounds import bells
from feedback.rounds.giving import ITEM, attribution_in, giving_stream, received_stream
from feedback.rounds.items import ANSWER, HELPED
from feedback.rounds.models import AnswerKind
from feedback.rounds.pairs import PAIR
from feedback.rounds.rounds import RoundFacts
from server.db import Db
from server.live.log import touch
from server.markdown import to_html


@dataclass(frozen=True, slots=True)
class ItemAt:
    """Where an item belongs."""

    id: int
    pair_id: int
    round_id: int
    giver_id: int
    receiver_id: int


def item_at(db: Db, item_id: int) -> ItemAt | None:
    """Where that item belongs. Whoever asks must open the feedback it is in before showing anything of it."""
    columns = (ITEM.c.id, PAIR.c.id, PAIR.c.round_id, PAIR.c.giver_id, PAIR.c.receiver_id)
    row = db.execute(
        select(*columns).join_from(ITEM, PAIR, PAIR.c.id == ITEM.c.pair_id).where(ITEM.c.id == item_id)
    ).first()
    return ItemAt(*row) if row else None


def answer(
    db: Db,
    facts: RoundFacts,
    item: ItemAt,
    *,
    kind: str,
    text: str,
    membership_id: int,
    author_id: int,
    now: datetime,
) -> None:
    """Say what the team does with an item. To thank and to take on is done once, whoever does it: a second time adds
    only words, where there are any."""
    db.execute(select(ITEM.c.id).where(ITEM.c.id == item.id).with_for_update())
    same = select(ANSWER.c.id).where(ANSWER.c.item_id == item.id, ANSWER.c.kind == kind)
    if kind != AnswerKind.ANSWERED and not text and db.execute(same.limit(1)).first() is not None:
        return
    values = {"item_id": item.id, "kind": kind, "text": text, "html": to_html(text) if text else ""}
    by = {"membership_id": membership_id, "author_id": author_id, "attribution": attribution_in(db, facts), "at": now}
    db.execute(insert(ANSWER).values(**values, **by))
    tell(db, item, f"item-{item.id}")
    _ring(db, facts, item, bells.DONE[kind], author_id, now)


def take_back(db: Db, item: ItemAt, answer_id: int) -> None:
    """Take back what was done with an item. Words are gone at once and for good; that something was taken back stays.
    What had no words leaves nothing behind. Harmless twice."""
    db.execute(select(ITEM.c.id).where(ITEM.c.id == item.id).with_for_update())
    here = (ANSWER.c.id == answer_id) & (ANSWER.c.item_id == item.id) & (ANSWER.c.kind != AnswerKind.TAKEN_BACK)
    row = db.execute(select(ANSWER.c.kind, ANSWER.c.text, ANSWER.c.at).where(here)).first()
    if row is None:
        return
    gone = {"kind": AnswerKind.TAKEN_BACK, "text": "", "html": ""}
    db.execute(update(ANSWER).where(here).values(**gone) if row.text else delete(ANSWER).where(here))
    tell(db, item, f"item-{item.id}")
    bells.untell(db, bells.DONE[row.kind], url=f"/pairs/{item.pair_id}", at=row.at)


def say_it_helped(
    db: Db, facts: RoundFacts, item: ItemAt, *, text: str, membership_id: int, author_id: int, now: datetime
) -> None:
    """Say what a feedback helped with, or say it anew: there is one such word for each, of the whole team."""
    db.execute(select(PAIR.c.id).where(PAIR.c.id == item.pair_id).with_for_update())
    values = {"text": text, "html": to_html(text), "membership_id": membership_id, "author_id": author_id, "at": now}
    values["attribution"] = attribution_in(db, facts)
    here = HELPED.c.pair_id == item.pair_id
    if db.execute(select(HELPED.c.pair_id).where(here)).first() is None:
        db.execute(insert(HELPED).values(pair_id=item.pair_id, **values))
    else:
        db.execute(update(HELPED).where(here).values(**values))
    first = select(ITEM.c.id).where(ITEM.c.pair_id == item.pair_id).order_by(ITEM.c.number).limit(1)
    tell(db, item, f"helped-{db.execute(first).scalar_one()}")
    _ring(db, facts, item, bells.HELPED, author_id, now)


def _ring(db: Db, facts: RoundFacts, item: ItemAt, kind: str, by_id: int, now: datetime) -> None:
    """Tell the team that gave; the address is that of its own page, which nobody else knows."""
    bells.tell_team(db, facts, item.giver_id, kind, url=f"/pairs/{item.pair_id}", by_id=by_id, now=now)


def tell(db: Db, item: ItemAt, region: str) -> None:
    """Both teams see it: the one that received, and the one that gave."""
    touch(db, received_stream(db, item.round_id, item.receiver_id), region)
    touch(db, giving_stream(db, item.round_id, item.giver_id), region)
