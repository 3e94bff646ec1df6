"""Prompts taken back: shown to nobody at once, put back within a day, and erased after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from feedback.advice import bells
from feedback.advice.models import PromptWithdrawal
from feedback.advice.prompts import FOUND, GONE, PROMPT, VERSION, PromptNow, carried, touch_found, touch_prompt
from server.db import Db

RESTORABLE = timedelta(hours=24)


class Erased(Exception):
    """The words are gone; nothing can bring them back."""


def withdraw(db: Db, stream_id: int, prompt: PromptNow, *, now: datetime) -> None:
    """Take a prompt back. What was said about it stays. Twice is once."""
    db.execute(select(PROMPT.c.id).where(PROMPT.c.id == prompt.id).with_for_update())
    if db.get(PromptWithdrawal, prompt.id) is None:
        db.execute(insert(GONE).values(prompt_id=prompt.id, at=now))
        bells.forget(db, prompt.id)
        touch_prompt(db, stream_id, prompt.matter, prompt.id, anew=True)


def withdrawn_at(db: Db, prompt_id: int) -> datetime | None:
    """When that prompt was taken back."""
    gone = db.get(PromptWithdrawal, prompt_id)
    return gone.at if gone else None


def restore(db: Db, stream_id: int, prompt: PromptNow, *, now: datetime) -> None:
    """Undo a withdrawal within its day. Raises Erased."""
    erase_withdrawn(db, now=now)
    if not db.execute(select(PROMPT.c.text).where(PROMPT.c.id == prompt.id)).scalar_one():
        raise Erased
    db.execute(delete(GONE).where(GONE.c.prompt_id == prompt.id))
    touch_prompt(db, stream_id, prompt.matter, prompt.id, anew=True)


def erase_withdrawn(db: Db, *, now: datetime) -> int:
    """Erase the words of prompts taken back more than a day ago, history and passage included; how many there were."""
    due = select(*FOUND).select_from(carried(PROMPT.join(GONE, GONE.c.prompt_id == PROMPT.c.id)))
    rows = db.execute(due.where(GONE.c.at < now - RESTORABLE, PROMPT.c.text != "")).all()
    erase_words(db, [row.id for row in rows])
    for row in rows:
        touch_found(db, row)
    return len(rows)


def erase_words(db: Db, prompt_ids: Sequence[int]) -> None:
    """Take the words of those prompts away, for good."""
    if prompt_ids:
        nothing = dict.fromkeys(("text", "html", "opening", "url", "source", "quote", "before", "after"), "")
        db.execute(update(PROMPT).where(PROMPT.c.id.in_(prompt_ids)).values(**nothing))
        db.execute(delete(VERSION).where(VERSION.c.prompt_id.in_(prompt_ids)))
