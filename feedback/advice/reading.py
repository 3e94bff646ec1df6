"""The reading list of a cohort: what advisers recommended to its teams and sessions, as far as it is read from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select

from feedback.advice.models import PromptKind
from feedback.advice.prompts import GONE, PROMPT, STANDS
from feedback.threads import AUDIENCE, AUTHOR, THREAD, with_author
from server.db import Db

COLUMNS = ("id", "initiative_id", "session_id", "opening", "url", "source", "attribution", "at")


def read(
    db: Db, cohort_id: int, initiative_ids: Sequence[int], audiences: Iterable[int], *, before: int | None, most: int
) -> Sequence[Any]:
    """The newest references that stand, those before an id of a prompt: `Author`'s columns, then COLUMNS, the kind of
    audience, and of a session its theme and its rule. `audiences`: those the reader belongs to, of the cohort and of
    its teams. Whoever belongs to one of the cohort knows of every session with a prompt: drafts have none."""
    of_session = PROMPT.c.session_id.is_not(None) & (AUDIENCE.c.cohort_id == cohort_id)
    told = (AUDIENCE.c.kind.label("audience"), THREAD.c.about.label("theme"), THREAD.c.attribution.label("rule"))
    rows = (
        select(*AUTHOR, *(PROMPT.c[name] for name in COLUMNS), *told)
        .select_from(
            with_author(
                PROMPT.join(AUDIENCE, AUDIENCE.c.id == PROMPT.c.audience_id)
                .join(THREAD, THREAD.c.id == PROMPT.c.thread_id)
                .outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id),
                PROMPT.c.membership_id,
            )
        )
        .where(or_(PROMPT.c.initiative_id.in_(initiative_ids), of_session), PROMPT.c.audience_id.in_(sorted(audiences)))
        .where(PROMPT.c.kind == PromptKind.REFERENCE, STANDS)
        .order_by(PROMPT.c.id.desc())
        .limit(most)
    )
    return db.execute(rows if before is None else rows.where(PROMPT.c.id < before)).all()
