"""What the page of a room is made of, in one question.

The first texts are compared and never read: as long as they stay, so does what was made of them (web/keeping.py). They
are the answers to the very questions the parts ask when they are made, so what a part begins to show is in them by
itself. The others are what is the reader's own.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from feedback.threads import AUTHOR, with_author
from server.db import Db, Told, ask
from server.live.texts import SharedText
from sessions import agenda
from sessions.room import groups, hands, outcomes, polls, questions, running, sentences
from sessions.room.hands import HAND
from sessions.room.polls import POLL, VOTE
from sessions.room.questions import QUESTION, WANTED
from sessions.room.rooms import ROOM
from sessions.room.votes import Own

_TEXT: Any = SharedText.__table__  # type: ignore[attr-defined]
# No rows, as a text.
NOTHING = "[]"


class Known(NamedTuple):
    """What there is in a room, and of it the reader's own: the id of their hand that is up, the questions they asked,
    those they want answered, and what they chose in which poll."""

    agenda: str
    ran: str
    hands: str
    said: str
    polls: str
    tallies: str
    voters: str
    questions: str
    rounds: str
    notes: str
    outcomes: str
    hand: int | None
    asked: tuple[int, ...]
    wanted: tuple[int, ...]
    chosen: dict[int, Own]


_SLOT: Any = bindparam("slot")
_PERSON: Any = bindparam("person")
_IN_ROOM = (QUESTION.c.slot_id == _SLOT) & QUESTION.c.group_id.is_(None)
_SHOWN = (POLL.c.slot_id == _SLOT) & POLL.c.revealed_at.is_not(None)
_ALIKE = (VOTE.c.poll_id, VOTE.c.chosen, VOTE.c.words)
_VOTED = (VOTE.c.poll_id, VOTE.c.person_id, VOTE.c.chosen, VOTE.c.words, VOTE.c.attribution, *AUTHOR)
_IN_POLL = VOTE.join(POLL, POLL.c.id == VOTE.c.poll_id)
_TEXTS = {
    "agenda": agenda.OF_SLOT,
    "ran": running.RAN,
    "hands": hands.QUEUE,
    "said": sentences.SAID,
    "polls": polls.OF_SLOT,
    "tallies": select(*_ALIKE, func.count().label("persons"))
    .select_from(_IN_POLL)
    .where(_SHOWN)
    .group_by(*_ALIKE)
    .order_by(*_ALIKE),
    # Who chose what is asked where everybody may read it, and nowhere else.
    "voters": select(*_VOTED)
    .select_from(with_author(_IN_POLL, VOTE.c.membership_id))
    .where(_SHOWN, POLL.c.secret.is_(False))
    .order_by(VOTE.c.poll_id, VOTE.c.person_id),
    "questions": questions.OF_ROOM,
    "rounds": groups.OF_SLOT,
    # The words of a text are the same as long as its number is.
    "notes": select(_TEXT.c.id, _TEXT.c.epoch, _TEXT.c.seq, _TEXT.c.closed)
    .join(ROOM, ROOM.c.notes_id == _TEXT.c.id)
    .where(ROOM.c.slot_id == _SLOT),
    "outcomes": outcomes.OF_SLOT,
    "hand": select(HAND.c.id).where(HAND.c.slot_id == _SLOT, HAND.c.lowered_at.is_(None), HAND.c.person_id == _PERSON),
    "asked": select(QUESTION.c.id).where(_IN_ROOM, QUESTION.c.author_id == _PERSON).order_by(QUESTION.c.id),
    "wanted": select(QUESTION.c.id)
    .join(WANTED, (WANTED.c.question_id == QUESTION.c.id) & (WANTED.c.person_id == _PERSON))
    .where(_IN_ROOM)
    .order_by(QUESTION.c.id),
    "chosen": select(*_ALIKE)
    .select_from(_IN_POLL)
    .where(POLL.c.slot_id == _SLOT, POLL.c.opened_at.is_not(None), VOTE.c.person_id == _PERSON)
    .order_by(VOTE.c.poll_id),
}
_KNOWN = select(*(Told(rows).statement.scalar_subquery().label(name) for name, rows in _TEXTS.items()))


def of_room(db: Db, slot_id: int, person_id: int) -> Known:
    """All that, for that reader: one question."""
    *texts, hand, asked, wanted, chosen = ask(db, _KNOWN, slot=slot_id, person=person_id).one()
    ids = [tuple(row[0] for row in json.loads(told)) for told in (hand, asked, wanted)]
    own = {poll_id: Own(tuple(json.loads(numbers)), words) for poll_id, numbers, words in json.loads(chosen)}
    return Known._make((*texts, next(iter(ids[0]), None), ids[1], ids[2], own))
