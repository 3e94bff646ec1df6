"""A team's board: what it was asked, and what it did with it, as far as that can be read from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from cohorts.initiatives import CHAPTERS
from cohorts.models import InitiativeVersion
from cohorts.policies import Vantage
from feedback.advice.policies import visible_prompts
from feedback.advice.prompts import ASKS, JOINED, OWED, PROMPT, RESPONSE, STANDS
from feedback.threads import AUDIENCE, AUTHOR
from server.db import Db

_VERSION: Any = InitiativeVersion.__table__  # type: ignore[attr-defined]


class Edit(NamedTuple):
    """A version of an initiative: when it was saved, and which chapters changed by it."""

    version: int
    at: datetime
    chapters: frozenset[str]


def read(db: Db, vantage: Vantage, initiative_id: int, now: datetime) -> Sequence[Any]:
    """The prompts on an initiative that stand and that its team sees, oldest first: `Author`'s columns, then each one's
    own. `since`: the version of the initiative from which on an edit is one that followed."""
    rows = (
        select(
            *AUTHOR,
            *(PROMPT.c[name] for name in ("id", "kind", "attribution", "opening", "chapter", "quote", "item_id", "at")),
            AUDIENCE.c.kind.label("audience"),
            OWED.label("owed"),
            RESPONSE.c.kind.label("response"),
            *(RESPONSE.c.parked_until, RESPONSE.c.html.label("answer"), RESPONSE.c.at.label("answered_at")),
            func.coalesce(RESPONSE.c.at_version, PROMPT.c.at_version).label("since"),
        )
        .select_from(JOINED)
        .where(PROMPT.c.initiative_id == initiative_id, visible_prompts(vantage), STANDS, ASKS)
        .order_by(PROMPT.c.id)
    )
    return db.execute(rows, {"now": now}).all()


def edits(db: Db, initiative_id: int) -> list[Edit]:
    """The edits of an initiative, oldest first. The database compares the chapters: their texts stay there."""
    order = {"order_by": _VERSION.c.version}
    changed = ((_VERSION.c[name] != func.lag(_VERSION.c[name]).over(**order)).label(name) for name in CHAPTERS)
    rows = select(_VERSION.c.version, _VERSION.c.at, *changed).where(_VERSION.c.initiative_id == initiative_id)
    return [
        Edit(row.version, row.at, frozenset(name for name in CHAPTERS if row._mapping[name]))
        for row in db.execute(rows.order_by(_VERSION.c.version))
    ]


def last_edit(found: Sequence[Edit], chapter: str, since: int) -> Edit | None:
    """The last edit after that version by which the chapter (empty: any) changed."""
    later = (one for one in reversed(found) if one.version > since)
    return next((one for one in later if (chapter in one.chapters if chapter else one.chapters)), None)
