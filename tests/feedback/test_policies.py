"""Who sees and does what in a thread, role by role."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from cohorts.memberships import standing_of
from cohorts.policies import Vantage
from feedback import threads
from feedback.models import Thread
from feedback.policies import (
    may_appeal,
    may_comment,
    may_decide,
    may_edit_comment,
    may_follow_news,
    may_hide,
    may_react,
    may_report,
    may_resolve_thread,
    may_show_again,
    may_withdraw_comment,
    visible_threads,
)
from server.db import Database
from tests.feedback.conftest import seen_by
from tests.world import World

# who                  sees, talks, resolves
ROLES = {
    "Amara": (True, True, True),
    "Bram": (True, True, True),
    "Chiara": (True, True, False),
    "Esi": (True, True, False),
    "Farid": (True, True, True),
    "Greta": (False, False, False),
    "Hana": (False, False, False),
    "Dmitri": (False, False, False),
    "Ivo": (False, False, False),
    "Jun": (False, False, False),
    "Kofi": (False, False, False),
}


@dataclass(frozen=True)
class Said:
    author_id: int
    withdrawn: bool = False
    hidden: bool = False


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.parametrize("name", ROLES)
def test_each_role_towards_a_thread(database: Database, world: World, name: str) -> None:
    sees, talks, resolves = ROLES[name]
    with database.transaction(writing=False) as db:
        vantage = seen_by(db, world, name, world.tide)
        found = db.execute(select(Thread.id).where(visible_threads(vantage))).scalars().all()  # type: ignore[call-overload]
        held = next(iter(standing_of(db, world.people[name]).held), None)
        assert (world.tide.thread in found) == sees
        assert bool(threads.on_initiative(db, vantage, world.tide.initiative)) == sees
    assert world.foreign.thread not in found
    assert may_comment(vantage, held) == talks
    assert may_follow_news(vantage) == talks
    assert may_resolve_thread(vantage) == resolves


def test_nobody_talks_without_a_membership() -> None:
    assert not may_comment(Vantage(frozenset({1}), frozenset({"peer"}), "en"), None)


def test_only_ones_own_words_are_edited_and_only_while_they_stand() -> None:
    assert may_edit_comment(1, Said(1))
    assert not may_edit_comment(2, Said(1))
    assert not may_edit_comment(1, Said(1, withdrawn=True))
    assert may_withdraw_comment(1, Said(1, withdrawn=True))
    assert not may_withdraw_comment(2, Said(1))


def test_words_are_for_what_others_said_and_stands(database: Database, world: World) -> None:
    with database.transaction(writing=False) as db:
        for name, (_, talks, _) in ROLES.items():
            vantage, me = seen_by(db, world, name, world.tide), world.people[name]
            assert may_react(vantage, me, Said(me + 1)) is talks, name
            assert not may_react(vantage, me, Said(me)), name
            assert not may_react(vantage, me, Said(me + 1, withdrawn=True)), name


def test_moderation_is_the_facilitators_and_never_ones_own(database: Database, world: World) -> None:
    with database.transaction(writing=False) as db:
        for name, (_, talks, _) in ROLES.items():
            vantage, me = seen_by(db, world, name, world.tide), world.people[name]
            facilitates = name == "Farid"
            assert may_report(vantage, me, Said(me + 1)) is talks, name
            assert not may_report(vantage, me, Said(me + 1, hidden=True)), name
            assert may_hide(vantage, me, Said(me + 1)) is facilitates, name
            assert not may_hide(vantage, me, Said(me)), name
            assert may_decide(vantage, me, me + 1, 2) is facilitates, name
            assert not may_decide(vantage, me, me, 2), name
            assert may_decide(vantage, me, me, 1) is facilitates, name
            assert may_show_again(vantage, me, me, [me, me + 1]) is facilitates, name
            assert not may_show_again(vantage, me, me + 1, [me, me + 1]), name
            assert may_show_again(vantage, me, me + 1, [me]) is facilitates, name
    assert may_appeal(1, Said(1, hidden=True))
    assert not may_appeal(1, Said(1))
    assert not may_appeal(2, Said(1, hidden=True))
    assert not may_edit_comment(1, Said(1, hidden=True))
