"""Tables of advice: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from cohorts.models import Attribution
from feedback.models import ONE_MATTER
from server.clock import Instant


class PromptKind(StrEnum):
    """What an adviser gives a team to think about."""

    QUESTION = "question"
    PROVOCATION = "provocation"
    EXPERIENCE = "experience"
    REFERENCE = "reference"


class ResponseKind(StrEnum):
    """What a team did with a prompt."""

    TOOK_ON = "took on"
    PARKED = "parked"
    DISAGREE = "disagree"


class StanceKind(StrEnum):
    """What another adviser thinks of a prompt."""

    AGREE = "agree"
    DISAGREE = "disagree"


class Prompt(SQLModel, table=True):
    """What an adviser said about an initiative or a session to one of its audiences; its team, or whoever runs the
    session, owes it a response.

    `thread_id`: its discussion. `opening`: how it begins, as plain text. `url` and `source` (its title) belong to a
    reference. `attribution`: in whose name it is shown, as the cohort and the author wanted it then. `chapter`: a name
    of cohorts.initiatives.CHAPTERS, empty for the whole. `quote`: the passage of that chapter it was written about, as
    it was shown at `at_version`, with what stood `before` and `after` it and where it began (`place`, in characters of
    the chapter's shown text); empty for all of the chapter. `item_id`: a point of a feedback round, of which `quote` is
    how it begins. `response_id`: the response in force; None: the team owes one.
    """

    __table_args__ = (
        Index("ix_prompt_place", "initiative_id", "audience_id"),
        CheckConstraint(ONE_MATTER, name="ck_prompt_one_matter"),
    )

    id: int | None = Field(default=None, primary_key=True)
    initiative_id: int | None = Field(default=None, foreign_key="initiative.id")
    # No foreign key: sessions stand above.
    session_id: int | None = Field(default=None, index=True)
    audience_id: int = Field(foreign_key="audience.id", index=True)
    thread_id: int | None = Field(default=None, foreign_key="thread.id")
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id", index=True)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    kind: str = Field(max_length=20)
    text: str
    html: str
    opening: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=2000)
    source: str = Field(default="", max_length=300)
    chapter: str = Field(default="", max_length=20)
    quote: str = ""
    before: str = Field(default="", max_length=100)
    after: str = Field(default="", max_length=100)
    place: int = 0
    at_version: int = 1
    # No foreign keys: a round may be cleared away, and the response in force names its prompt already.
    item_id: int | None = Field(default=None, index=True)
    response_id: int | None = None
    version: int = 1
    at: datetime = Field(sa_type=Instant)
    edited_at: datetime | None = Field(default=None, sa_type=Instant)


class PromptVersion(SQLModel, table=True):
    """A prompt as it read before it was edited into `version` + 1."""

    prompt_id: int = Field(foreign_key="prompt.id", primary_key=True)
    version: int = Field(primary_key=True)
    text: str
    html: str
    at: datetime = Field(sa_type=Instant)


class PromptWithdrawal(SQLModel, table=True):
    """A prompt its author took back: when. Nobody is shown its words again, and nobody owes it anything."""

    prompt_id: int = Field(foreign_key="prompt.id", primary_key=True)
    at: datetime = Field(sa_type=Instant)


class Stance(SQLModel, table=True):
    """What another adviser thinks of a prompt: a row, so that twice is once."""

    prompt_id: int = Field(foreign_key="prompt.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    membership_id: int = Field(foreign_key="membership.id")
    kind: str = Field(max_length=20)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    at: datetime = Field(sa_type=Instant)


class Response(SQLModel, table=True):
    """What a team did with a prompt. The prompt names the one in force; the others are its history.

    `parked_until`: the day on which it is owed again, which begins at `back_at` in the programme's zone. `told_at`:
    when its coming back was told to the pages that show it, which nobody's deed does. `at_version`: the initiative's.
    """

    id: int | None = Field(default=None, primary_key=True)
    prompt_id: int = Field(foreign_key="prompt.id", index=True)
    membership_id: int = Field(foreign_key="membership.id")
    author_id: int = Field(foreign_key="person.id", index=True)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    kind: str = Field(max_length=20)
    text: str = ""
    html: str = ""
    parked_until: date | None = None
    back_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    at_version: int = 1
    at: datetime = Field(sa_type=Instant)


class ResponseWithdrawal(SQLModel, table=True):
    """An answer that its team, or who runs the session, took back: who of them, when, and when its words were erased.
    The one before it is in force again."""

    response_id: int = Field(foreign_key="response.id", primary_key=True)
    by_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)


class DeskVisit(SQLModel, table=True):
    """What an adviser has seen of a team's work, said at their desk: the version of its initiative, the newest prompt
    and the newest response."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    initiative_id: int = Field(foreign_key="initiative.id", primary_key=True, index=True)
    version: int
    prompt_id: int = 0
    response_id: int = 0
    at: datetime = Field(sa_type=Instant)
