"""Tables of people: columns and constraints, nothing that acts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from server.clock import Instant


class Sector(StrEnum):
    """What kind of organisation it is."""

    PUBLIC = "public"
    PRIVATE = "private"
    NGO = "ngo"
    ACADEMIA = "academia"


class Organisation(SQLModel, table=True):
    """Where a person works. `languages` are BCP 47 tags, comma-separated; `sample`: invented for the demo."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    country: str = Field(max_length=2)
    sector: str = Field(default=Sector.PUBLIC, max_length=20)
    languages: str = Field(default="", max_length=100)
    time_zone: str = Field(default="UTC", max_length=60)
    sample: bool = False


class Person(SQLModel, table=True):
    """Somebody. `time_zone` and `language` are empty until they are known. `email` is stored folded to lower case."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    email: str = Field(max_length=254, unique=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    time_zone: str = Field(default="", max_length=60)
    language: str = Field(default="", max_length=20)
    sample: bool = False
    # Followed by every open page of this person: a change of what they may see closes and reopens them.
    stream_id: int = Field(foreign_key="stream.id")
    # Followed by their open pages too: how much there is that they were told of and have not read.
    bell_stream_id: int | None = Field(default=None)


class Login(SQLModel, table=True):
    """A signed-in browser. The token itself is only in the cookie; here is its SHA-256."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    agent: str = Field(default="", max_length=200)
    began_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)


class SignInMail(SQLModel, table=True):
    """A sign-in mail that was sent: one link and one code, for ten minutes, used once. Hashes only."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    handle_hash: str = Field(max_length=64, unique=True)
    token_hash: str = Field(max_length=64, unique=True)
    code_hash: str = Field(max_length=64)
    attempts: int = 0
    next_path: str = Field(default="/", max_length=500)
    sent_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Erasure(SQLModel, table=True):
    """A person whose name, address and logins were erased at their wish (GDPR, article 17), and when."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    at: datetime = Field(sa_type=Instant)
