"""What this package holds about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from feedback.rounds.conflicts import CONFLICT
from feedback.rounds.documents import HANDED_IN
from feedback.rounds.models import FeedbackItem, Helped, ItemAnswer, Practice, Reminded, Unreminded
from feedback.rounds.pairs import GIVEN, PAIR, PART
from feedback.rounds.rounds import ROUND, ROUND_TEAM, read, tell
from feedback.threads import MEMBERSHIP
from people.erasure import Leaving
from people.traces import Told, rows
from server.db import Db

_ANSWER: Any = ItemAnswer.__table__  # type: ignore[attr-defined]
_ITEM: Any = FeedbackItem.__table__  # type: ignore[attr-defined]
_HELPED: Any = Helped.__table__  # type: ignore[attr-defined]
_PRACTICE: Any = Practice.__table__  # type: ignore[attr-defined]
_REMINDED: Any = Reminded.__table__  # type: ignore[attr-defined]
_UNREMINDED: Any = Unreminded.__table__  # type: ignore[attr-defined]


def about(db: Db, person_id: int) -> Told:
    """The rounds they ran, and what they declared, began, signed, answered and practised."""
    ran = or_(*(ROUND.c[name] == person_id for name in ("by_id", "released_by_id", "cancelled_by_id")))
    rounds = select(*(ROUND.c[name] for name in ("id", "title", "intro", "at", "released_at", "cancelled_at")))
    excused = select(*(ROUND_TEAM.c[name] for name in ("round_id", "team_id", "excused_at")))
    begun = select(PART.c.pair_id, PART.c.section_id, PART.c.at).join_from(
        PART, MEMBERSHIP, MEMBERSHIP.c.id == PART.c.membership_id
    )
    told = {"round_id": _REMINDED.c.round_id, "kind": _REMINDED.c.kind, "at": _REMINDED.c.at}
    return {
        "rounds_run": rows(db, rounds.where(ran).order_by(ROUND.c.id)),
        "teams_excused": rows(db, excused.where(ROUND_TEAM.c.excused_by_id == person_id)),
        "conflicts": rows(db, _of(CONFLICT, "team_id", "other_id", "why", "at").where(CONFLICT.c.by_id == person_id)),
        "documents_handed_in": rows(
            db, _of(HANDED_IN, "round_id", "team_id", "at").where(HANDED_IN.c.by_id == person_id)
        ),
        "feedback_begun": rows(db, begun.where(MEMBERSHIP.c.person_id == person_id)),
        "feedback_signed": rows(db, _of(GIVEN, "pair_id", "signed_at").where(GIVEN.c.author_id == person_id)),
        "feedback_answers": rows(
            db, _of(_ANSWER, "item_id", "kind", "text", "at").where(_ANSWER.c.author_id == person_id)
        ),
        "feedback_helped": rows(db, _of(_HELPED, "pair_id", "text", "at").where(_HELPED.c.author_id == person_id)),
        "feedback_practice": rows(
            db, _of(_PRACTICE, "round_id", "text", "at").where(_PRACTICE.c.person_id == person_id)
        ),
        "round_reminders": rows(db, select(*told.values()).where(_REMINDED.c.person_id == person_id)),
        "rounds_unreminded": rows(db, _of(_UNREMINDED, "round_id", "at").where(_UNREMINDED.c.person_id == person_id)),
    }


def _of(table: Any, *names: str) -> Any:
    return select(*(table.c[name] for name in names))


def erase(db: Db, leaving: Leaving) -> None:
    """What is theirs alone goes. What they answered stays without a name, or without its words too; what a team gave
    is the team's."""
    for table in (_PRACTICE, _REMINDED, _UNREMINDED):
        db.execute(delete(table).where(table.c.person_id == leaving.person_id))
    signed = select(PAIR.c.round_id).join_from(PAIR, GIVEN, GIVEN.c.pair_id == PAIR.c.id)
    helped = select(PAIR.c.round_id).join_from(PAIR, _HELPED, _HELPED.c.pair_id == PAIR.c.id)
    answered = (
        select(PAIR.c.round_id)
        .join_from(PAIR, _ITEM, _ITEM.c.pair_id == PAIR.c.id)
        .join(_ANSWER, _ANSWER.c.item_id == _ITEM.c.id)
    )
    touched = signed.where(GIVEN.c.author_id == leaving.person_id).union(
        helped.where(_HELPED.c.author_id == leaving.person_id),
        answered.where(_ANSWER.c.author_id == leaving.person_id),
    )
    for round_id in db.execute(touched).scalars().all():
        for facts in read(db, ROUND.c.id == round_id):
            tell(db, facts)
    if leaving.words:
        for table in (_ANSWER, _HELPED):
            db.execute(update(table).where(table.c.author_id == leaving.person_id).values(text="", html=""))
        db.execute(update(CONFLICT).where(CONFLICT.c.by_id == leaving.person_id).values(why=""))
