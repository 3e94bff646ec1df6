"""Tables of feedback: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from cohorts.models import Attribution
from server.clock import Instant


class Subject(StrEnum):
    """What a thread is about: an initiative or a thematic session as a whole, or a prompt on one of them."""

    INITIATIVE = "initiative"
    SESSION = "session"
    PROMPT = "prompt"


# Of a thread and of a prompt: it is on one matter, and on no more.
ONE_MATTER = "(initiative_id IS NULL) <> (session_id IS NULL)"


class Matter(NamedTuple):
    """What is talked about, an initiative or a thematic session: the id of one of them."""

    initiative_id: int | None
    session_id: int | None = None

    @property
    def key(self) -> str:
        """It in the names of regions: no page mistakes one kind for the other."""
        return f"session-{self.session_id}" if self.initiative_id is None else str(self.initiative_id)


class Volume(StrEnum):
    """How much of a conversation somebody is told of; who chose nothing is told of answers and mentions."""

    EVERYTHING = "everything"
    ANSWERS = "answers"
    NOTHING = "nothing"


class MailWish(StrEnum):
    """When somebody gets mail about what they were told."""

    AT_ONCE = "at once"
    DAILY = "daily"
    NEVER = "never"


class Thread(SQLModel, table=True):
    """A discussion on an initiative or a session, for one audience; about all of it, or about the thing `subject_id` of
    another table that `subject` names. `tops` is how many comments were ever begun in it.

    `around_id`: the stream of what it is on. `whole_id`: the thread about all of that for the same audience, whose
    stream carries what this one is about; None: it is that one. Of a session also, kept as they are there: `about`, its
    theme, and `attribution`, what is told of who says what, where that is less than its cohort tells.
    """

    __table_args__ = (CheckConstraint(ONE_MATTER, name="ck_thread_one_matter"),)

    id: int | None = Field(default=None, primary_key=True)
    initiative_id: int | None = Field(default=None, foreign_key="initiative.id", index=True)
    # No foreign key: sessions stand above, and none is ever deleted.
    session_id: int | None = Field(default=None, index=True)
    audience_id: int = Field(foreign_key="audience.id", index=True)
    stream_id: int = Field(foreign_key="stream.id")
    around_id: int = Field(foreign_key="stream.id")
    whole_id: int | None = Field(default=None, foreign_key="thread.id")
    about: str = Field(default="", max_length=200)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
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

    `attribution`: in whose name it is shown, as the cohort and the author wanted it then. `attachments`: how many files
    came with it, so that nobody looks for those of a comment without any.
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
    attachments: int = 0
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


class Mention(SQLModel, table=True):
    """Whom a comment names with an @: a person, a team, or with neither the board. Its HTML holds a mark in that place
    (feedback/mentions.py). `typed`: the words that were written. A row stays when an edit takes the name away, because
    older versions hold the mark too."""

    comment_id: int = Field(foreign_key="comment.id", primary_key=True)
    number: int = Field(primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    typed: str = Field(max_length=400)


class Follow(SQLModel, table=True):
    """How much of a thread somebody chose to be told of, in a word of Volume."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    thread_id: int = Field(foreign_key="thread.id", primary_key=True)
    volume: str = Field(max_length=20)
    at: datetime = Field(sa_type=Instant)


_UNREAD = text("read_at IS NULL")
_UNTOLD = text("read_at IS NULL AND mailed_at IS NULL")


class Notice(SQLModel, table=True):
    """Something somebody is told of, once a comment. `kind`: a word of feedback/notices.py. It is shown as long as they
    belong to the audience, and the comment stands. `url` and `about` (a title): of what is no thread."""

    __table_args__ = (
        UniqueConstraint("person_id", "comment_id"),
        Index("ix_notice_person", "person_id", "id"),
        Index("ix_notice_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notice_untold", "at", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str = Field(max_length=20)
    thread_id: int | None = Field(default=None, foreign_key="thread.id")
    comment_id: int | None = Field(default=None, foreign_key="comment.id", index=True)
    audience_id: int | None = Field(default=None, foreign_key="audience.id")
    url: str = Field(default="", max_length=200)
    about: str = Field(default="", max_length=200)
    at: datetime = Field(sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    mailed_at: datetime | None = Field(default=None, sa_type=Instant)


class NoticeSetting(SQLModel, table=True):
    """When somebody wants mail about notices, in a word of MailWish; without a row: at once."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    mail: str = Field(max_length=20)


class NoticeLink(SQLModel, table=True):
    """The link in a mail that stops mail: about one thread, or with none about anything. Its SHA-256 only."""

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    thread_id: int | None = Field(default=None, foreign_key="thread.id")
    at: datetime = Field(sa_type=Instant, index=True)


class Report(SQLModel, table=True):
    """Somebody asks the facilitators to look at a comment. `outcome`: empty until they did, then hidden or
    dismissed."""

    comment_id: int = Field(foreign_key="comment.id", primary_key=True)
    by_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    reason: str = Field(max_length=1000)
    at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by_id: int | None = Field(default=None, foreign_key="person.id")
    outcome: str = Field(default="", max_length=20)


class Hiding(SQLModel, table=True):
    """A comment that a facilitator hid; its words are shown to nobody but its author until `lifted_at`."""

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(foreign_key="comment.id", index=True)
    by_id: int = Field(foreign_key="person.id")
    reason: str = Field(max_length=1000)
    at: datetime = Field(sa_type=Instant)
    lifted_at: datetime | None = Field(default=None, sa_type=Instant)


class Appeal(SQLModel, table=True):
    """What the author of a hidden comment says to that, once. `outcome`: empty until decided, then stays or shown."""

    hiding_id: int = Field(foreign_key="hiding.id", primary_key=True)
    words: str = Field(max_length=2000)
    at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    outcome: str = Field(default="", max_length=20)


class Quote(SQLModel, table=True):
    """Somebody asks whether they may use a passage of a comment outside: where, and with the author's name or not.
    `answer`: empty until the author gave one, then a word of feedback/quotes.py; `ended_at`: when they took it back."""

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(foreign_key="comment.id", index=True)
    by_id: int = Field(foreign_key="person.id", index=True)
    passage: str = Field(max_length=1000)
    purpose: str = Field(max_length=500)
    named: bool
    at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=20)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
