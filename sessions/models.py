"""Tables of thematic sessions: columns and constraints, nothing that acts.

A session is a draft until it is published; what happens at its slots follows from their times and is stored nowhere.
The tables of a slot while it runs live are in room/models.py.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from cohorts.models import Attribution
from server.clock import Instant


class OpenTo(StrEnum):
    """Who may read of a session: everybody who sees the results of the programme, or its cohort alone."""

    PROGRAMME = "programme"
    COHORT = "cohort"


class Rsvp(StrEnum):
    """What somebody answered to a slot."""

    YES = "yes"
    IF_NEED_BE = "if need be"
    NO = "no"


class SessionPart(StrEnum):
    """What somebody does in a session beyond attending it."""

    LEADS = "leads"
    HELPS = "helps"


class SessionList(SQLModel, table=True):
    """The sessions of a cohort as lists. `stream_id`: those that were published, for everybody who takes part in the
    cohort; `run_stream_id`: all of them, for its facilitators. Every cohort is born with one."""

    cohort_id: int = Field(foreign_key="cohort.id", primary_key=True)
    stream_id: int = Field(foreign_key="stream.id")
    run_stream_id: int = Field(foreign_key="stream.id")


class ThematicSession(SQLModel, table=True):
    """A theme a cohort meets about, at one or more slots. `place` is its order in the programme. `open_to` is a word of
    OpenTo; `attribution` what is told at most of who said what there (the Chatham House rule where it is not named).
    `reminders`: minutes before a slot begins at which its people are reminded, as JSON. `video_url`: where they meet,
    unless a slot has its own. `stream_id`: everybody in its cohort; `run_stream_id`: those who run it."""

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    theme: str = Field(max_length=200)
    place: int = 0
    purpose: str = ""
    purpose_html: str = ""
    materials: str = ""
    materials_html: str = ""
    video_url: str = Field(default="", max_length=500)
    open_to: str = Field(default=OpenTo.COHORT, max_length=20)
    attribution: str = Field(default=Attribution.NAMED, max_length=10)
    reminders: str = "[1440, 60]"
    version: int = 1
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by_id: int | None = Field(default=None, foreign_key="person.id")
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_by_id: int | None = Field(default=None, foreign_key="person.id")
    cancelled_why: str = Field(default="", max_length=1000)
    stream_id: int = Field(foreign_key="stream.id")
    run_stream_id: int = Field(foreign_key="stream.id")


class SessionPerson(SQLModel, table=True):
    """Somebody of the programme who leads a session or helps to, in a word of SessionPart. Whoever facilitates the
    programme may run its sessions without a row here."""

    session_id: int = Field(foreign_key="thematicsession.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    part: str = Field(default=SessionPart.LEADS, max_length=10)
    at: datetime = Field(sa_type=Instant)


class Guest(SQLModel, table=True):
    """Somebody from outside who is announced with a session: a speaker, an expert. They have no login by this."""

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="thematicsession.id", index=True)
    number: int
    name: str = Field(max_length=120)
    about: str = Field(default="", max_length=300)


class AgendaItem(SQLModel, table=True):
    """One item of a session's agenda, in the order of `number`; every slot runs the same agenda."""

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="thematicsession.id", index=True)
    number: int
    title: str = Field(max_length=200)
    minutes: int
    hint: str = Field(default="", max_length=1000)


class Slot(SQLModel, table=True):
    """One time at which a session is offered. `time_zone`: the IANA zone it was written in. `capacity`: how many seats
    there are, None without a limit. `uid` and `sequence` tell calendars that a changed file is the same event (RFC
    5545, 3.8.4.7 and 3.8.7.4). `stream_id`: who comes, for everybody in the cohort."""

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="thematicsession.id", index=True)
    number: int
    starts_at: datetime = Field(sa_type=Instant, index=True)
    minutes: int
    time_zone: str = Field(max_length=60)
    capacity: int | None = None
    video_url: str = Field(default="", max_length=500)
    uid: str = Field(default_factory=lambda: secrets.token_hex(12), max_length=40)
    sequence: int = 0
    changed_at: datetime = Field(sa_type=Instant)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_why: str = Field(default="", max_length=1000)
    stream_id: int = Field(foreign_key="stream.id")


class SlotAnswer(SQLModel, table=True):
    """What somebody answered to a slot, a word of Rsvp, in the role of one membership. `asked_at`: since when they want
    a seat, which is their place in the waiting list; `seated_at`: since when they have one."""

    slot_id: int = Field(foreign_key="slot.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    membership_id: int = Field(foreign_key="membership.id")
    answer: str = Field(max_length=12)
    at: datetime = Field(sa_type=Instant)
    asked_at: datetime | None = Field(default=None, sa_type=Instant)
    seated_at: datetime | None = Field(default=None, sa_type=Instant)


class Attendance(SQLModel, table=True):
    """Somebody who was there: since when, and who noted it where that was not the room itself."""

    slot_id: int = Field(foreign_key="slot.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    membership_id: int = Field(foreign_key="membership.id")
    came_at: datetime = Field(sa_type=Instant)
    by_id: int | None = Field(default=None, foreign_key="person.id")


class SlotReminded(SQLModel, table=True):
    """A mail that reminded somebody of a slot, `minutes` before `starts_at`: a slot that is moved is told of anew."""

    slot_id: int = Field(foreign_key="slot.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    minutes: int = Field(primary_key=True)
    starts_at: datetime = Field(sa_type=Instant, primary_key=True)
    at: datetime = Field(sa_type=Instant)


class SessionSilence(SQLModel, table=True):
    """Somebody who wants no more reminders of a session."""

    session_id: int = Field(foreign_key="thematicsession.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    at: datetime = Field(sa_type=Instant)


class SilenceLink(SQLModel, table=True):
    """The link in a reminder that stops them, without signing in. Only the SHA-256 of its token is kept."""

    token_hash: str = Field(primary_key=True, max_length=64)
    session_id: int = Field(foreign_key="thematicsession.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant, index=True)


class CalendarFeed(SQLModel, table=True):
    """The address under which a calendar program reads somebody's slots. Only the SHA-256 of its token is kept, so the
    address is shown once, and a new one ends the old."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    at: datetime = Field(sa_type=Instant)
