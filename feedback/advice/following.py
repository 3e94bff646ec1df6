"""What a page that puts together the work of many teams follows: the streams its parts stand on already."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from feedback.models import Subject
from feedback.threads import INITIATIVE, THREAD
from server.db import Db
from server.live.log import Position, positions

# A door is opened for each whenever such a page connects. One of more teams is right when it is loaded, and follows
# nothing: that costs less than it saves.
MOST = 48


def of_initiatives(db: Db, ids: Collection[int], audiences: Iterable[int]) -> tuple[Position, ...]:
    """Where the texts of those initiatives are, and what those audiences say about them; nothing for more than MOST."""
    mine = THREAD.c.audience_id.in_(sorted(audiences)) & (THREAD.c.subject == Subject.INITIATIVE)
    talks = select(THREAD.c.stream_id).where(THREAD.c.initiative_id.in_(ids), mine)
    texts = select(INITIATIVE.c.stream_id).where(INITIATIVE.c.id.in_(ids))
    found = db.execute(texts.union(talks)).scalars().all()
    return positions(db, sorted(found)) if len(found) <= MOST else ()
