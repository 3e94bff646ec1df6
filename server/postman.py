"""Sends mail: each at most once after it was handed over, and for days before that (docs/decisions/0023).

Up to the envelope every try may be repeated. `handed_at` is committed before the letter leaves, `sent_at` after the
server took it; a process that is killed between the two leaves a mail of which nobody knows, and it stays that way
until an owner decides.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError

from server import leases
from server.clock import utc_now
from server.db import Db
from server.jobs import GiveUp, Interrupted, LostLease, Running, TryLater, Work
from server.mail import (
    ASKED_TO_WAIT,
    AWAY,
    KINDS,
    MAIL,
    REFUSED,
    TOO_OLD,
    UNANSWERED,
    UNWRITABLE,
    URGENT_KIND,
    Mail,
    drop_expired,
)
from server.settings import Settings
from server.smtp import Lines, NoAnswer, Refused, Unreachable

log = logging.getLogger("sweetspot.mail")

_METHOD = re.compile(r"^METHOD:(\w+)", re.MULTILINE)
_7BIT = SMTP.clone(cte_type="7bit")


def message(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it travels, the same at every try. Raises ValueError for an address or a subject that would smuggle
    in another header."""
    made = EmailMessage(policy=_7BIT if mail.to.isascii() else SMTP.clone(utf8=True))
    made["From"] = sender
    made["To"] = Address(addr_spec=mail.to)
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = message_id(mail, sender)
    made["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        made["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(mail.text)
    if mail.calendar:
        # A mail program takes it for news of an event by the method alone (RFC 6047, 2.4).
        method = _METHOD.search(mail.calendar)
        given = {"method": method[1]} if method else {}
        made.add_attachment(mail.calendar, subtype="calendar", filename="session.ics", params=given)
    return made


def message_id(mail: Mail, sender: str) -> str:
    """Names the mail for every server on its way, so that one sent again by an owner can be known as the same. The
    number alone would come back in another database."""
    known = hashlib.sha256(f"{mail.id} {mail.at.isoformat()} {mail.to}".encode()).hexdigest()[:32]
    return f"<{known}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"


@dataclass(slots=True)
class Postman:
    """Sends through one server. `wait` grows to `longest` between two tries; `noting` is how many seconds it goes on
    trying to write down what the server said."""

    settings: Settings
    wait: timedelta = timedelta(seconds=15)
    longest: timedelta = timedelta(minutes=10)
    noting: float = 10.0
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.lines = Lines(self.settings.smtp_url)

    def works(self) -> list[Work]:
        """How mail is sent; none without a server, so that mail waits for one."""
        if not self.settings.smtp_url:
            return []
        timing: dict[str, Any] = {"lane": "mail", "attempts": 50, "wait": self.wait, "longest": self.longest}
        return [Work(kind, self.deliver, first=kind == URGENT_KIND, **timing) for kind in KINDS]

    def close(self) -> None:
        """Hang up; takes some seconds at most."""
        self.lines.close()

    def deliver(self, running: Running) -> None:
        """Send the mail of that job, unless somebody else did or may have."""
        mail = self._waiting(running)
        if mail is not None:
            Delivery(self, running, mail).attempt()

    def _waiting(self, running: Running) -> Mail | None:
        """The mail, if it is still to be sent. One that expired is dropped here, with its text."""
        with running.database.transaction(writing=False) as db:
            mail = db.execute(select(Mail).where(MAIL.c.id == running.given["mail"])).scalar_one_or_none()
        if mail is None or mail.handed_at or mail.sent_at or mail.dropped_at:
            return None
        if mail.expires_at is None or mail.expires_at > utc_now():
            return mail
        with running.step() as db:
            drop_expired(db, utc_now(), keep_text=self.settings.demo)
        raise GiveUp(TOO_OLD)


@dataclass(slots=True)
class Delivery:
    """One try to send one mail. `handed_at`: when we handed it over; None: we did not."""

    postman: Postman
    running: Running
    mail: Mail
    handed_at: datetime | None = None

    def attempt(self) -> None:
        """Send it, and write down what the server said. Raises GiveUp and TryLater, where nothing was sent."""
        try:
            letter = message(self.mail, self.postman.settings.mail_from).as_bytes()
        except ValueError as problem:
            self._drop(f"{UNWRITABLE} {problem}")
        try:
            self._send(letter)
        except Unreachable as problem:
            self._later(f"{AWAY} {problem}", everybody=True)
        except Refused as problem:
            if problem.final:
                self._drop(f"{REFUSED} {problem}")
            self._later(f"{ASKED_TO_WAIT} {problem}", everybody=False)
        except NoAnswer as problem:
            log.warning("mail %s may not have arrived: %s", self.mail.id, problem)
            self._note(handed_at=self.handed_at, error=f"{UNANSWERED} {problem}"[:500])

    def _send(self, letter: bytes) -> None:
        untouched = self._as_we_left_it() & MAIL.c.dropped_at.is_(None)
        with self.postman.lines.line() as line:
            line.address(parseaddr(self.postman.settings.mail_from)[1], self.mail.to)
            now = utc_now()
            with self.running.step() as db:
                if db.execute(update(MAIL).where(untouched).values(handed_at=now)).rowcount != 1:  # type: ignore[attr-defined]
                    raise LostLease
            self.handed_at = now
            line.hand_over(letter)
            self._surely(self._sent)

    def _sent(self, db: Db) -> None:
        """Whoever waited because the server was away need not wait any longer."""
        kept = {} if self.postman.settings.demo else {"text": "", "unsubscribe": "", "calendar": ""}
        db.execute(update(MAIL).where(MAIL.c.id == self.mail.id).values(sent_at=utc_now(), error="", **kept))
        leases.begin_all(db, KINDS, utc_now(), error=AWAY)

    def _later(self, why: str, *, everybody: bool) -> NoReturn:
        """Nothing was sent: try again, or give up after days. `everybody`: no other mail would fare better now."""
        if self.running.ending.is_set():
            self._note(handed_at=None)
            raise Interrupted
        wait = leases.grown(self.postman.wait, self.postman.longest, self.running.delays + 1)
        until = utc_now() + wait
        if until > datetime.fromisoformat(self.running.given["until"]):
            self._drop(why)
        self._note(handed_at=None)
        if everybody:
            self._surely(lambda db: leases.put_off_all(db, KINDS, until, why))
        raise TryLater(why, wait)

    def _drop(self, why: str) -> NoReturn:
        self._note(handed_at=None, dropped_at=utc_now(), error=why[:500])
        raise GiveUp(why)

    def _as_we_left_it(self) -> ColumnElement[bool]:
        """Nobody who took this job over has handed the mail to a server since."""
        handed = MAIL.c.handed_at.is_(None) if self.handed_at is None else MAIL.c.handed_at == self.handed_at
        found: ColumnElement[bool] = (MAIL.c.id == self.mail.id) & MAIL.c.sent_at.is_(None) & handed
        return found

    def _note(self, **values: Any) -> None:
        self._surely(lambda db: db.execute(update(MAIL).where(self._as_we_left_it()).values(**values)))

    def _surely(self, write: Callable[[Db], object]) -> None:
        """What the server said is true whoever holds the lease by now, and must not be lost to a restart of the
        database; all of this may be written twice."""
        deadline = time.monotonic() + self.postman.noting
        while True:
            try:
                with self.running.database.transaction(writing=True) as db:
                    write(db)
                return
            except SQLAlchemyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
