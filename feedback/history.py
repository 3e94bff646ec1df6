"""What became of a comment that was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from feedback.comments import WITHDRAWAL
from feedback.threads import COMMENT
from feedback.withdrawals import RESTORABLE
from server.db import Db


@dataclass(frozen=True, slots=True)
class TakenBack:
    """When a comment was withdrawn; `until`: how long it can be put back, None once it cannot."""

    at: datetime
    until: datetime | None

    def hours_and_minutes_left(self, now: datetime) -> tuple[int, int]:
        """How long that still is, the minute begun counted."""
        left = (self.until or now) - now + timedelta(seconds=59)
        return divmod(int(left.total_seconds()) // 60, 60)


def taken_back(db: Db, comment_id: int, now: datetime) -> TakenBack | None:
    """When that comment was withdrawn; None: it stands."""
    around = WITHDRAWAL.join(COMMENT, COMMENT.c.id == WITHDRAWAL.c.comment_id)
    query = select(WITHDRAWAL.c.at, COMMENT.c.text != "").select_from(around)
    row = db.execute(query.where(WITHDRAWAL.c.comment_id == comment_id)).first()
    if row is None:
        return None
    at, has_words = row
    return TakenBack(at, at + RESTORABLE if has_words and at + RESTORABLE > now else None)
