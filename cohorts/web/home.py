"""The start page: where you are, your own team first; what comes next, for those who build a programme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from cohorts import cohorts, programmes, roles, teams
from cohorts.cohorts import CohortFacts
from cohorts.identity import PART_WORDS
from cohorts.memberships import Standing
from cohorts.models import Role, Team
from cohorts.policies import (
    may_run_installation,
    may_run_programme,
    run_programmes,
    visible_cohorts,
    visible_programmes,
)
from cohorts.programmes import ProgrammeShown
from cohorts.teams import TeamFacts
from cohorts.web.beginning import Step, steps
from cohorts.web.doors import standing
from cohorts.web.panels import panels_of
from server.calls import Call, Reply
from server.pages import Page


@dataclass(frozen=True, slots=True)
class Listed:
    """A programme on the start page, and whether its reader runs it."""

    facts: ProgrammeShown
    cohorts: list[CohortFacts]
    may_run: bool


@dataclass(frozen=True, slots=True)
class Start:
    """What the start page lists. `left`: the programme somebody with no role any more was in, None if unknown.
    `unread`: in how many conversations of a cohort something is new to the reader, by its id."""

    own_teams: list[TeamFacts]
    programmes: list[Listed]
    steps: list[Step]
    owner: bool
    facilitator: bool
    left: str | None = None
    unread: Mapping[int, int] = field(default_factory=dict)


def home(call: Call) -> Page | Reply:
    """Where somebody signed in begins; who is in one cohort only is taken there."""
    mine = standing(call)
    found = cohorts.read(call.db, visible_cohorts(mine))
    if len(found) == 1 and _is_member(mine):
        done = call.query.get("done", "")
        return Reply(to=f"/cohorts/{found[0].id}" + (f"?done={done}" if done.isalpha() else ""))
    own = [one.team_id for one in mine.held if one.role == Role.MEMBER]
    start = Start(
        teams.read(call.db, Team.id.in_(own)) if own else [],  # type: ignore[union-attr]
        _programmes(call, mine, found),
        steps(call, mine),
        may_run_installation(mine),
        bool(run_programmes(mine)),
        None if mine.held else roles.last_left(call.db, mine.person_id),
        _unread(call) if found else {},
    )
    context = {"start": start, "part_words": PART_WORDS, "has_role": bool(mine.held)}
    return Page("cohorts/home.html", context | {"panels": panels_of(call, found, "start")})


def _programmes(call: Call, mine: Standing, found: list[CohortFacts]) -> list[Listed]:
    of = {id_: list(group) for id_, group in groupby(found, lambda cohort: cohort.programme.id)}
    seen = programmes.read(call.db, visible_programmes(mine)) if mine.held else []
    return [Listed(one, of.get(one.id, []), may_run_programme(mine, one.id)) for one in seen]


def _unread(call: Call) -> dict[int, int]:
    """What other packages count as new to the reader, whose counts add up."""
    total: Counter[int] = Counter()
    for count in call.house.panels.get("home", ()):
        total.update(count(call))
    return dict(total)


def _is_member(mine: Standing) -> bool:
    return any(one.role == Role.MEMBER for one in mine.held)
