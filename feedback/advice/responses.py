"""Responses: what those who were asked do with a prompt. The newest is in force, the others are its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from sqlalchemy import case, select, update

from cohorts.identity import stricter
from cohorts.initiatives import CHAPTERS
from cohorts.memberships import FEW, how_many_alike
from cohorts.models import Attribution, InitiativeVersion, Membership, Role
from feedback.advice import bells
from feedback.advice.models import Response, ResponseKind
from feedback.advice.prompts import (
    FOUND,
    GONE,
    PROMPT,
    RESPONSE,
    STANDS,
    TAKEN,
    PromptNow,
    Stale,
    carried,
    touch_found,
    touch_prompt,
)
from feedback.models import Matter
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
    seen: int | None = None,
) -> int:
    """Answer a prompt, or answer it anew; the response's id. `around`: the thread on all of its matter for
    the prompt's audience. What is parked is owed again when the day `parked_until` begins in the programme's zone.
    `seen`: the response in force as whoever answers knows it, 0 for none. Raises Stale where it is another by now."""
    _need_seen(db, prompt, seen)
    made = Response(
        prompt_id=prompt.id,
        membership_id=membership_id,
        author_id=author_id,
        attribution=told_of(db, prompt.matter, membership_id, stricter(around.attribution, attribution)),
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


def _need_seen(db: Db, prompt: PromptNow, seen: int | None) -> None:
    in_force = select(PROMPT.c.response_id).where(PROMPT.c.id == prompt.id).with_for_update()
    if seen is not None and seen != (db.execute(in_force).scalar_one() or 0):
        raise Stale


def told_of(db: Db, matter: Matter, membership_id: int, wanted: Attribution) -> Attribution:
    """What is told of who answers there, with that membership, when no more than `wanted` may be. Nobody answers but
    the team that was asked, or who runs the session: a role that few of those have would name them."""
    few = wanted == Attribution.ROLE and how_many_answer(db, matter, membership_id) < FEW
    return Attribution.NONE if few else wanted


def how_many_answer(db: Db, matter: Matter, membership_id: int) -> int:
    """How many people answer there in the role of that membership: of its team, or the facilitators. Whoever leads a
    session in another role is counted as alone."""
    if matter.session_id is not None and db.get_one(Membership, membership_id).role != Role.FACILITATOR:
        return 1
    return how_many_alike(db, membership_id, of_team=True)


def responses_to(db: Db, prompt_id: int) -> Sequence[Any]:
    """What the team answered, the one in force first, then newest first: `Author`'s columns, then kind, html,
    parked_until, back_at, attribution, at, at_version, id, whether it was taken back, and whether it can be put back.
    Whoever asks must have opened the prompt."""
    columns = ("kind", "parked_until", "back_at", "attribution", "at", "at_version", "id")
    taken = TAKEN.c.response_id.is_not(None)
    kind, *others = (RESPONSE.c[name] for name in columns)
    # Withdrawn words do not even leave the database.
    html = case((taken, ""), else_=RESPONSE.c.html).label("html")
    back = (taken & TAKEN.c.erased_at.is_(None)).label("restorable")
    rows = select(*AUTHOR, kind, html, *others, taken.label("taken"), back).select_from(
        with_author(
            RESPONSE.outerjoin(TAKEN, TAKEN.c.response_id == RESPONSE.c.id),
            RESPONSE.c.membership_id,
        )
    )
    return db.execute(rows.where(RESPONSE.c.prompt_id == prompt_id).order_by(taken, RESPONSE.c.id.desc())).all()


def response_now(db: Db, response_id: int) -> Any | None:
    """That answer: id, prompt_id, and its text, empty once it is taken back. Whoever asks must open its prompt before
    showing anything of it."""
    words = case((TAKEN.c.response_id.is_(None), RESPONSE.c.text), else_="").label("text")
    found = select(RESPONSE.c.id, RESPONSE.c.prompt_id, words)
    found = found.select_from(RESPONSE.outerjoin(TAKEN, TAKEN.c.response_id == RESPONSE.c.id))
    return db.execute(found.where(RESPONSE.c.id == response_id)).first()


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
