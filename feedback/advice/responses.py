"""Responses: what those who were asked do with a prompt. The newest is in force, the others are its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from sqlalchemy import select, update

from cohorts.identity import stricter
from cohorts.initiatives import CHAPTERS
from cohorts.models import InitiativeVersion
from feedback.advice import bells
from feedback.advice.models import Response, ResponseKind
from feedback.advice.prompts import FOUND, GONE, PROMPT, RESPONSE, STANDS, PromptNow, carried, touch_found, touch_prompt
from feedback.comments import told_of
from feedback.threads import AUTHOR, ThreadNow, with_author
from server.clock import utc_now, zone
from server.db import Db
from server.jobs import Running, Work, enqueue
from server.markdown import to_html

BACK = "parked prompts come back"
LONGEST = 4_000
_VERSION: Any = InitiativeVersion.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Edit:
    """A version of the initiative in which the chapter of a prompt was changed, and when."""

    version: int
    at: datetime


def day_begins(day: date, zone_name: str) -> datetime:
    """The instant at which that day begins in that zone."""
    return datetime.combine(day, time(), zone(zone_name))


def respond(
    db: Db,
    around: ThreadNow,
    prompt: PromptNow,
    *,
    kind: str,
    text: str,
    parked_until: date | None,
    membership_id: int,
    author_id: int,
    attribution: str,
    at_version: int,
    now: datetime,
) -> int:
    """Answer a prompt, or answer it anew; the response's id. `around`: the thread on all of its matter for
    the prompt's audience. What is parked is owed again when the day `parked_until` begins in the programme's zone."""
    made = Response(
        prompt_id=prompt.id,
        membership_id=membership_id,
        author_id=author_id,
        attribution=told_of(db, around, membership_id, stricter(around.attribution, attribution)),
        kind=kind,
        text=text,
        html=to_html(text),
        at_version=at_version,
        at=now,
    )
    if kind == ResponseKind.PARKED:
        assert parked_until is not None
        made.parked_until, made.back_at = parked_until, day_begins(parked_until, around.zone)
        enqueue(db, BACK, now=now, at=made.back_at, key=f"prompt-{prompt.id}-{made.back_at.isoformat()}")
    db.add(made)
    db.flush()
    assert made.id is not None
    db.execute(update(PROMPT).where(PROMPT.c.id == prompt.id).values(response_id=made.id))
    touch_prompt(db, around.stream_id, prompt.matter, prompt.id)
    bells.read(db, author_id, prompt.id, prompt.thread_id, now=now)
    bells.tell_of_answer(db, prompt, author_id=author_id, now=now)
    return made.id


def responses_to(db: Db, prompt_id: int) -> Sequence[Any]:
    """What the team answered, newest first: `Author`'s columns, then kind, html, parked_until, back_at, attribution,
    at, at_version and id. Whoever asks must have opened the prompt."""
    columns = ("kind", "html", "parked_until", "back_at", "attribution", "at", "at_version", "id")
    rows = select(*AUTHOR, *(RESPONSE.c[name] for name in columns)).select_from(
        with_author(RESPONSE, RESPONSE.c.membership_id)
    )
    return db.execute(rows.where(RESPONSE.c.prompt_id == prompt_id).order_by(RESPONSE.c.id.desc())).all()


def edits_since(db: Db, initiative_id: int, chapter: str, version: int, most: int = 10) -> list[Edit]:
    """The edits of a chapter (empty: of any) that came after that version, oldest first."""
    names = (chapter,) if chapter else CHAPTERS
    columns = (_VERSION.c.version, _VERSION.c.at, *(_VERSION.c[name] for name in names))
    here = (_VERSION.c.initiative_id == initiative_id) & (_VERSION.c.version >= version)
    rows = db.execute(select(*columns).where(here).order_by(_VERSION.c.version)).all()
    found = [
        Edit(new.version, new.at)
        for old, new in pairwise(rows)
        if any(getattr(old, name) != getattr(new, name) for name in names)
    ]
    return found[-most:]


def come_back(running: Running) -> None:
    """Tell the pages that show them of the prompts that were parked until now. Whether one is owed is read off the
    clock wherever it is shown, so this is late by seconds at most and wrong never."""
    with running.step() as db:
        tell_back(db, utc_now())


def tell_back(db: Db, now: datetime) -> int:
    """Touch what was parked until now and is not told yet; how many there were."""
    back = carried(RESPONSE.join(PROMPT, PROMPT.c.response_id == RESPONSE.c.id))
    back = back.outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id)
    due = select(*FOUND, RESPONSE.c.id.label("response")).select_from(back)
    rows = db.execute(due.where(RESPONSE.c.back_at <= now, RESPONSE.c.told_at.is_(None), STANDS)).all()
    for row in rows:
        touch_found(db, row)
    db.execute(update(RESPONSE).where(RESPONSE.c.id.in_([row.response for row in rows])).values(told_at=now))
    return len(rows)


works = [Work(BACK, come_back)]
