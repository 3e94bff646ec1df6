"""What tests of mail share: a postman in a hurry, mails that wait, and the rows they left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from server.clock import utc_now
from server.db import Database
from server.mail import MAIL, Mail, MailState, in_state, post
from server.postman import Postman
from server.settings import Settings
from tests.server.looping import looping

TEXT = "Line one\n\n.a line that begins with a dot\nhttps://example.org/x?a=1&b=2\n"


def settings(url: str, **changed: object) -> Settings:
    return Settings(smtp_url=url, mail_from="Sweetspot <post@example.org>", **changed)  # type: ignore[arg-type]


@contextmanager
def delivering(
    database: Database, url: str, wait: float = 0.05, longest: float = 0.2, **changed: object
) -> Iterator[Postman]:
    """A process that sends mail through that server, for the length of the block; waits are seconds."""
    found = Postman(settings(url, **changed), timedelta(seconds=wait), timedelta(seconds=longest))
    with looping(database, found.works(), before_end=found.close):
        yield found


def written(database: Database, *addresses: str, now: datetime | None = None, **named: object) -> list[int]:
    """Post a mail to each address; their ids."""
    with database.transaction(writing=True) as db:
        at = now or utc_now()
        return [post(db, address, "Grüße aus Łódź", TEXT, at, **named) for address in addresses]  # type: ignore[arg-type]


def kept(database: Database) -> list[Mail]:
    """Every mail there is, oldest first."""
    with database.transaction(writing=False) as db:
        return list(db.execute(select(Mail).order_by(MAIL.c.id)).scalars())


def state(database: Database, which: MailState) -> list[int]:
    """The ids of the mails in that state, the newest first."""
    with database.transaction(writing=False) as db:
        count, found = in_state(db, which, 100, utc_now())
    assert count == len(found)
    return [mail.id for mail in found]
