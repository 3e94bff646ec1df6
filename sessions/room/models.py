"""Tables of the room: columns and constraints, nothing that acts.

Everything that happens in a room is a row that says who did it and when, so that whoever comes late reads the same as
whoever was there. What somebody says carries `membership_id` and `attribution`, as everywhere
(cohorts/attributions.py).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from cohorts.models import Attribution
from server.clock import Instant


class PollKind(StrEnum):
    """What is asked: one of several, some of several, a level from 1 to 5, or words of one's own."""

    SINGLE = "single"
    SEVERAL = "several"
    SCALE = "scale"
    WORDS = "words"


class QuestionState(StrEnum):
    """What became of a question."""

    OPEN = "open"
    ANSWERED = "answered"
    PARKED = "parked"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class Moment(StrEnum):
    """The two rounds in which everybody says a sentence."""

    IN = "in"
    OUT = "out"


class OutcomeKind(StrEnum):
    """What was agreed."""

    DECISION = "decision"
    ACTION = "action"


class Room(SQLModel, table=True):
    """A slot that runs or has run. `item_id`: the agenda item it is at, since `item_at`. The timer ends at
    `timer_ends_at`, or stands with `timer_left` seconds; ticks are stored nowhere. `moment`: the round of sentences
    that is open, a word of Moment, or empty. `version` counts what facilitators did, so that of two who act at once the
    second is asked. `stream_id`: everybody who may be in the room; `run_stream_id`: those who run it."""

    slot_id: int = Field(foreign_key="slot.id", primary_key=True)
    opened_at: datetime = Field(sa_type=Instant)
    opened_by_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    item_id: int | None = None
    item_at: datetime | None = Field(default=None, sa_type=Instant)
    timer_label: str = Field(default="", max_length=200)
    timer_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    timer_left: int | None = None
    moment: str = Field(default="", max_length=10)
    version: int = 1
    # No foreign key: shared texts belong to the frame, which clears them away by rules of its own.
    notes_id: int | None = None
    stream_id: int = Field(foreign_key="stream.id")
    run_stream_id: int = Field(foreign_key="stream.id")


class ItemRun(SQLModel, table=True):
    """An agenda item as it ran in a slot: its title then, from when to when. A return to it is another row.
    `timer_ends_at`, `timer_left`: how the timer stood when it was finished, for those who take that back."""

    id: int | None = Field(default=None, primary_key=True)
    slot_id: int = Field(foreign_key="room.slot_id", index=True)
    item_id: int
    title: str = Field(max_length=200)
    planned: int
    began_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    timer_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    timer_left: int | None = None
    by_id: int | None = Field(default=None, foreign_key="person.id")


class Hand(SQLModel, table=True):
    """Somebody who wants to speak. The queue is the order of `id`; `called_at`: they have the word since then;
    `lowered_at`: it was taken down, by whom."""

    id: int | None = Field(default=None, primary_key=True)
    slot_id: int = Field(foreign_key="room.slot_id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    membership_id: int = Field(foreign_key="membership.id")
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    at: datetime = Field(sa_type=Instant)
    called_at: datetime | None = Field(default=None, sa_type=Instant)
    lowered_at: datetime | None = Field(default=None, sa_type=Instant)
    lowered_by_id: int | None = Field(default=None, foreign_key="person.id")


class Poll(SQLModel, table=True):
    """A question put to the room. `kind`: a word of PollKind. `secret`: nobody ever reads who chose what. Its results
    are read by those who run the room alone until `revealed_at`. `opened_at` None: prepared, known to them alone.
    `firm_version`: it was said anew, closed or taken down with that version, by `firm_by_id`; what somebody else does
    from an older page is refused."""

    id: int | None = Field(default=None, primary_key=True)
    slot_id: int = Field(foreign_key="slot.id", index=True)
    kind: str = Field(max_length=10)
    question: str = Field(max_length=500)
    secret: bool = True
    by_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    revealed_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int = 1
    firm_version: int | None = None
    firm_by_id: int | None = Field(default=None, foreign_key="person.id")


class PollOption(SQLModel, table=True):
    """One thing that can be chosen, in the order of `number`."""

    id: int | None = Field(default=None, primary_key=True)
    poll_id: int = Field(foreign_key="poll.id", index=True)
    number: int
    text: str = Field(max_length=200)


class Vote(SQLModel, table=True):
    """What somebody chose: option numbers as JSON, a level, or words; a row a person, so one vote each, changed until
    the poll closes."""

    poll_id: int = Field(foreign_key="poll.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    membership_id: int = Field(foreign_key="membership.id")
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    chosen: str = Field(default="[]", max_length=200)
    words: str = Field(default="", max_length=200)
    at: datetime = Field(sa_type=Instant)


class Question(SQLModel, table=True):
    """A question from the room, to the room or to one of its groups. `state`: a word of QuestionState."""

    id: int | None = Field(default=None, primary_key=True)
    slot_id: int = Field(foreign_key="room.slot_id", index=True)
    group_id: int | None = Field(default=None, foreign_key="breakout.id", index=True)
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id", index=True)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    text: str = Field(max_length=2000)
    state: str = Field(default=QuestionState.OPEN, max_length=10)
    answer: str = Field(default="", max_length=2000)
    at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by_id: int | None = Field(default=None, foreign_key="person.id")


class QuestionVote(SQLModel, table=True):
    """Somebody wants this question answered: a row, so that twice is once."""

    question_id: int = Field(foreign_key="question.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    at: datetime = Field(sa_type=Instant)


class Sentence(SQLModel, table=True):
    """What somebody said at check-in or check-out, once each and changed until that round is over."""

    slot_id: int = Field(foreign_key="room.slot_id", primary_key=True)
    moment: str = Field(primary_key=True, max_length=10)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    membership_id: int = Field(foreign_key="membership.id")
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    words: str = Field(max_length=500)
    at: datetime = Field(sa_type=Instant)


class BreakoutRound(SQLModel, table=True):
    """A time in groups. `how`: by hand, at random, mixing countries, same as last time. `ends_at` can be put later;
    `message`: the last one to all groups."""

    id: int | None = Field(default=None, primary_key=True)
    slot_id: int = Field(foreign_key="room.slot_id", index=True)
    task: str = Field(default="", max_length=1000)
    how: str = Field(max_length=20)
    by_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    message: str = Field(default="", max_length=500)
    message_at: datetime | None = Field(default=None, sa_type=Instant)


class Breakout(SQLModel, table=True):
    """One group of such a time, with notes of its own. `stream_id`: its people and those who run the room."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="breakoutround.id", index=True)
    number: int
    name: str = Field(max_length=100)
    notes_id: int | None = None
    stream_id: int = Field(foreign_key="stream.id")


class BreakoutPlace(SQLModel, table=True):
    """Who is in which group."""

    group_id: int = Field(foreign_key="breakout.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    at: datetime = Field(sa_type=Instant)


class Outcome(SQLModel, table=True):
    """A decision or an action, a word of OutcomeKind; `owner` in words, `due` a day."""

    id: int | None = Field(default=None, primary_key=True)
    slot_id: int = Field(foreign_key="room.slot_id", index=True)
    kind: str = Field(max_length=10)
    text: str = Field(max_length=1000)
    owner: str = Field(default="", max_length=200)
    due: date | None = None
    membership_id: int = Field(foreign_key="membership.id")
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    at: datetime = Field(sa_type=Instant)
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)


class Impression(SQLModel, table=True):
    """What somebody thinks of a slot afterwards: a level from 1 to 5 and words. Nobody reads whose it is."""

    slot_id: int = Field(foreign_key="slot.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    membership_id: int = Field(foreign_key="membership.id")
    level: int
    words: str = Field(default="", max_length=2000)
    at: datetime = Field(sa_type=Instant)


class Recap(SQLModel, table=True):
    """What is remembered of a session, made when a slot of it ended. What facilitators write over it: `intro`, and
    `notes` in place of the merged notes where they changed them. Read by the cohort since `published_at`."""

    session_id: int = Field(foreign_key="thematicsession.id", primary_key=True)
    made_at: datetime = Field(sa_type=Instant)
    intro: str = ""
    intro_html: str = ""
    notes: str = ""
    notes_html: str = ""
    notes_edited: bool = False
    version: int = 1
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by_id: int | None = Field(default=None, foreign_key="person.id")
    stream_id: int = Field(foreign_key="stream.id")
    run_stream_id: int = Field(foreign_key="stream.id")


class SheetNote(SQLModel, table=True):
    """What those who run a session note for themselves at an item of its agenda, the same at every slot."""

    # No foreign key: an agenda that becomes shorter drops its last items.
    item_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    session_id: int = Field(foreign_key="thematicsession.id", index=True)
    words: str = Field(max_length=4000)
    version: int = 1
    by_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
