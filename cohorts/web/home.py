"""The start page: where you are, your own team first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from cohorts import cohorts, teams
from cohorts.cohorts import CohortFacts, ProgrammeFacts
from cohorts.identity import PART_WORDS
from cohorts.memberships import Standing
from cohorts.models import Role, Team
from cohorts.policies import visible_cohorts
from cohorts.teams import TeamFacts
from cohorts.web.doors import standing
from server.calls import Call, Reply
from server.pages import Page


@dataclass(frozen=True, slots=True)
class Start:
    """What the start page lists; `part_words` are msgids."""

    own_teams: list[TeamFacts]
    programmes: list[tuple[ProgrammeFacts, list[CohortFacts]]]


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
        [(programme, list(group)) for programme, group in groupby(found, lambda cohort: cohort.programme)],
    )
    return Page("cohorts/home.html", {"start": start, "part_words": PART_WORDS})


def _is_member(mine: Standing) -> bool:
    return any(one.role == Role.MEMBER for one in mine.held)
