"""The invented half of the demo, read from `texts/`: organisations, people, teams and what they tell each other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"
# A top-level domain that never exists (https://www.rfc-editor.org/rfc/rfc2606): no mail can reach a stranger.
DOMAIN = "sample.example"
_AGO = re.compile(r"(?:(?P<days>\d+)d ?)?(?:(?P<hours>\d+)h ?)?(?:(?P<minutes>\d+)m)?")


@dataclass(frozen=True, slots=True)
class SampleOrganisation:
    """An invented organisation; `country` is ISO 3166-1 alpha-2, `languages` are BCP 47 tags."""

    name: str
    country: str
    sector: str
    languages: tuple[str, ...]
    time_zone: str


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """An invented person. `cohorts`: where an adviser or a sponsor is entrusted; `team`: where a member works."""

    name: str
    handle: str
    role: str
    organisation: SampleOrganisation
    team: str = ""
    cohorts: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.handle}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class SampleTeam:
    """An invented team; `initiative` has the arguments of `initiatives.start` as far as they are known."""

    name: str
    organisation: SampleOrganisation
    members: tuple[SamplePerson, ...]
    initiative: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment and what became of it; `ago` is counted back from 00:00 UTC of the day on which the demo is filled."""

    by: str
    ago: timedelta
    text: str
    language: str
    edited: tuple[timedelta, str] | None
    withdrawn: timedelta | None
    replies: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said on one team's initiative; `resolved`: by whom and how long ago."""

    team: str
    remarks: tuple[Remark, ...]
    resolved: tuple[str, timedelta] | None


def ago(text: str) -> timedelta:
    """`"3d 4h 10m"` as a span of time."""
    found = _AGO.fullmatch(text)
    if not found or not any(found.groups()):
        raise ValueError(f"{text!r} is not a time like 3d 4h 10m")
    return timedelta(**{unit: int(number) for unit, number in found.groupdict().items() if number})


def _read(pattern: str) -> Iterator[Any]:
    for file in sorted(TEXTS.glob(pattern)):
        yield tomllib.loads(file.read_text(encoding="utf-8"))


def _organisation(found: Mapping[str, str]) -> SampleOrganisation:
    languages = tuple(found["languages"].split(","))
    return SampleOrganisation(found["name"], found["country"], found["sector"], languages, found["time_zone"])


def _team(found: Mapping[str, Any]) -> SampleTeam:
    organisation, name = _organisation(found["organisation"]), found["name"]
    members = tuple(SamplePerson(m["name"], m["handle"], "member", organisation, name) for m in found["members"])
    texts = {key: text.strip() for key, text in found["initiative"].items()}
    texts["released_summary"] = texts.pop("summary", "")
    return SampleTeam(name, organisation, members, texts)


@lru_cache(maxsize=1)
def teams() -> tuple[SampleTeam, ...]:
    """The sample teams of the learning track, region by region."""
    return tuple(_team(found) for region in _read("teams/*.toml") for found in region["team"])


@lru_cache(maxsize=1)
def board() -> tuple[SamplePerson, ...]:
    """Owner, facilitators, advisers and sponsor."""
    return tuple(
        SamplePerson(
            person["name"],
            person["handle"],
            person["role"],
            _organisation(found),
            cohorts=tuple(person.get("cohorts", ())),
        )
        for page in _read("board.toml")
        for found in page["organisation"]
        for person in found["person"]
    )


def people() -> tuple[SamplePerson, ...]:
    """Everybody invented: the board and the programme office first, then the teams."""
    return (*board(), *(member for team in teams() for member in team.members))


def _remark(found: Mapping[str, Any]) -> Remark:
    edited = found.get("edited")
    return Remark(
        by=found["by"],
        ago=ago(found["ago"]),
        text=found["text"].strip(),
        language=found.get("language", "en"),
        edited=(ago(edited["ago"]), edited["text"].strip()) if edited else None,
        withdrawn=ago(found["withdrawn"]) if "withdrawn" in found else None,
        replies=tuple(_remark(reply) for reply in found.get("reply", ())),
    )


@lru_cache(maxsize=1)
def conversations() -> tuple[Conversation, ...]:
    """The conversations, by the name of their file."""
    found = []
    for page in _read("conversations/*.toml"):
        settled = page.get("resolved")
        remarks = tuple(_remark(remark) for remark in page["comment"])
        found.append(Conversation(page["team"], remarks, (settled["by"], ago(settled["ago"])) if settled else None))
    return tuple(found)
