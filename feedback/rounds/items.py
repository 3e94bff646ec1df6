"""Feedback that was signed, item by item, with what the receiving team did with it. Whoever asks says from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, union

from cohorts.identity import Author
from cohorts.models import Attribution, Role
from feedback.rounds import rounds
from feedback.rounds.giving import ITEM, authors
from feedback.rounds.models import AnswerKind, Helped, ItemAnswer
from feedback.rounds.pairs import GIVEN, PAIR, PART
from feedback.rounds.policies import visible_feedback
from feedback.rounds.rounds import ROUND, ROUND_TEAM, SECTION, tell
from feedback.threads import MEMBERSHIP, TEAM
from server.db import Db

ANSWER: Any = ItemAnswer.__table__  # type: ignore[attr-defined]
HELPED: Any = Helped.__table__  # type: ignore[attr-defined]
_RECEIVER: Any = TEAM.alias("receiver")
_SIGNED = (
    PAIR.join(ROUND, ROUND.c.id == PAIR.c.round_id)
    .join(GIVEN, GIVEN.c.pair_id == PAIR.c.id)
    .join(TEAM, TEAM.c.id == PAIR.c.giver_id)
    .join(_RECEIVER, _RECEIVER.c.id == PAIR.c.receiver_id)
)
MEMBERS = frozenset({Role.MEMBER})
_HELPED = ("text", "html", "at", "membership_id", "attribution")


@dataclass(frozen=True, slots=True)
class AnswerNow:
    """What somebody of the receiving team did with an item: a word of AnswerKind, and perhaps words. Of what was taken
    back nothing else may be shown."""

    id: int
    kind: str
    html: str
    at: datetime
    by: Author
    attribution: str


@dataclass(frozen=True, slots=True)
class ItemNow:
    """One point of a feedback. `level` of `levels`: 0 where its section has no scale, or none was chosen."""

    id: int
    pair_id: int
    number: int
    section: str
    level: int
    levels: int
    html: str
    answers: tuple[AnswerNow, ...]


@dataclass(frozen=True, slots=True)
class HelpedNow:
    """What the receiving team said of a whole feedback."""

    text: str
    html: str
    at: datetime
    by: Author
    attribution: str


@dataclass(frozen=True, slots=True)
class FeedbackNow:
    """A signed feedback of one team to another, with its items in the order in which they were written."""

    pair_id: int
    round_id: int
    giver_id: int
    giver: str
    receiver_id: int
    receiver: str
    signed_by: Author
    signed_at: datetime
    attribution: str
    helped: HelpedNow | None
    items: tuple[ItemNow, ...]

    @property
    def number(self) -> int:
        """By what a feedback is called wherever its readers see it. A pair's own number would tell which team gave it,
        because pairs are made team by team; items are made as they are signed."""
        return self.items[0].id


def read(db: Db, visible: ColumnElement[bool], *conditions: ColumnElement[bool]) -> list[FeedbackNow]:
    """The signed feedbacks in that scope (policies.visible_feedback) that meet the conditions, in the order in which
    they were signed: five queries however many."""
    rows: Any = db.execute(
        select(
            *(PAIR.c.id, PAIR.c.round_id, PAIR.c.giver_id, TEAM.c.name.label("giver"), PAIR.c.receiver_id),
            *(_RECEIVER.c.name.label("receiver"), GIVEN.c.membership_id, GIVEN.c.signed_at, GIVEN.c.attribution),
            *(HELPED.c[name].label(f"helped_{name}") for name in _HELPED),
        )
        .select_from(_SIGNED.outerjoin(HELPED, HELPED.c.pair_id == PAIR.c.id))
        .where(visible, *conditions)
    ).all()
    items = _items(db, [row.id for row in rows])
    known = authors(db, (id_ for row in rows for id_ in (row.membership_id, row.helped_membership_id)))
    found = [_facts(row, known, items[row.id]) for row in rows]
    return sorted(found, key=lambda one: one.number)


def _facts(row: Any, known: Mapping[int, Author], items: tuple[ItemNow, ...]) -> FeedbackNow:
    signed = known[row.membership_id], row.signed_at, row.attribution
    return FeedbackNow(*(*row[:6], *signed, _helped(row, known), items))


def _helped(row: Any, known: Mapping[int, Author]) -> HelpedNow | None:
    if row.helped_at is None:
        return None
    by = known[row.helped_membership_id]
    return HelpedNow(row.helped_text, row.helped_html, row.helped_at, by, row.helped_attribution)


def _items(db: Db, pair_ids: Sequence[int]) -> Mapping[int, tuple[ItemNow, ...]]:
    if not pair_ids:
        return {}
    rows: Any = db.execute(
        select(
            *(ITEM.c[name] for name in ("id", "pair_id", "number")),
            *(SECTION.c.title, ITEM.c.level, SECTION.c.levels, ITEM.c.html),
        )
        .join_from(ITEM, SECTION, SECTION.c.id == ITEM.c.section_id)
        .where(ITEM.c.pair_id.in_(pair_ids))
        .order_by(ITEM.c.pair_id, ITEM.c.number)
    ).all()
    told = _answers(db, pair_ids)
    found: dict[int, list[ItemNow]] = defaultdict(list)
    for row in rows:
        found[row.pair_id].append(ItemNow(*(*row, tuple(told.get(row.id, ())))))
    return {pair_id: tuple(items) for pair_id, items in found.items()}


def _answers(db: Db, pair_ids: Sequence[int]) -> Mapping[int, list[AnswerNow]]:
    own = ("id", "item_id", "kind", "html", "at", "membership_id", "attribution")
    rows: Any = db.execute(
        select(*(ANSWER.c[name] for name in own))
        .join_from(ANSWER, ITEM, ITEM.c.id == ANSWER.c.item_id)
        .where(ITEM.c.pair_id.in_(pair_ids))
        .order_by(ANSWER.c.id)
    ).all()
    known = authors(db, (row.membership_id for row in rows))
    found: dict[int, list[AnswerNow]] = defaultdict(list)
    for row in rows:
        by = known[row.membership_id]
        found[row.item_id].append(AnswerNow(row.id, row.kind, row.html, row.at, by, row.attribution))
    return found


@dataclass(frozen=True, slots=True)
class ItemOfTeam:
    """An item a team received, for its list of what was asked of it. `done`: what it did last with the item, a word of
    AnswerKind, or "" for nothing; `at`: when, or when the item was revealed."""

    item_id: int
    round_id: int
    round_title: str
    section: str
    html: str
    done: str
    at: datetime


# What counts for more than a word of thanks that came later.
# What was taken back was not done.
_WEIGHT = {"": 0, AnswerKind.THANKED: 1, AnswerKind.ANSWERED: 2, AnswerKind.TAKEN_ON: 3}


def items_of_team(db: Db, team_id: int, now: datetime, roles: frozenset[str] = MEMBERS) -> list[ItemOfTeam]:
    """The items a team received that are revealed by now, oldest first; `roles`: of the reader towards that team. One
    row for each, with the weightiest thing that was done with it."""
    rows: Any = db.execute(
        select(
            *(ITEM.c.id, ROUND.c.id.label("round_id"), ROUND.c.title, SECTION.c.title.label("section"), ITEM.c.html),
            *(ANSWER.c.kind, ANSWER.c.at, ROUND.c.reveals_at, GIVEN.c.signed_at),
        )
        .select_from(_SIGNED.join(ITEM, ITEM.c.pair_id == PAIR.c.id).join(SECTION, SECTION.c.id == ITEM.c.section_id))
        .outerjoin(ANSWER, ANSWER.c.item_id == ITEM.c.id)
        .where(PAIR.c.receiver_id == team_id, visible_feedback(frozenset(), roles, now))
        .order_by(ROUND.c.reveals_at, ITEM.c.id, ANSWER.c.id)
    )
    found: dict[int, ItemOfTeam] = {}
    for row in rows:
        stands = row.kind is not None and row.kind != AnswerKind.TAKEN_BACK
        done = (row.kind, row.at) if stands else ("", max(row.reveals_at, row.signed_at))
        one = ItemOfTeam(*(*row[:5], *done))
        before = found.get(row.id)
        if before is None or _WEIGHT[one.done] >= _WEIGHT[before.done]:
            found[row.id] = one
    return list(found.values())


def received_streams(db: Db, team_id: int) -> Sequence[int]:
    """The streams of what that team receives, in the rounds its people know of."""
    known = select(ROUND_TEAM.c.received_stream_id).join_from(ROUND_TEAM, ROUND, ROUND.c.id == ROUND_TEAM.c.round_id)
    known = known.where(ROUND_TEAM.c.team_id == team_id, ROUND.c.released_at.is_not(None))
    return db.execute(known.order_by(ROUND.c.id)).scalars().all()


def author_renamed(db: Db, person_id: int) -> None:
    """Say in every round in which that person began, signed or answered something that their name has changed. Where
    they are masked nothing is told: what is shown anew when somebody is renamed would be known as theirs."""
    mine = select(MEMBERSHIP.c.id).where(MEMBERSHIP.c.person_id == person_id)
    answered = select(ITEM.c.pair_id).join_from(ITEM, ANSWER, ANSWER.c.item_id == ITEM.c.id)
    pairs = [select(table.c.pair_id).where(table.c.membership_id.in_(mine)) for table in (PART, GIVEN, HELPED)] + [
        answered.where(ANSWER.c.membership_id.in_(mine))
    ]
    concerned = PAIR.c.id.in_(union(*pairs))
    for facts in rounds.read(db, ROUND.c.id.in_(select(PAIR.c.round_id).where(concerned))):
        if facts.attribution == Attribution.NAMED:
            tell(db, facts)
