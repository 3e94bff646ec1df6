"""The live things of a cohort: each is one function from what the tables hold and a vantage to a fragment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from markupsafe import Markup

from cohorts.cohorts import CohortFacts
from cohorts.identity import PART_WORDS, Author, Byline, listed_as
from cohorts.initiatives import InitiativeFacts
from cohorts.memberships import MemberFacts
from cohorts.policies import Vantage, may_edit_cohort, may_edit_initiative, may_read_initiative
from cohorts.teams import TeamFacts
from server.languages import N_
from server.pages import Fragment

NOTHING: Mapping[str, str] = MappingProxyType({})
CHAPTER_WORDS: dict[str, tuple[str, str]] = {
    "challenge": (N_("The challenge"), N_("The team has not described its challenge yet.")),
    "context": (N_("The context"), N_("The team has not written about its context yet.")),
    "tried": (N_("What we tried"), N_("The team has not written what it tried yet.")),
    "asked": (N_("What we ask"), N_("The team has not asked anything yet.")),
}


@dataclass(frozen=True, slots=True)
class CohortHead:
    """The cohort's title and what goes with it."""

    id: int
    name: str
    purpose: str
    programme: str
    edition: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in its cohort's list; `part` is a msgid."""

    id: int
    name: str
    organisation: str
    country: str
    part: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Here:
    """How many are here now."""

    count: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team's list; `membership_id` only where the reader may end it."""

    byline: Byline
    membership_id: int | None


@dataclass(frozen=True, slots=True)
class Members:
    """The people of a team."""

    team_id: int
    sample: bool
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of an initiative: its title and the sentence for when it is empty are msgids."""

    name: str
    title: str
    missing: str
    html: Markup


@dataclass(frozen=True, slots=True)
class InitiativeShown:
    """An initiative as one vantage may read it. `chapters` None: the summary is all there is for this reader; `summary`
    are its paragraphs, None for a reader of the chapters who has no use for it."""

    id: int
    title: str
    team: str | None
    sample: bool
    language: str
    chapters: tuple[Chapter, ...] | None
    summary: tuple[str, ...] | None
    changed_at: datetime | None
    time_zone: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The names above an initiative."""

    cohort_id: int
    cohort: str
    team_id: int
    team: str


def whereabouts(row: InitiativeFacts) -> Fragment:
    """The way down to an initiative. Both names can change while somebody reads."""
    shown = Whereabouts(row.cohort.id, row.cohort.name, row.team.id, row.team.name)
    return Fragment("cohorts/_whereabouts.html", shown, f"whereabouts-{row.id}")


def cohort_head(cohort: CohortFacts, vantage: Vantage) -> Fragment:
    """The head of a cohort's page."""
    programme = cohort.programme
    shown = CohortHead(
        cohort.id, cohort.name, cohort.purpose, programme.name, programme.edition, may_edit_cohort(vantage)
    )
    return Fragment("cohorts/_cohort_head.html", shown, f"cohort-head-{cohort.id}")


def team_row(team: TeamFacts) -> Fragment:
    """A team in its cohort's list. It shows nothing of the initiative: not everybody who reads the list may."""
    home = team.organisation
    row = TeamRow(team.id, team.name, home.name, home.country, PART_WORDS[team.part], team.sample)
    return Fragment("cohorts/_team_row.html", row, f"team-{team.id}")


def presence(cohort_id: int, count: int) -> Fragment:
    """How many are here now, for those who may see presence. Never who: in every cohort somebody may choose to speak
    without a name, and one that comes just before what is said does would tell whose it is."""
    return Fragment("cohorts/_presence.html", Here(count), f"presence-cohort-{cohort_id}")


def members(team: TeamFacts, people: Iterable[MemberFacts], vantage: Vantage) -> Fragment:
    """The people of a team."""
    may_end = may_edit_cohort(vantage)
    shown = tuple(
        Member(
            listed_as(Author(one.name, one.organisation, one.country, one.role, team.name, one.sample), vantage),
            one.id if may_end else None,
        )
        for one in people
    )
    return Fragment("cohorts/_members.html", Members(team.id, team.sample, shown), f"members-{team.id}")


def initiative(row: InitiativeFacts, vantage: Vantage, marked: Mapping[str, str] = NOTHING) -> Fragment:
    """An initiative with its four chapters; a sponsor alone gets the summary the team released. `marked`: chapters in
    which a package above has marked what it says something about, as seen from here."""
    reads, edits = may_read_initiative(vantage), may_edit_initiative(vantage)
    chapters = tuple(
        Chapter(name, title, missing, Markup(marked.get(name) or getattr(row, f"{name}_html")))
        for name, (title, missing) in CHAPTER_WORDS.items()
    )
    shown = InitiativeShown(
        id=row.id,
        title=row.title if reads else row.team.name,
        team=row.team.name if reads else None,
        sample=row.team.sample,
        language=row.language,
        chapters=chapters if reads else None,
        summary=tuple(row.released_summary.split("\n\n")) if row.released_summary and (edits or not reads) else None,
        # Without the chapters, when they changed would tell of work that is not shown.
        changed_at=row.changed_at if reads else None,
        time_zone=row.programme.time_zone,
        may_edit=edits,
    )
    return Fragment("cohorts/_initiative.html", shown, f"initiative-{row.id}")
