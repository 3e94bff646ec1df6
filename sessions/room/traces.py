"""What rooms hold about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, or_, select, update

from cohorts.models import Attribution
from feedback.threads import MEMBERSHIP
from people.erasure import Leaving
from people.traces import Told, rows
from server.db import Db
from server.live.log import touch
from sessions.room import groups, notes, questions, recaps, rooms
from sessions.room.groups import PLACE, ROUND
from sessions.room.hands import HAND
from sessions.room.impressions import IMPRESSION
from sessions.room.models import QuestionState
from sessions.room.outcomes import OUTCOME
from sessions.room.polls import POLL, VOTE, region, run_region
from sessions.room.questions import QUESTION, WANTED
from sessions.room.recaps import RECAP
from sessions.room.rooms import CAME, ROOM, RUN, RoomFacts
from sessions.room.sentences import SENTENCE
from sessions.room.sheets import NOTE

# Each part of the file: the table, whose column names the person, and what is told of a row.
_PARTS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "hands": (HAND, "person_id", ("slot_id", "at", "called_at", "lowered_at")),
    "sentences": (SENTENCE, "person_id", ("slot_id", "moment", "words", "attribution", "at")),
    "votes": (VOTE, "person_id", ("poll_id", "chosen", "words", "attribution", "at")),
    "questions": (QUESTION, "author_id", ("id", "slot_id", "text", "state", "answer", "attribution", "at")),
    "questions_wanted": (WANTED, "person_id", ("question_id", "at")),
    "breakout_groups": (PLACE, "person_id", ("group_id", "at")),
    "impressions": (IMPRESSION, "person_id", ("slot_id", "level", "words", "at")),
    "polls_made": (POLL, "by_id", ("id", "slot_id", "kind", "question", "at")),
    "breakouts_made": (ROUND, "by_id", ("id", "slot_id", "task", "at")),
    "rooms_opened": (ROOM, "opened_by_id", ("slot_id", "opened_at")),
    "agenda_items_begun": (RUN, "by_id", ("slot_id", "title", "began_at")),
    "run_sheet_notes": (NOTE, "by_id", ("session_id", "words", "at")),
    "recaps_published": (RECAP, "published_by_id", ("session_id", "published_at")),
}


def about(db: Db, person_id: int) -> Told:
    """What they did, said and chose in rooms, what they thought of them, and what they ran."""
    told = {
        name: rows(db, select(*(table.c[one] for one in names)).where(table.c[whose] == person_id))
        for name, (table, whose, names) in _PARTS.items()
    }
    wrote = select(*(OUTCOME.c[name] for name in ("id", "slot_id", "kind", "text", "owner", "due", "at")))
    mine = OUTCOME.c.membership_id.in_(select(MEMBERSHIP.c.id).where(MEMBERSHIP.c.person_id == person_id))
    return told | {"outcomes_written": rows(db, wrote.where(mine).order_by(OUTCOME.c.id))}


def erase(db: Db, leaving: Leaving) -> None:
    """Their hand goes down. What was counted stays counted: a result that was read must not change, and nobody reads
    whose it was. What they said stays without a name, or goes with its words; what a room agreed is the room's."""
    up = (HAND.c.person_id == leaving.person_id) & HAND.c.lowered_at.is_(None)
    db.execute(update(HAND).where(up).values(lowered_at=leaving.now))
    person_renamed(db, leaving.person_id)
    if not leaving.words:
        return
    for room in _rooms_of(db, leaving.person_id):
        _told(db, room, leaving.person_id)
    for room, poll_id in _polls_with_words(db, leaving.person_id):
        rooms.tell(db, room, region(poll_id))
        rooms.tell_run(db, room, run_region(poll_id))
    for table in (VOTE, IMPRESSION):
        db.execute(update(table).where(table.c.person_id == leaving.person_id).values(words=""))
    db.execute(delete(SENTENCE).where(SENTENCE.c.person_id == leaving.person_id))
    gone = {"text": "", "state": QuestionState.WITHDRAWN}
    db.execute(update(QUESTION).where(QUESTION.c.author_id == leaving.person_id).values(**gone))


def person_renamed(db: Db, person_id: int) -> None:
    """Rooms and recaps show another name. Questions and recaps that are masked are not told of: what is shown anew when
    somebody is renamed would be known as theirs."""
    rooms.person_renamed(db, person_id)
    for room in _rooms_of(db, person_id):
        if notes.attribution_in(db, room.slot_id) == Attribution.NAMED:
            _told(db, room, person_id)
            groups.person_renamed(db, room, person_id)


def _rooms_of(db: Db, person_id: int) -> list[RoomFacts]:
    came = select(CAME.c.slot_id).where(CAME.c.person_id == person_id)
    asked = select(QUESTION.c.slot_id).where(QUESTION.c.author_id == person_id)
    return rooms.read(db, or_(ROOM.c.slot_id.in_(came), ROOM.c.slot_id.in_(asked)))


def _told(db: Db, room: RoomFacts, person_id: int) -> None:
    known = groups.known_in(db, room.slot_id)
    for one in questions.read(db, QUESTION.c.slot_id == room.slot_id, QUESTION.c.author_id == person_id):
        asked_in = known.get(one.group_id or 0)
        touch(db, asked_in.stream_id if asked_in else room.stream_id, questions.region(one.id))
        rooms.tell_run(db, room, questions.run_region(one.id))
    recaps.tell_of_room(db, room)


def _polls_with_words(db: Db, person_id: int) -> Iterator[tuple[RoomFacts, int]]:
    said = select(POLL.c.slot_id, POLL.c.id).join_from(VOTE, POLL, POLL.c.id == VOTE.c.poll_id)
    for row in db.execute(said.where(VOTE.c.person_id == person_id, VOTE.c.words != "")).all():
        room = rooms.of_slot(db, row.slot_id)
        if room is not None:
            yield room, row.id
