"""Stances: what other advisers think of a prompt. One of each, or none; to say more there is the prompt's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from cohorts.identity import stricter
from feedback.advice import bells
from feedback.advice.models import StanceKind
from feedback.advice.prompts import PROMPT, STANCE, PromptNow
from feedback.comments import told_of
from feedback.threads import AUTHOR, ThreadNow, with_author
from server.db import Db
from server.languages import N_
from server.live.log import touch

WORDS: dict[str, str] = {StanceKind.AGREE: N_("Agree"), StanceKind.DISAGREE: N_("Disagree")}


def take(
    db: Db, around: ThreadNow, prompt: PromptNow, kind: str, *, person_id: int, membership_id: int, now: datetime
) -> None:
    """Agree or disagree with a prompt; whoever did the other before thinks again. Twice is once."""
    # Locked, so that two windows of one person do not meet in the primary key.
    db.execute(select(PROMPT.c.id).where(PROMPT.c.id == prompt.id).with_for_update())
    here = (STANCE.c.prompt_id == prompt.id) & (STANCE.c.person_id == person_id)
    if db.execute(select(STANCE.c.kind).where(here)).scalar() == kind:
        return
    db.execute(delete(STANCE).where(here))
    values = {"prompt_id": prompt.id, "person_id": person_id, "membership_id": membership_id, "kind": kind, "at": now}
    # With every name but one beside it, who asked without theirs would be known.
    told = told_of(db, around, membership_id, stricter(around.attribution, prompt.attribution))
    db.execute(insert(STANCE).values(attribution=told, **values))
    _touch(db, around, prompt)
    bells.read(db, person_id, prompt.id, prompt.thread_id, now=now)
    bells.tell_of_stance(db, prompt, now=now)


def take_back(db: Db, around: ThreadNow, prompt: PromptNow, *, person_id: int) -> None:
    """Think nothing of it any more. Twice is once."""
    gone: Any = db.execute(delete(STANCE).where(STANCE.c.prompt_id == prompt.id, STANCE.c.person_id == person_id))
    if gone.rowcount:
        _touch(db, around, prompt)


def _touch(db: Db, around: ThreadNow, prompt: PromptNow) -> None:
    touch(db, around.stream_id, f"asked-{prompt.id}")
    bells.touch_own(db, prompt.matter, prompt.id)


def on_prompt(db: Db, prompt_id: int) -> Sequence[Any]:
    """Who thinks what of a prompt: `Author`'s columns, then kind, person_id, attribution and at. Whoever asks must have
    opened it, and must show them in an order that tells nothing of those who are masked."""
    columns = (STANCE.c.kind, STANCE.c.person_id, STANCE.c.attribution, STANCE.c.at)
    rows = select(*AUTHOR, *columns).select_from(with_author(STANCE, STANCE.c.membership_id))
    return db.execute(rows.where(STANCE.c.prompt_id == prompt_id)).all()
