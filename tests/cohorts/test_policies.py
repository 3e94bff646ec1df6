"""The table of who sees and does what, row by row, against real queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from cohorts import memberships, policies
from cohorts.audiences import Vantage, vantage_in_cohort, vantage_in_team
from cohorts.memberships import standing_of
from cohorts.models import Cohort, Initiative, Membership, Team
from server.db import Database
from tests.cohorts.conftest import NOW, Ground

# role: the cohorts, teams, initiatives and summaries somebody sees, by their first letters
SEEN = {
    "member": ("near", "own other", "own", "own"),
    "peer": ("near", "own other", "own", "own"),
    "elsewhere": ("far", "away", "away", "away"),
    "adviser": ("near", "own other", "own", "own"),
    "sponsor": ("near far", "own other away", "", "own away"),
    "facilitator": ("near far", "own other away", "own away", "own away"),
    "stranger": ("foreign", "", "", ""),
    "owner": ("near far foreign", "own other away", "", ""),
    "nobody": ("", "", "", ""),
}

# role: towards team "own", who may: see presence, see profiles, read the initiative, edit it, edit the cohort, talk,
# moderate
MAY = {
    "member": "presence profiles read edit talk",
    "peer": "presence profiles read talk",
    "elsewhere": "",
    "adviser": "presence profiles read talk",
    "sponsor": "",
    "facilitator": "presence profiles read run talk moderate",
    "stranger": "",
    "owner": "profiles run",
    "nobody": "",
}

PREDICATES: dict[str, Callable[[Vantage], bool]] = {
    "presence": policies.may_see_presence,
    "profiles": policies.may_see_profiles,
    "read": policies.may_read_initiative,
    "edit": policies.may_edit_initiative,
    "run": policies.may_edit_cohort,
    "talk": policies.may_talk,
    "moderate": policies.may_moderate,
}


@pytest.mark.parametrize("role", SEEN)
def test_seeing(database: Database, ground: Ground, role: str) -> None:
    names = {ground.near: "near", ground.far: "far", ground.foreign: "foreign"}
    teams = {ground.own: "own", ground.other: "other", ground.away: "away"}
    with database.transaction(writing=False) as db:
        standing = standing_of(db, ground.people[role])

        def found(column: Any, condition: Any, words: dict[int, str]) -> str:
            return " ".join(
                words[id_] for id_ in db.execute(select(column).where(condition).order_by(column)).scalars()
            )

        seen = (
            found(Cohort.id, policies.visible_cohorts(standing), names),
            found(Team.id, policies.visible_teams(standing), teams),
            found(Initiative.team_id, policies.visible_initiatives(standing), teams),
            found(Initiative.team_id, policies.visible_summaries(standing), teams),
        )
    assert seen == SEEN[role]


def test_whose_roles_go_equally_far_share_a_condition_until_one_of_them_leaves(
    database: Database, ground: Ground
) -> None:
    with database.transaction(writing=True) as db:
        member, peer = (policies.visible_summaries(standing_of(db, ground.people[name])) for name in ("member", "peer"))
        assert member is peer
        ended = db.get_one(Membership, ground.held["member"])
        memberships.remove(db, ended, by=ground.people["facilitator"], now=NOW)
        db.flush()
        member, peer = (policies.visible_summaries(standing_of(db, ground.people[name])) for name in ("member", "peer"))
        assert member is not peer
        query: Any = select(Initiative)
        assert db.execute(query.where(member)).all() == []
        assert db.execute(query.where(peer)).all() != []


@pytest.mark.parametrize("role", MAY)
def test_doing(database: Database, ground: Ground, role: str) -> None:
    with database.transaction(writing=False) as db:
        standing = standing_of(db, ground.people[role])
        vantage = vantage_in_team(db, standing, ground.own, ground.near, ground.programme, "en")
    assert [name for name, may in PREDICATES.items() if may(vantage)] == MAY[role].split()


def test_two_roles_are_a_union(database: Database, ground: Ground) -> None:
    both = policies.Standing(
        1,
        (
            policies.Held(1, "sponsor", ground.programme, ground.near, None),
            policies.Held(2, "member", ground.programme, ground.near, ground.other),
        ),
    )
    assert both.roles_in_team(ground.own, ground.near, ground.programme) == {"sponsor", "peer"}
    assert both.roles_in_team(ground.other, ground.near, ground.programme) == {"sponsor", "member"}
    assert both.roles_in_cohort(ground.near, ground.programme) == {"sponsor", "peer"}
    assert both.roles_in_cohort(ground.far, ground.programme) == {"sponsor"}
    with database.transaction(writing=False) as db:
        vantage = vantage_in_cohort(db, both, ground.near, ground.programme, "en")
    assert policies.may_see_profiles(vantage)
    assert policies.may_see_presence(vantage)
