"""Tables of cohorts: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
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


class Attribution(StrEnum):
    """In whose name something said is shown to others: its author's, their role's, or nobody's."""

    NAMED = "named"
    ROLE = "role"
    NONE = "none"


class Programme(SQLModel, table=True):
    """One edition, run by facilitators. `time_zone` is the one shown where no reader's zone is known.
    `facilitators_see_authors`: also of what is not shown in its author's name."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    edition: str = Field(default="", max_length=100)
    purpose: str = Field(default="", max_length=2000)
    host: str = Field(default="", max_length=200)
    time_zone: str = Field(default="UTC", max_length=60)
    facilitators_see_authors: bool = False


class Cohort(SQLModel, table=True):
    """Teams that learn together. `attribution`: the most that what is said there tells of who said it. `stream_id`:
    its list of teams; `talk_stream_id`: what its audience alone may see;
    `arrivals_stream_id`: who was invited and who has arrived, for those who run it."""

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    name: str = Field(max_length=200)
    purpose: str = Field(default="", max_length=2000)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    stream_id: int = Field(foreign_key="stream.id")
    talk_stream_id: int = Field(foreign_key="stream.id")
    arrivals_stream_id: int = Field(foreign_key="stream.id")


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

    __table_args__ = (Index("ix_membership_programme_role", "programme_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str = Field(max_length=20)
    programme_id: int | None = Field(default=None, foreign_key="programme.id")
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


class Invitation(SQLModel, table=True):
    """Somebody is asked to take a role; what it covers is filled downwards as in Membership. `email` is folded, and
    empty only in the invitation that makes the first owner. `name` is a suggestion, `language` a BCP 47 tag or empty.
    It is open until its Acceptance, its Retraction or `expires_at`. `lapsed_at`: when its end by time was told to the
    pages that list it, which nobody's deed does."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=254, index=True)
    name: str = Field(default="", max_length=120)
    language: str = Field(default="", max_length=20)
    role: str = Field(max_length=20)
    programme_id: int | None = Field(default=None, foreign_key="programme.id", index=True)
    cohort_id: int | None = Field(default=None, foreign_key="cohort.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    lapsed_at: datetime | None = Field(default=None, sa_type=Instant)


class InvitationLink(SQLModel, table=True):
    """One mail of an invitation. Sending it again makes another link; all of them work while the invitation is open.
    The token itself is only in the mail; here is its SHA-256. `trouble` is what was told of the mail to the pages that
    list it: empty, or a word of MailState."""

    token_hash: str = Field(primary_key=True, max_length=64)
    invitation_id: int = Field(foreign_key="invitation.id", index=True)
    # No foreign key: mails are cleared away after a month, invitations are not.
    mail_id: int | None = None
    at: datetime = Field(sa_type=Instant)
    trouble: str = Field(default="", max_length=20)


class Acceptance(SQLModel, table=True):
    """An invitation that was accepted: by whom, when, and the membership it made. Its key lets one redemption win."""

    invitation_id: int = Field(foreign_key="invitation.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    membership_id: int = Field(foreign_key="membership.id")
    at: datetime = Field(sa_type=Instant)


class Retraction(SQLModel, table=True):
    """An invitation that was taken back: by whom and when."""

    invitation_id: int = Field(foreign_key="invitation.id", primary_key=True)
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)


class Import(SQLModel, table=True):
    """A list of teams and people that a facilitator uploaded. `content` is the file until its rows are read;
    `problem` says why none could be: JSON of a msgid and its values. `ignored`: JSON of the headings nobody knew.
    `read_at`: the preview is there; `applied_at`: the last row is in. A cancelled one has no rows any more."""

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    by_id: int = Field(foreign_key="person.id")
    file_name: str = Field(max_length=200)
    content: bytes = b""
    problem: str = ""
    ignored: str = ""
    at: datetime = Field(sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    applied_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    stream_id: int = Field(foreign_key="stream.id")


class ImportRow(SQLModel, table=True):
    """One line of an import. `cells` is JSON by field name, as typed under "typed" and as understood under "meant";
    `errors` JSON of msgids with values by field. `plan` says what applying it does, and `outcome` what it did, in words
    of cohorts/imports.py; an outcome is empty until the row is applied."""

    import_id: int = Field(foreign_key="import.id", primary_key=True)
    number: int = Field(primary_key=True)
    cells: str
    errors: str = ""
    plan: str = Field(default="", max_length=20)
    outcome: str = Field(default="", max_length=20)
