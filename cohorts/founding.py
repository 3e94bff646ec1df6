"""New teams with all they need to begin: audiences, an initiative to write, and what other packages add to that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from cohorts import initiatives, teams
from cohorts.models import Cohort, Initiative, Part, Team
from cohorts.teams import NewTeam
from people.models import Organisation
from server.db import Db

# Called with the initiatives that are begun here, in the same transaction. server/app.py fills it, once: imports run in
# jobs, where there is no call that could hand such functions down.
with_new_initiatives: list[Callable[[Db, Sequence[Initiative]], object]] = []


def found_team(
    db: Db,
    cohort: Cohort,
    organisation: Organisation,
    *,
    name: str,
    part: str = Part.LEARNS,
    by_id: int | None = None,
    now: datetime,
) -> Team:
    """A team with an initiative that bears its name until its people give it another."""
    return found_teams(db, cohort, [NewTeam(organisation, name, part)], by_id=by_id, now=now)[0]


def found_teams(
    db: Db, cohort: Cohort, wanted: Sequence[NewTeam], *, by_id: int | None = None, now: datetime
) -> list[Team]:
    """Such teams, in the same order, in as many statements as one takes."""
    made = teams.create_all(db, cohort, wanted)
    begun = initiatives.start_all(db, made, by_id=by_id, now=now)
    for begin in with_new_initiatives:
        begin(db, begun)
    return made
