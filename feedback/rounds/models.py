"""Tables of feedback rounds: columns and constraints, nothing that acts.

The phase of a round is in no column: it follows from `released_at`, `cancelled_at` and the three times (phases.py).
Streams have one audience each; which one, stands beside each of them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from server.clock import Instant


class Asks(StrEnum):
    """What the teams are asked to read of each other."""

    INITIATIVE = "initiative"
    CHAPTER = "chapter"
    DOCUMENT = "document"


class AnswerKind(StrEnum):
    """What the receiving team did with an item. TAKEN_BACK: it said something, and has taken it back."""

    ANSWERED = "answered"
    THANKED = "thanked"
    TAKEN_ON = "taken on"
    TAKEN_BACK = "taken back"


class RoundList(SQLModel, table=True):
    """The rounds of a cohort as lists. `stream_id`: those that were released, for everybody who takes part in the
    cohort; `run_stream_id`: all of them, for its facilitators. Every cohort is born with one."""

    cohort_id: int = Field(foreign_key="cohort.id", primary_key=True)
    stream_id: int = Field(foreign_key="stream.id")
    run_stream_id: int = Field(foreign_key="stream.id")


class Round(SQLModel, table=True):
    """A feedback round in a cohort. `asks` is a word of Asks, `chapter` which one where it asks for a chapter,
    `document` what is to be handed in where it asks for a document, and `hand_in_by` until when. `gives`: how many
    teams each team gives feedback to, and gets it from. `time_zone`: the IANA zone its times were written in.
    `shared_with`: AudienceKind team (the receiving one) or cohort, who reads the feedback once it is revealed.
    `repeats`: two teams may meet again that met in a round before. `seed` replays the allocation. `example`: a piece of
    work to practise on, `example_feedback` what good feedback on it says. `stream_id`: everybody who takes part in the
    cohort; `run_stream_id`: its facilitators."""

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    title: str = Field(max_length=200)
    intro: str = ""
    intro_html: str = ""
    asks: str = Field(default=Asks.INITIATIVE, max_length=20)
    chapter: str = Field(default="", max_length=20)
    document: str = Field(default="", max_length=500)
    protocol: str = Field(max_length=20)
    gives: int
    opens_at: datetime = Field(sa_type=Instant)
    reveals_at: datetime = Field(sa_type=Instant)
    closes_at: datetime = Field(sa_type=Instant)
    hand_in_by: datetime | None = Field(default=None, sa_type=Instant)
    time_zone: str = Field(max_length=60)
    shared_with: str = Field(max_length=20)
    attribution: str = Field(max_length=10)
    repeats: bool = False
    seed: int
    example: str = ""
    example_html: str = ""
    example_feedback: str = ""
    example_feedback_html: str = ""
    version: int = 1
    by_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    released_by_id: int | None = Field(default=None, foreign_key="person.id")
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_by_id: int | None = Field(default=None, foreign_key="person.id")
    cancelled_why: str = Field(default="", max_length=1000)
    stream_id: int = Field(foreign_key="stream.id")
    run_stream_id: int = Field(foreign_key="stream.id")


class RoundSection(SQLModel, table=True):
    """One thing that is asked of whoever gives feedback, in the order of `number`. `levels`: 0 for words alone, else
    the scale of a criterion, 1 to `levels`, beside the words."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    number: int
    title: str = Field(max_length=200)
    hint: str = Field(default="", max_length=500)
    levels: int = 0


class RoundTeam(SQLModel, table=True):
    """A team in a round. `giving_stream_id`: what it writes, for that team; `received_stream_id`: what it got, for that
    team, or for the cohort where the round is shared with it. `seen_at`: when it was first noted that one of its people
    was signed in since the round opened. `excused_at`: it gives and receives nothing in this round."""

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    team_id: int = Field(foreign_key="team.id", primary_key=True, index=True)
    giving_stream_id: int = Field(foreign_key="stream.id")
    received_stream_id: int = Field(foreign_key="stream.id")
    seen_at: datetime | None = Field(default=None, sa_type=Instant)
    excused_at: datetime | None = Field(default=None, sa_type=Instant)
    excused_by_id: int | None = Field(default=None, foreign_key="person.id")


class HandedIn(SQLModel, table=True):
    """The document a team handed in: who did it, and when; the file is a StoredFile (documents.py). Another one takes
    its place."""

    __table_args__ = (UniqueConstraint("round_id", "team_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    team_id: int = Field(foreign_key="team.id")
    by_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)


class Pair(SQLModel, table=True):
    """One team gives feedback to another. `why`: JSON of the reasons for it and against it (allocation.py). A pair that
    was dropped counts no more, and its words are kept for the giving team until the round is over."""

    __table_args__ = (UniqueConstraint("round_id", "giver_id", "receiver_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    giver_id: int = Field(foreign_key="team.id", index=True)
    receiver_id: int = Field(foreign_key="team.id", index=True)
    by_hand: bool = False
    why: str = "[]"
    at: datetime = Field(sa_type=Instant)
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)


class Conflict(SQLModel, table=True):
    """A team that should not give feedback to another, nor get it from there. Facilitators alone read `why`."""

    team_id: int = Field(foreign_key="team.id", primary_key=True)
    other_id: int = Field(foreign_key="team.id", primary_key=True)
    why: str = Field(default="", max_length=1000)
    by_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)


class Given(SQLModel, table=True):
    """The feedback of a pair that its team signed: in whose hand and when. Taking it back takes the row away."""

    pair_id: int = Field(foreign_key="pair.id", primary_key=True)
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id")
    attribution: str = Field(max_length=10)
    signed_at: datetime = Field(sa_type=Instant)


class DraftPart(SQLModel, table=True):
    """What a team is writing about one section, in a shared text; `level` is 0 until one is chosen. `membership_id`:
    who began it, and when."""

    pair_id: int = Field(foreign_key="pair.id", primary_key=True)
    section_id: int = Field(foreign_key="roundsection.id", primary_key=True)
    # No foreign key: shared texts belong to the frame, which clears them away by rules of its own.
    text_id: int | None = None
    level: int = 0
    membership_id: int = Field(foreign_key="membership.id")
    at: datetime = Field(sa_type=Instant)


class FeedbackItem(SQLModel, table=True):
    """One point of the feedback that was signed, under a section; `number` counts the items of its pair from 1."""

    id: int | None = Field(default=None, primary_key=True)
    pair_id: int = Field(foreign_key="pair.id", index=True)
    section_id: int = Field(foreign_key="roundsection.id")
    number: int
    level: int = 0
    text: str
    html: str


class ItemAnswer(SQLModel, table=True):
    """What the receiving team did with an item: a word of AnswerKind, and perhaps words: none once it is taken back."""

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="feedbackitem.id", index=True)
    kind: str = Field(max_length=20)
    text: str = ""
    html: str = ""
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id")
    attribution: str = Field(max_length=10)
    at: datetime = Field(sa_type=Instant)


class Helped(SQLModel, table=True):
    """Feedback on the feedback: what it helped with, said by the team that received it."""

    pair_id: int = Field(foreign_key="pair.id", primary_key=True)
    text: str
    html: str
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id")
    attribution: str = Field(max_length=10)
    at: datetime = Field(sa_type=Instant)


class Practice(SQLModel, table=True):
    """What somebody wrote about the example of a round. Nobody else reads it."""

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    text: str
    at: datetime = Field(sa_type=Instant)


class Reminded(SQLModel, table=True):
    """Somebody was told of a time of a round, once: `kind` is a word of reminders.py or bells.py, `due_at` the time it
    told of, so that a round that is moved is told of anew."""

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    kind: str = Field(primary_key=True, max_length=20)
    due_at: datetime = Field(sa_type=Instant, primary_key=True)
    at: datetime = Field(sa_type=Instant)


class Unreminded(SQLModel, table=True):
    """Somebody who wants no reminders of a round."""

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    at: datetime = Field(sa_type=Instant)
