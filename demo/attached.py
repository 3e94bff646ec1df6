"""A file that one of the invented people attached: the figures behind a map."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from feedback import attachments
from feedback.threads import COMMENT
from server import files
from server.db import Db
from server.files import Kept
from server.filetypes import CSV

# Who wrote this speaks of three reports out of ninety.
SAID = "We drew the map last night."
ROWS = (
    "district,homes,most people rent,reports",
    "Harbour front,410,no,38",
    "Upper terraces,520,no,31",
    "Station quarter,690,partly,18",
    "Old town,880,yes,3",
)


def add(db: Db, now: datetime) -> None:
    """Attach the figures to what was said about them."""
    said = db.execute(
        select(COMMENT.c.id, COMMENT.c.thread_id, COMMENT.c.author_id).where(COMMENT.c.text.startswith(SAID))
    )
    comment_id, thread_id, person_id = said.one()
    content = "\r\n".join((*ROWS, "")).encode()
    kept = Kept("Reports by district.csv", CSV.media_type, len(content), files.store(db, content, now))
    file_id = attachments.add(db, person_id, thread_id, kept, now)
    assert file_id is not None
    attachments.send(db, person_id, thread_id, comment_id, [file_id])
