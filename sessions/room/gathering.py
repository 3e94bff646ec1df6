"""What a recap says beyond the words of facilitators, gathered from the rooms of a session whenever it is read.

A slot is in it once its room is over. Nothing here is stored, so a recap follows what it is made of. Names come out of
`shown_as` and `listed_as` alone; the recap goes to others and into files, so nobody is unmasked in it for anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select

from cohorts.identity import Byline, listed_as, shown_as
from cohorts.models import Attribution, Role
from cohorts.policies import Vantage
from server.db import Db
from sessions import attendance, slots
from sessions.policies import may_attend
from sessions.room import groups, impressions, notes, outcomes, polls, questions, rooms, running, sentences, tallies
from sessions.room.impressions import Together
from sessions.room.models import Moment, PollKind
from sessions.room.outcomes import OutcomeFacts
from sessions.room.polls import LEVELS, POLL, VOTE, PollFacts
from sessions.room.questions import QUESTION, SEEN
from sessions.room.rooms import ROOM, RoomFacts
from sessions.room.running import Ran
from sessions.room.tallies import Tally
from sessions.sessions import SessionFacts
from sessions.slots import SLOT

# In which order roles are counted.
ROLES = (Role.MEMBER, Role.ADVISER, Role.FACILITATOR)


class ItemRan(NamedTuple):
    """An item of the agenda as it ran: its minutes by plan and in truth, also where it was returned to."""

    title: str
    planned: int
    minutes: int


class PollGathered(NamedTuple):
    """A poll whose results were revealed. `rows`: what could be chosen, or was written, and by how many persons of
    those who `answered`."""

    question: str
    kind: str
    answered: int
    rows: tuple[tuple[str, int], ...]
    mean: float | None


class Asked(NamedTuple):
    """A question, who asked it as it is told, how many wanted it answered, what became of it."""

    text: str
    who: Byline
    wants: int
    state: str
    answer: str


class AskedInGroup(NamedTuple):
    """How many questions a group asked. `name` is empty where it goes by its `number`."""

    number: int
    name: str
    asked: int


class Came(NamedTuple):
    """Who was there: the names where the rule tells them, else how many of each role (role, persons)."""

    people: int
    names: tuple[Byline, ...]
    roles: tuple[tuple[str, int], ...]


class GroupWords(NamedTuple):
    """What a group wrote. `name` is empty where it goes by its `number`."""

    number: int
    name: str
    words: str


class SlotGathered(NamedTuple):
    """What one slot was. `notes` and `groups` are Markdown as it was written: (what the groups worked on, their
    words)."""

    number: int
    starts_at: datetime
    began_at: datetime
    ended_at: datetime
    items: tuple[ItemRan, ...]
    notes: str
    groups: tuple[tuple[str, tuple[GroupWords, ...]], ...]
    came: Came
    polls: tuple[PollGathered, ...]
    asked: tuple[Asked, ...]
    said: tuple[tuple[Byline, str], ...]
    asked_in_groups: tuple[AskedInGroup, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything a recap says by itself. `candid`: False for those who look on, who read of what was said nothing."""

    candid: bool
    slots: tuple[SlotGathered, ...]
    outcomes: tuple[OutcomeFacts, ...]
    together: Together | None


def gather(db: Db, facts: SessionFacts, vantage: Vantage) -> Gathered:
    """The recap of a session as seen from `vantage`, whose attribution is the stricter of the session's and the
    cohort's."""
    candid = may_attend(vantage.roles)
    # A facilitator who sees authors elsewhere publishes this and takes it home.
    masked = replace(vantage, facilitators_see_authors=False)
    over = over_in(db, facts.id)
    found = [_slot(db, number, starts_at, room, masked, candid) for number, (starts_at, room) in enumerate(over, 1)]
    ids = [room.slot_id for _, room in over]
    together = impressions.together(db, ids) if candid else None
    return Gathered(candid, tuple(found), tuple(outcomes.of_slots(db, ids)), together)


def over_in(db: Db, session_id: int) -> list[tuple[datetime, RoomFacts]]:
    """The rooms of a session that are over, and when their slots began by plan; the earliest first."""
    offered = slots.read(db, SLOT.c.session_id == session_id)
    here = ROOM.c.slot_id.in_([slot.id for slot in offered])
    there = {room.slot_id: room for room in rooms.read(db, here, ROOM.c.ended_at.is_not(None))}
    return [(slot.starts_at, there[slot.id]) for slot in offered if slot.id in there]


def _slot(db: Db, number: int, starts_at: datetime, room: RoomFacts, vantage: Vantage, candid: bool) -> SlotGathered:
    assert room.ended_at is not None
    ran = running.ran(db, room.slot_id)
    # Rooms are open for some time before anything begins.
    began_at = min((one.began_at for one in ran), default=max(room.opened_at, min(starts_at, room.ended_at)))
    slot = number, starts_at, began_at, room.ended_at, tuple(items_of(ran, room.ended_at))
    if not candid:
        return SlotGathered(*slot, "", (), Came(0, (), ()), (), (), (), ())
    return SlotGathered(
        *slot,
        notes.of_room(db, room).strip(),
        tuple(_groups(db, room.slot_id)),
        _came(db, room.slot_id, vantage),
        tuple(_polls(db, room.slot_id)),
        tuple(_asked(db, room.slot_id, vantage)),
        tuple(
            (shown_as(one.author, one.attribution, vantage), one.words)
            for one in sentences.said(db, room.slot_id)
            if one.moment == Moment.OUT
        ),
        tuple(_asked_in_groups(db, room.slot_id)),
    )


def items_of(ran: Sequence[Ran], ended_at: datetime) -> list[ItemRan]:
    """Items in the order in which they first ran, with all their minutes together."""
    seconds: dict[int, float] = {}
    for one in ran:
        spent = ((one.ended_at or ended_at) - one.began_at).total_seconds()
        seconds[one.item_id] = seconds.get(one.item_id, 0) + max(spent, 0)
    # As it was called and planned when it ran last.
    last = {one.item_id: one for one in ran}
    return [ItemRan(last[id_].title, last[id_].planned, round(spent / 60)) for id_, spent in seconds.items()]


def _groups(db: Db, slot_id: int) -> list[tuple[str, tuple[GroupWords, ...]]]:
    return [
        (one.around.task, tuple(GroupWords(each.group.number, each.group.name, each.words) for each in one.groups))
        for one in notes.of_groups(db, slot_id)
    ]


def _came(db: Db, slot_id: int, vantage: Vantage) -> Came:
    there = attendance.of_slot(db, slot_id)
    if vantage.attribution == Attribution.NAMED:
        return Came(len(there), tuple(listed_as(one.author, vantage) for one in there), ())
    roles = Counter(one.author.role for one in there)
    return Came(len(there), (), tuple((role, roles[role]) for role in ROLES if roles[role]))


def _polls(db: Db, slot_id: int) -> list[PollGathered]:
    """In the order in which they were put; what nobody in the room was shown is shown to nobody afterwards."""
    found = polls.read(db, POLL.c.slot_id == slot_id, POLL.c.revealed_at.is_not(None), POLL.c.opened_at.is_not(None))
    counted = tallies.of_polls(db, [poll.id for poll in found])
    gathered = []
    for poll in reversed(found):
        tally = counted[poll.id]
        mean = tally.mean if poll.kind == PollKind.SCALE else None
        gathered.append(PollGathered(poll.question, poll.kind, tally.answered, rows_of(poll, tally), mean))
    return gathered


def unshown(db: Db, session_id: int) -> list[tuple[int, str]]:
    """Polls that people answered and nobody was shown the results of: (id, question)."""
    here = POLL.join(ROOM, ROOM.c.slot_id == POLL.c.slot_id).join(SLOT, SLOT.c.id == ROOM.c.slot_id)
    answered = exists().where(VOTE.c.poll_id == POLL.c.id)
    hidden = POLL.c.opened_at.is_not(None) & POLL.c.revealed_at.is_(None) & ROOM.c.ended_at.is_not(None)
    rows = select(POLL.c.id, POLL.c.question).select_from(here).where(SLOT.c.session_id == session_id, hidden, answered)
    return [(row.id, row.question) for row in db.execute(rows.order_by(POLL.c.id))]


def is_on(db: Db, session_id: int) -> bool:
    """Whether a room of a session is open, of which the recap says nothing yet."""
    here = ROOM.join(SLOT, SLOT.c.id == ROOM.c.slot_id)
    on = (SLOT.c.session_id == session_id) & ROOM.c.ended_at.is_(None) & SLOT.c.cancelled_at.is_(None)
    return db.execute(select(ROOM.c.slot_id).select_from(here).where(on).limit(1)).first() is not None


def rows_of(poll: PollFacts, tally: Tally) -> tuple[tuple[str, int], ...]:
    """What could be chosen, or was written, and by how many persons."""
    if poll.kind == PollKind.WORDS:
        return tuple((word.text, word.persons) for word in tally.words)
    if poll.kind == PollKind.SCALE:
        return tuple((str(level), tally.counts[level]) for level in LEVELS)
    return tuple((text, tally.counts[number]) for number, text in poll.options)


def _asked(db: Db, slot_id: int, vantage: Vantage) -> list[Asked]:
    """What was asked in the room itself, the most wanted first; what is hidden or was withdrawn is not told."""
    here = QUESTION.c.slot_id == slot_id, QUESTION.c.group_id.is_(None), QUESTION.c.state.in_(SEEN)
    found = sorted(questions.read(db, *here), key=lambda one: (-one.wants, one.id))
    return [
        Asked(one.text, shown_as(one.author, one.attribution, vantage), one.wants, one.state, one.answer)
        for one in found
    ]


def _asked_in_groups(db: Db, slot_id: int) -> list[AskedInGroup]:
    """What a group asks is its own: how much it was stands in the recap, and no word of it."""
    counts = questions.asked_in_groups(db, slot_id)
    known = groups.known_in(db, slot_id) if counts else {}
    return [AskedInGroup(one.number, one.name, counts[id_]) for id_, one in known.items() if id_ in counts]
