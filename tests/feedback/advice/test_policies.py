"""Who sees and does what with advice, role by role."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from cohorts.memberships import speaking_as, standing_of
from cohorts.models import Role
from cohorts.policies import Held, Standing, Vantage
from cohorts.teams import read
from feedback.advice.models import Prompt
from feedback.advice.policies import (
    may_edit_prompt,
    may_open_desk,
    may_prompt,
    may_respond,
    may_take_stance,
    may_withdraw_prompt,
    visible_prompts,
)
from server.db import Database
from tests.feedback.conftest import seen_by
from tests.world import World

# who                 sees, asks, answers, judges
ROLES = {
    "Amara": (True, False, True, False),
    "Bram": (True, False, True, False),
    "Chiara": (True, False, False, False),
    "Esi": (True, True, False, True),
    "Farid": (True, True, False, True),
    "Greta": (False, False, False, False),
    "Hana": (False, False, False, False),
    "Dmitri": (False, False, False, False),
    "Ivo": (False, False, False, False),
    "Jun": (False, False, False, False),
    "Kofi": (False, False, False, False),
}


@dataclass(frozen=True)
class Asked:
    author_id: int
    withdrawn: bool = False


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.parametrize("name", ROLES)
def test_each_role_towards_a_prompt(database: Database, world: World, name: str) -> None:
    with database.transaction(writing=False) as db:
        seen, me = seen_by(db, world, name, world.tide), world.people[name]
        (team,) = [one for one in read(db) if one.id == world.tide.team]
        held = speaking_as(standing_of(db, me), team)
        found = db.execute(select(Prompt).where(visible_prompts(seen))).scalars().all()
    others = Asked(author_id=0)
    could = (bool(found), may_prompt(seen, held), may_respond(seen, others), may_take_stance(seen, held, me, others))
    assert could == ROLES[name]
    gone = Asked(author_id=0, withdrawn=True)
    assert not may_respond(seen, gone)
    assert not may_take_stance(seen, held, me, gone)
    assert not may_take_stance(seen, held, me, Asked(author_id=me))


def test_one_s_own_words() -> None:
    mine, gone = Asked(author_id=7), Asked(author_id=7, withdrawn=True)
    assert (may_edit_prompt(7, mine), may_withdraw_prompt(7, mine)) == (True, True)
    assert (may_edit_prompt(7, gone), may_withdraw_prompt(7, gone)) == (False, True)
    assert (may_edit_prompt(8, mine), may_withdraw_prompt(8, mine)) == (False, False)


def test_on_the_own_team_member_wins() -> None:
    held = Held(1, Role.ADVISER, 1, 1, None)
    both = Vantage(frozenset({1}), frozenset({Role.ADVISER, Role.MEMBER}), "en")
    assert not may_prompt(both, held)
    assert may_respond(both, Asked(author_id=0))
    # A member of another team of the same cohort who is entrusted with it advises its other teams.
    standing = Standing(1, (held, Held(2, Role.MEMBER, 1, 1, 2)))
    assert may_prompt(Vantage(frozenset({1}), standing.roles_in_team(3, 1, 1), "en"), held)


def test_advisers_alone_have_a_desk(database: Database, world: World) -> None:
    with database.transaction(writing=False) as db:
        having = {name for name in ROLES if may_open_desk(standing_of(db, world.people[name]))}
    assert having == {"Esi"}
