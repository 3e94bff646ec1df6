"""Prompts, and answers to them, taken back: shown to nobody at once, put back within a day, and erased after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from feedback.advice import bells
from feedback.advice.models import PromptWithdrawal, ResponseWithdrawal
from feedback.advice.prompts import (
    FOUND,
    GONE,
    PROMPT,
    RESPONSE,
    TAKEN,
    VERSION,
    PromptNow,
    carried,
    touch_found,
    touch_prompt,
)
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


def take_back(db: Db, stream_id: int, prompt: PromptNow, response_id: int, *, by_id: int, now: datetime) -> None:
    """Take an answer to a prompt back: the one before it is in force again, or the prompt waits. Twice is once."""
    _one_at_a_time(db, prompt)
    if db.get(ResponseWithdrawal, response_id) is None:
        db.execute(insert(TAKEN).values(response_id=response_id, by_id=by_id, at=now))
        _put_newest_in_force(db, stream_id, prompt)


def taken_back_at(db: Db, response_id: int) -> datetime | None:
    """When that answer was taken back."""
    taken = db.get(ResponseWithdrawal, response_id)
    return taken.at if taken else None


def put_back(db: Db, stream_id: int, prompt: PromptNow, response_id: int, *, now: datetime) -> None:
    """Undo that within its day. Raises Erased."""
    _one_at_a_time(db, prompt)
    taken = db.get(ResponseWithdrawal, response_id)
    if taken is None:
        return
    if taken.erased_at is not None or taken.at < now - RESTORABLE:
        raise Erased
    db.execute(delete(TAKEN).where(TAKEN.c.response_id == response_id))
    _put_newest_in_force(db, stream_id, prompt)


def _one_at_a_time(db: Db, prompt: PromptNow) -> None:
    db.execute(select(PROMPT.c.id).where(PROMPT.c.id == prompt.id).with_for_update())


def _put_newest_in_force(db: Db, stream_id: int, prompt: PromptNow) -> None:
    standing = RESPONSE.outerjoin(TAKEN, TAKEN.c.response_id == RESPONSE.c.id)
    newest = select(func.max(RESPONSE.c.id)).select_from(standing)
    newest = newest.where(RESPONSE.c.prompt_id == prompt.id, TAKEN.c.response_id.is_(None))
    in_force = db.execute(newest).scalar()
    db.execute(update(PROMPT).where(PROMPT.c.id == prompt.id).values(response_id=in_force))
    touch_prompt(db, stream_id, prompt.matter, prompt.id)


def erase_taken_back(db: Db, *, now: datetime) -> int:
    """Erase the words of answers taken back more than a day ago; how many there were."""
    mine = TAKEN.join(RESPONSE, RESPONSE.c.id == TAKEN.c.response_id)
    due = select(*FOUND, RESPONSE.c.id.label("response")).select_from(
        carried(PROMPT.join(mine, RESPONSE.c.prompt_id == PROMPT.c.id))
    )
    rows = db.execute(due.where(TAKEN.c.at < now - RESTORABLE, TAKEN.c.erased_at.is_(None))).all()
    ids = [row.response for row in rows]
    db.execute(update(RESPONSE).where(RESPONSE.c.id.in_(ids)).values(text="", html=""))
    db.execute(update(TAKEN).where(TAKEN.c.response_id.in_(ids)).values(erased_at=now))
    for row in rows:
        touch_found(db, row)
    return len(rows)
