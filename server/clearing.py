"""What is past is cleared away every hour: expired mail, and the rows that nothing asks for any more."""

from __future__ import annotations

from datetime import datetime

from server import files, jobs, limits, mail, receipts
from server.db import Db
from server.jobs import Work
from server.settings import Settings


def works(settings: Settings) -> list[Work]:
    """The work of the frame itself; each package has its own."""

    def drop_expired(db: Db, now: datetime) -> None:
        mail.drop_expired(db, now, keep_text=settings.demo)

    hourly = jobs.hourly("clear", drop_expired, mail.clear, receipts.clear, limits.clear, jobs.clear)
    return [hourly, *files.works()]
