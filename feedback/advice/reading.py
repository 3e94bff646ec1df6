"""The reading list of a cohort: what advisers recommended to its teams, as far as it can be read from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from cohorts.initiatives import InitiativeHead
from cohorts.policies import Vantage
from feedback.advice.models import PromptKind
from feedback.advice.prompts import GONE, PROMPT, STANDS
from feedback.threads import AUDIENCE, AUTHOR, with_author
from server.db import Db

COLUMNS = ("id", "initiative_id", "opening", "url", "source", "attribution", "at")


def read(
    db: Db, heads: Sequence[InitiativeHead], vantages: Mapping[int, Vantage], *, before: int | None, most: int
) -> Sequence[Any]:
    """The newest references that stand, those before an id of a prompt: `Author`'s columns, then COLUMNS and the kind
    of audience. `vantages`: by team, from where the initiatives are seen."""
    audiences = frozenset().union(*(vantages[one.place.team_id].audiences for one in heads))
    rows = (
        select(*AUTHOR, *(PROMPT.c[name] for name in COLUMNS), AUDIENCE.c.kind.label("audience"))
        .select_from(
            with_author(
                PROMPT.join(AUDIENCE, AUDIENCE.c.id == PROMPT.c.audience_id).outerjoin(
                    GONE, GONE.c.prompt_id == PROMPT.c.id
                ),
                PROMPT.c.membership_id,
            )
        )
        .where(PROMPT.c.initiative_id.in_([one.id for one in heads]), PROMPT.c.audience_id.in_(sorted(audiences)))
        .where(PROMPT.c.kind == PromptKind.REFERENCE, STANDS)
        .order_by(PROMPT.c.id.desc())
        .limit(most)
    )
    return db.execute(rows if before is None else rows.where(PROMPT.c.id < before)).all()
