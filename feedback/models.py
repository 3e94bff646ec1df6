"""Tables of feedback: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from cohorts.models import Attribution
from server.clock import Instant


class Subject(StrEnum):
    """What a thread is about: an initiative as a whole, or a prompt on it."""

    INITIATIVE = "initiative"
    PROMPT = "prompt"


class Thread(SQLModel, table=True):
    """A discussion on an initiative, for one audience; about all of it, or about the thing `subject_id` of another
    table that `subject` names. `tops` is how many comments were ever begun in it."""

    id: int | None = Field(default=None, primary_key=True)
    initiative_id: int = Field(foreign_key="initiative.id", index=True)
    audience_id: int = Field(foreign_key="audience.id", index=True)
    stream_id: int = Field(foreign_key="stream.id")
    subject: str = Field(default=Subject.INITIATIVE, max_length=20)
    subject_id: int | None = None
    tops: int = 0


class Resolution(SQLModel, table=True):
    """A thread that was settled: by which membership and when. Reopening takes the row away."""

    thread_id: int = Field(foreign_key="thread.id", primary_key=True)
    membership_id: int = Field(foreign_key="membership.id")
    at: datetime = Field(sa_type=Instant)


class Comment(SQLModel, table=True):
    """What somebody said, in the role of one membership. Replies are one level deep: `parent_id` is a top comment.

    `attribution`: in whose name it is shown, as the cohort and the author wanted it then.
    `number` counts a thread's top comments from 1 and never changes; a reply has its parent's. Pages of a long thread
    are spans of numbers, so a page holds the same comments whatever is said later.
    """

    __table_args__ = (
        Index("ix_comment_place", "thread_id", "number", "id"),
        # What came after the last one somebody has seen.
        Index("ix_comment_order", "thread_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="thread.id")
    number: int
    parent_id: int | None = Field(default=None, foreign_key="comment.id", index=True)
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id", index=True)
    text: str
    html: str
    language: str = Field(default="", max_length=20)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    version: int = 1
    at: datetime = Field(sa_type=Instant)
    edited_at: datetime | None = Field(default=None, sa_type=Instant)


class CommentVersion(SQLModel, table=True):
    """A comment as it read before it was edited into `version` + 1."""

    comment_id: int = Field(foreign_key="comment.id", primary_key=True)
    version: int = Field(primary_key=True)
    text: str
    html: str
    at: datetime = Field(sa_type=Instant)


class Withdrawal(SQLModel, table=True):
    """A comment its author took back: when. Nobody is shown its words again."""

    comment_id: int = Field(foreign_key="comment.id", primary_key=True)
    at: datetime = Field(sa_type=Instant)


class Reaction(SQLModel, table=True):
    """What somebody thinks of a comment, in one word of feedback/reactions.py: a row, so that twice is once."""

    comment_id: int = Field(foreign_key="comment.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    kind: str = Field(primary_key=True, max_length=20)
    at: datetime = Field(sa_type=Instant)


class Visit(SQLModel, table=True):
    """How far somebody has read a thread: the last comment they have seen, and when that was noted."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    thread_id: int = Field(foreign_key="thread.id", primary_key=True)
    comment_id: int
    at: datetime = Field(sa_type=Instant)


class Draft(SQLModel, table=True):
    """What somebody has begun to write. `place` names the form (`thread-3`, `edit-12`, `initiative-4`); `text` is what
    the form holds, JSON by field. `version` lets a second device notice that there is a newer one; it begins anywhere,
    so that no draft is taken for one that was there before it. `key` is that of the form which wrote it last."""

    __table_args__ = (UniqueConstraint("person_id", "place"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    place: str = Field(max_length=40)
    text: str
    version: int = 1
    key: str = Field(default="", max_length=64)
    at: datetime = Field(sa_type=Instant, index=True)
    discarded_at: datetime | None = Field(default=None, sa_type=Instant)
