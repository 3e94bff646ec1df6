"""All teams of a cohort at once: who gets no feedback, who gives none, which prompts wait longest. For facilitators.

Of feedback that is not revealed it counts what the page of its round tells them anyway: that it is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from cohorts import initiatives
from cohorts.audiences import vantages_in_teams
from cohorts.identity import stricter
from cohorts.initiatives import InitiativeHead
from cohorts.models import Attribution, Cohort
from cohorts.policies import Standing, Vantage, visible_initiatives
from feedback.advice.models import ResponseKind
from feedback.advice.prompts import GONE, OWED, PROMPT, RESPONSE, STANDS
from feedback.comments import STANDS as SAID
from feedback.comments import WITHDRAWAL
from feedback.rounds import balance
from feedback.threads import COMMENT, MEMBERSHIP, THREAD
from server.db import Db

NAMED = Attribution.NAMED


@dataclass(frozen=True, slots=True)
class TeamCounts:
    """One team in numbers. `signed` and `received`: feedbacks in rounds. `heard`: comments on its work that were not
    its own as far as that is told; `said`: comments of its people on the work of others, None where it is not told who
    speaks. `waiting`: prompts it owes an answer; `since`: from when on the first of them."""

    team_id: int
    name: str
    sample: bool
    signed: int
    received: int
    heard: int
    said: int | None
    waiting: int
    since: datetime | None
    taken_on: int
    parked: int
    disagreed: int

    def days(self, now: datetime) -> int | None:
        """How many whole days the first of what waits has waited."""
        return None if self.since is None else (now - self.since).days


def read(db: Db, standing: Standing, cohort_id: int, language: str, now: datetime) -> list[TeamCounts]:
    """The teams of that cohort in the order in which they came: as many queries however many."""
    here: Any = Cohort.__table__.c.id == cohort_id  # type: ignore[attr-defined]
    heads = initiatives.heads(db, visible_initiatives(standing), here)
    vantages = vantages_in_teams(db, standing, (one.place for one in heads), language)
    if not heads:
        return []
    ids = [one.id for one in heads]
    audiences = sorted(frozenset().union(*(one.audiences for one in vantages.values())))
    # One cohort: in whose name things are shown there is the same from all of its teams.
    vantage = next(iter(vantages.values()))
    asked = {row.initiative_id: row for row in _asked(db, ids, audiences, now)}
    heard, said = _talk(db, heads, audiences, vantage)
    ever = balance.ever(db, cohort_id)
    return [_counts(one, asked.get(one.id), ever.get(one.place.team_id, (0, 0)), heard, said) for one in heads]


def _counts(
    head: InitiativeHead, asked: Any, ever: tuple[int, int], heard: dict[int, int], said: dict[int, int] | None
) -> TeamCounts:
    team_id = head.place.team_id
    spoke = None if said is None else said.get(team_id, 0)
    prompts = tuple(asked[1:]) if asked else (0, None, 0, 0, 0)
    return TeamCounts(*(team_id, head.team, head.sample, *ever, heard.get(head.id, 0), spoke, *prompts))


def _asked(db: Db, ids: Sequence[int], audiences: Sequence[int], now: datetime) -> Sequence[Any]:
    """By initiative: how many prompts it owes an answer, since when the first, and how many were answered, by kind."""

    def done(kind: str) -> Any:
        return func.sum(case((~OWED & (RESPONSE.c.kind == kind), 1), else_=0)).label(kind.replace(" ", "_"))

    waiting = func.sum(case((OWED, 1), else_=0)).label("waiting")
    # What was parked waits again from the day on which it came back.
    since = func.min(case((OWED, func.coalesce(RESPONSE.c.back_at, PROMPT.c.at)))).label("since")
    since.type = PROMPT.c.at.type
    rows = (
        select(PROMPT.c.initiative_id, waiting, since, *(done(kind) for kind in ResponseKind))
        .select_from(
            PROMPT.outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id).outerjoin(
                RESPONSE, RESPONSE.c.id == PROMPT.c.response_id
            )
        )
        .where(PROMPT.c.initiative_id.in_(ids), PROMPT.c.audience_id.in_(audiences), STANDS)
        .group_by(PROMPT.c.initiative_id)
    )
    return db.execute(rows, {"now": now}).all()


def _talk(
    db: Db, heads: Sequence[InitiativeHead], audiences: Sequence[int], vantage: Vantage
) -> tuple[dict[int, int], dict[int, int] | None]:
    """How many comments there are on each initiative, by its id, and by the people of each team on others' work. What
    is not said by name counts for nobody, and is never taken for a team's own: else these numbers would name it."""
    rows = (
        select(THREAD.c.initiative_id, MEMBERSHIP.c.team_id, COMMENT.c.attribution, func.count().label("said"))
        .select_from(
            COMMENT.join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
            .outerjoin(MEMBERSHIP, MEMBERSHIP.c.id == COMMENT.c.membership_id)
            .outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
        )
        .where(THREAD.c.initiative_id.in_([one.id for one in heads]), THREAD.c.audience_id.in_(audiences), SAID)
        .group_by(THREAD.c.initiative_id, MEMBERSHIP.c.team_id, COMMENT.c.attribution)
    )
    team_of = {one.id: one.place.team_id for one in heads}
    heard: dict[int, int] = {}
    said: dict[int, int] = {}
    for row in db.execute(rows):
        told = vantage.unmasks or stricter(row.attribution, vantage.attribution) == NAMED
        if told and row.team_id == team_of[row.initiative_id]:
            continue
        heard[row.initiative_id] = heard.get(row.initiative_id, 0) + row.said
        if told and row.team_id is not None:
            said[row.team_id] = said.get(row.team_id, 0) + row.said
    return heard, said if vantage.unmasks or vantage.attribution == NAMED else None
