"""Tables of feedback: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.clock import Instant


class Thread(SQLModel, table=True):
    """A discussion on an initiative, for one audience."""

    id: int | None = Field(default=None, primary_key=True)
    initiative_id: int = Field(foreign_key="initiative.id", index=True)
    audience_id: int = Field(foreign_key="audience.id", index=True)
    stream_id: int = Field(foreign_key="stream.id")


class Resolution(SQLModel, table=True):
    """A thread that was settled: by which membership and when. Reopening takes the row away."""

    thread_id: int = Field(foreign_key="thread.id", primary_key=True)
    membership_id: int = Field(foreign_key="membership.id")
    at: datetime = Field(sa_type=Instant)


class Comment(SQLModel, table=True):
    """What somebody said, in the role of one membership. Replies are one level deep: `parent_id` is a top comment."""

    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="thread.id", index=True)
    parent_id: int | None = Field(default=None, foreign_key="comment.id", index=True)
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id", index=True)
    text: str
    html: str
    language: str = Field(default="", max_length=20)
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
