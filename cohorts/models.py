"""Tables of cohorts: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from server.clock import Instant


class Role(StrEnum):
    """What somebody is in a programme (the owner: of the whole installation)."""

    FACILITATOR = "facilitator"
    MEMBER = "member"
    ADVISER = "adviser"
    SPONSOR = "sponsor"
    OWNER = "owner"


class Part(StrEnum):
    """What a team does in its cohort: learns, asks (a challenge owner), brings (a solution provider)."""

    LEARNS = "learns"
    ASKS = "asks"
    BRINGS = "brings"


class AudienceKind(StrEnum):
    """Who may see a thing, in words."""

    TEAM = "team"
    TEAM_AND_BOARD = "team and board"
    COHORT = "cohort"
    FACILITATORS = "facilitators"


class Programme(SQLModel, table=True):
    """One edition, run by facilitators. `time_zone` is the one shown where no reader's zone is known."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    edition: str = Field(default="", max_length=100)
    purpose: str = Field(default="", max_length=2000)
    host: str = Field(default="", max_length=200)
    time_zone: str = Field(default="UTC", max_length=60)


class Cohort(SQLModel, table=True):
    """Teams that learn together. `stream_id`: its list of teams; `talk_stream_id`: what its audience alone may see."""

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    name: str = Field(max_length=200)
    purpose: str = Field(default="", max_length=2000)
    stream_id: int = Field(foreign_key="stream.id")
    talk_stream_id: int = Field(foreign_key="stream.id")


class Team(SQLModel, table=True):
    """The participant. A real organisation's team has no invented member; a sample team is invented as a whole."""

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=200)
    part: str = Field(default=Part.LEARNS, max_length=20)
    sample: bool = False


class Membership(SQLModel, table=True):
    """A role somebody has: an owner everywhere, a facilitator in a programme, adviser and sponsor in a cohort, a member
    in a team. What it covers is filled downwards: a member's row names team, cohort and programme."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str = Field(max_length=20)
    programme_id: int | None = Field(default=None, foreign_key="programme.id", index=True)
    cohort_id: int | None = Field(default=None, foreign_key="cohort.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    began_at: datetime = Field(sa_type=Instant)


class Removal(SQLModel, table=True):
    """A membership that ended: by whom and when. Its words stay, under the name shown last."""

    membership_id: int = Field(foreign_key="membership.id", primary_key=True)
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)


class Audience(SQLModel, table=True):
    """Who may see a thing: a kind, in a cohort, of a team where the kind names one."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)


class Initiative(SQLModel, table=True):
    """A team's work. The four texts are Markdown as written; `…_html` is what readers see, sanitised when written.
    `released_summary` is the only part a sponsor sees."""

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", unique=True)
    title: str = Field(max_length=200)
    language: str = Field(default="en", max_length=20)
    challenge: str = ""
    context: str = ""
    tried: str = ""
    asked: str = ""
    challenge_html: str = ""
    context_html: str = ""
    tried_html: str = ""
    asked_html: str = ""
    released_summary: str = Field(default="", max_length=2000)
    version: int = 1
    changed_at: datetime = Field(sa_type=Instant)
    stream_id: int = Field(foreign_key="stream.id")


class InitiativeVersion(SQLModel, table=True):
    """An initiative as it stood at `version`: what a later save is merged against, and its history."""

    initiative_id: int = Field(foreign_key="initiative.id", primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    challenge: str
    context: str
    tried: str
    asked: str
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
