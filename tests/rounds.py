"""Feedback rounds in the world of the tests, made through the domain's own verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cohorts.models import Attribution, AudienceKind, Membership
from feedback.rounds import giving, pairs, rounds
from feedback.rounds.models import (
    Asks,
    Conflict,
    DraftPart,
    FeedbackItem,
    Given,
    HandedIn,
    Helped,
    ItemAnswer,
    Practice,
    Reminded,
    Round,
    RoundTeam,
    Unreminded,
)
from feedback.rounds.protocols import PROTOCOLS, Protocol
from feedback.rounds.rounds import ROUND, Plan, RoundFacts
from server.db import Db

if TYPE_CHECKING:
    from tests.world import World
from server.live import texts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan_of(now: datetime, *, mark: str = "", opens: timedelta = -HOUR, **other: object) -> Plan:
    """A round that opened an hour ago, is revealed in ten days and closes in twenty, unless told otherwise."""
    described = PROTOCOLS[Protocol.LIKE_WISH]
    plan = Plan(
        title=f"{mark}First round",
        intro=f"{mark}Read *carefully*.",
        asks=Asks.INITIATIVE,
        chapter="",
        document="",
        protocol=Protocol.LIKE_WISH,
        gives=1,
        opens_at=now + opens,
        reveals_at=now + 10 * DAY,
        closes_at=now + 20 * DAY,
        time_zone="Europe/Paris",
        shared_with=AudienceKind.TEAM,
        attribution=Attribution.NAMED,
        repeats=False,
        example=f"{mark}A leaflet in nine languages.",
        example_feedback=f"{mark}Say who asked for it.",
        sections=described.sections,
    )
    return replace(plan, **other)  # type: ignore[arg-type]


def facts_of(db: Db, round_id: int) -> RoundFacts:
    """That round as it is now."""
    return rounds.read(db, ROUND.c.id == round_id)[0]


def planned(db: Db, cohort_id: int, by_id: int, plan: Plan, now: datetime) -> RoundFacts:
    """A planned round with its pairs proposed."""
    made = rounds.plan(db, cohort_id, plan, by_id=by_id, now=now)
    assert made.id is not None
    pairs.propose(db, facts_of(db, made.id), now, anew=True)
    return facts_of(db, made.id)


def released(db: Db, cohort_id: int, by_id: int, plan: Plan, now: datetime) -> RoundFacts:
    """The same, released."""
    facts = planned(db, cohort_id, by_id, plan, now)
    rounds.release(db, facts, by_id=by_id, now=now)
    return facts_of(db, facts.id)


def pair_of(db: Db, round_id: int, giver_id: int) -> int:
    """The first pair in which that team gives feedback; its id."""
    return next(one.id for one in pairs.read(db, round_id) if one.giver_id == giver_id)


def give(db: Db, round_id: int, pair_id: int, membership_id: int, words: str, now: datetime) -> int:
    """Feedback of that pair, begun, written and signed by that member; its first item."""
    facts, author_id = facts_of(db, round_id), db.get_one(Membership, membership_id).person_id
    giving.begin(db, facts, pair_id, membership_id=membership_id, now=now)
    texts.append(db, giving.parts_of(db, pair_id)[0].text_id, words, author_id)
    mark = giving.mark_of(giving.written(db, pair_id))
    giving.sign(db, facts, pair_id, mark=mark, membership_id=membership_id, author_id=author_id, now=now)
    first: int = db.execute(select(giving.ITEM.c.id).where(giving.ITEM.c.pair_id == pair_id).limit(1)).scalar_one()
    return first


def everywhere(db: Db, world: World, name: str, now: datetime) -> None:
    """Somebody in every table of rounds that can name them."""
    me, round_id, pair_id = world.people[name], world.rounds[world.tide.cohort], world.pairs[world.tide.cohort]
    section = rounds.sections_of(db, round_id)[0].id
    item = FeedbackItem(pair_id=pair_id, section_id=section, number=1, text="t", html="h")
    db.get_one(Round, round_id).by_id = me
    db.get_one(RoundTeam, (round_id, world.reed.team)).excused_by_id = me
    db.add(item)
    db.flush()
    hand: dict[str, Any] = {"author_id": me, "membership_id": world.memberships[name], "attribution": Attribution.NAMED}
    said: dict[str, Any] = {**hand, "text": "t", "html": "h", "at": now}
    db.add(Conflict(team_id=world.tide.team, other_id=world.reed.team, why="w", by_id=me, at=now))
    db.add(Given(pair_id=pair_id, signed_at=now, **hand))
    db.add(DraftPart(pair_id=pair_id, section_id=section, membership_id=world.memberships[name], at=now))
    db.add_all([ItemAnswer(item_id=item.id or 0, kind="thanked", **said), Helped(pair_id=pair_id, **said)])
    db.add(HandedIn(round_id=round_id, team_id=world.tide.team, by_id=me, at=now))
    db.add(Practice(round_id=round_id, person_id=me, text="t", at=now))
    db.add(Reminded(round_id=round_id, person_id=me, kind="12 hours", due_at=now, at=now))
    db.add(Unreminded(round_id=round_id, person_id=me, at=now))
