"""What a page that puts together the work of many teams follows: the streams its parts stand on already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import CompoundSelect, literal, select

from feedback.models import Subject
from feedback.threads import AUDIENCE, INITIATIVE, THREAD
from server.db import Db
from server.live.log import Position, positions

# A door is opened for each whenever such a page connects. One of more teams is right when it is loaded, and follows
# nothing: that costs less than it saves.
MOST = 48


def of_initiatives(db: Db, ids: Collection[int], audiences: Iterable[int]) -> tuple[Position, ...]:
    """Where the texts of those initiatives are, and what those audiences say about them; nothing for more than MOST."""
    found = db.execute(_of_initiatives(ids, sorted(audiences))).scalars().all()
    return positions(db, sorted(found)) if len(found) <= MOST else ()


def of_cohort(db: Db, cohort_id: int, ids: Collection[int], audiences: Iterable[int]) -> tuple[Position, ...]:
    """The same of a cohort's initiatives and of its sessions: of these the newest, as many as MOST leaves room for."""
    mine = sorted(audiences)
    of_teams = select(_of_initiatives(ids, mine).subquery().c.stream_id, literal(0).label("session_id"))
    here = select(AUDIENCE.c.id).where(AUDIENCE.c.cohort_id == cohort_id, AUDIENCE.c.id.in_(mine))
    told = THREAD.c.audience_id.in_(here) & (THREAD.c.subject == Subject.SESSION)
    talks = select(THREAD.c.stream_id, THREAD.c.session_id).where(told)
    texts = select(THREAD.c.around_id, THREAD.c.session_id).where(told)
    of: defaultdict[int, set[int]] = defaultdict(set)
    for stream_id, session_id in db.execute(of_teams.union_all(talks, texts)):
        of[session_id].add(stream_id)
    followed = of.pop(0, set())
    if len(followed) > MOST:
        return ()
    for session_id in sorted(of, reverse=True):
        if len(followed) + len(of[session_id]) > MOST:
            break
        followed |= of[session_id]
    return positions(db, sorted(followed))


def _of_initiatives(ids: Collection[int], audiences: list[int]) -> CompoundSelect[Any]:
    mine = THREAD.c.audience_id.in_(audiences) & (THREAD.c.subject == Subject.INITIATIVE)
    talks = select(THREAD.c.stream_id).where(THREAD.c.initiative_id.in_(ids), mine)
    return select(INITIATIVE.c.stream_id).where(INITIATIVE.c.id.in_(ids)).union(talks)
