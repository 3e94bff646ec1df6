"""Which audiences somebody belongs to, towards a team and towards a cohort."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cohorts.audiences import vantage_in_cohort, vantage_in_team
from cohorts.memberships import standing_of
from cohorts.models import Audience
from server.db import Database
from tests.cohorts.conftest import Ground

# role: the audiences towards team "own" of cohort "near", and towards the cohort as a whole
BELONGS = {
    "member": ("cohort, team, team and board", "cohort"),
    "peer": ("cohort", "cohort"),
    "elsewhere": ("", ""),
    "adviser": ("cohort, team and board", "cohort"),
    "sponsor": ("", ""),
    "facilitator": ("cohort, facilitators, team, team and board", "cohort, facilitators"),
    "stranger": ("", ""),
    "owner": ("", ""),
    "nobody": ("", ""),
}


@pytest.mark.parametrize("role", BELONGS)
def test_who_belongs(database: Database, ground: Ground, role: str) -> None:
    with database.transaction(writing=False) as db:
        rows = {row.id: row for row in db.execute(select(Audience)).scalars()}
        standing = standing_of(db, ground.people[role])
        team = vantage_in_team(db, standing, ground.own, ground.near, ground.programme, "en")
        cohort = vantage_in_cohort(db, standing, ground.near, ground.programme, "en")
        words = tuple(", ".join(sorted(rows[id_].kind for id_ in seen.audiences)) for seen in (team, cohort))
        assert words == BELONGS[role]
        assert {rows[id_].cohort_id for id_ in team.audiences} <= {ground.near}
        assert {rows[id_].team_id for id_ in team.audiences} <= {None, ground.own}


def test_a_vantage_is_shared_by_those_who_see_the_same(database: Database, ground: Ground) -> None:
    with database.transaction(writing=False) as db:
        member, adviser, peer = (standing_of(db, ground.people[name]) for name in ("member", "adviser", "peer"))
        towards = (ground.near, ground.programme)
        assert vantage_in_cohort(db, member, *towards, "en") == vantage_in_cohort(db, peer, *towards, "en")
        assert vantage_in_cohort(db, member, *towards, "en") != vantage_in_cohort(db, peer, *towards, "en-XA")
        assert vantage_in_cohort(db, member, *towards, "en") != vantage_in_cohort(db, adviser, *towards, "en")
