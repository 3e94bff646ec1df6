"""Mail: written as a row with the change it tells of, sent after the commit by a thread of its own.

A mail that is sent keeps its row but not its text, because the text may hold a link that signs in. Without an SMTP
server nothing is sent and every text stays: that is how the demo shows its mail.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, select, update
from sqlmodel import Field, SQLModel

from server.clock import Instant, utc_now
from server.db import Database, Db
from server.settings import LOOPBACK, Settings

log = logging.getLogger("sweetspot.mail")

POSTED = "mail posted"
SMTP_SECONDS = 20
# What could not be sent within an hour (no server was configured, the machine was off) surprises more than it helps.
TOO_LATE = timedelta(hours=1)
KEPT = timedelta(days=30)


class Mail(SQLModel, table=True):
    """One mail to one person. `sent_at`: the SMTP server took it. `handed_at` without `sent_at`: it was being handed
    over when the process ended, so nobody knows, and it is not sent twice. `expires_at`: worth nothing after that.
    `dropped_at`: it will not be sent any more; `error` says why, or why the last try failed."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(default="", max_length=40)
    to: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    at: datetime = Field(sa_type=Instant, index=True)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = Field(default="", max_length=500)


def post(db: Db, to: str, subject: str, text: str, now: datetime) -> None:
    """Write a mail in this transaction; it leaves after the commit."""
    db.execute(delete(Mail).where(Mail.at < now - KEPT))  # type: ignore[arg-type]
    db.add(Mail(to=to, subject=subject, text=text, at=now))
    db.info[POSTED] = True


def newest(db: Db, most: int) -> list[Mail]:
    """The latest mails, the newest first."""
    return list(db.execute(select(Mail).order_by(Mail.id.desc()).limit(most)).scalars())  # type: ignore[union-attr]


def message(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it travels. Raises ValueError for an address or a subject that would smuggle in another header."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = Address(addr_spec=mail.to)
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text)
    return made


def _connection(url: str) -> smtplib.SMTP:
    """A connection to the server of `smtp://…` or `smtps://…`; a password only travels encrypted or on this machine."""
    found = urlsplit(url)
    host, secure = found.hostname or "localhost", found.scheme == "smtps"
    if secure:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, found.port or 465, timeout=SMTP_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(host, found.port or 25, timeout=SMTP_SECONDS)
        smtp.ehlo()
        # A server on this machine has a certificate that nobody signed, and no wire to protect.
        if host not in LOOPBACK and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            secure = True
    if found.username:
        if not secure and host not in LOOPBACK:
            smtp.close()
            raise smtplib.SMTPException("the server offers no encryption, so no password was sent")
        smtp.login(unquote(found.username), unquote(found.password or ""))
    return smtp


class Postman:
    """Sends what waits, in a thread of its own: a slow server holds up nobody's request.

    `start` and `close` it with the program; `after_commit` is a listener of the database.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._url = settings.smtp_url
        self._sender = settings.mail_from
        self._demo = settings.demo
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="postman", daemon=True)

    def start(self) -> None:
        """Begin with what waited through a restart."""
        if self._url:
            self._wake.set()
            self._thread.start()
        elif not self._demo:
            log.warning("SMTP_URL is not set: mail is kept in the database and nobody gets it")

    def close(self) -> None:
        """Stop after the mail that is being sent; the others stay for the next start."""
        self._ending = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(SMTP_SECONDS)

    def after_commit(self, noted: Mapping[Any, Any]) -> None:
        """A transaction was committed; wakes the thread if it posted something."""
        if noted.get(POSTED):
            self._wake.set()

    def _work(self) -> None:
        while self._wake.wait() and not self._ending:
            self._wake.clear()
            try:
                self.deliver_waiting()
            except Exception:
                # The database may be busy or away for a moment; the mail waits in it, and the next one wakes us again.
                log.exception("delivering mail")

    def deliver_waiting(self) -> int:
        """Send every mail that waits, each tried once; how many were sent. Nothing is locked while a server is slow."""
        if not self._url:
            return 0
        with self._database.transaction(writing=False) as db:
            waiting = (Mail.sent_at.is_(None), Mail.error == "", Mail.at > utc_now() - TOO_LATE)  # type: ignore[union-attr]
            ids = db.execute(select(Mail.id).where(*waiting).order_by(Mail.id)).scalars().all()  # type: ignore[call-overload]
        return sum(self._deliver(mail_id) for mail_id in ids if not self._ending)

    def _deliver(self, mail_id: int) -> bool:
        mail = self._claimed(mail_id)
        if mail is None:
            return False
        try:
            with closing(_connection(self._url)) as smtp:
                smtp.send_message(message(mail, self._sender), to_addrs=[mail.to])
                smtp.quit()
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            log.warning("mail %s could not be sent: %s", mail_id, problem)
            self._note(mail_id, sent_at=None, error=f"{type(problem).__name__}: {problem}"[:500])
            return False
        if not self._demo:
            self._note(mail_id, text="")
        return True

    def _claimed(self, mail_id: int) -> Mail | None:
        """The mail, marked as sent before it is: with several workers nobody gets it twice."""
        with self._database.transaction(writing=True) as db:
            mine = update(Mail).where(Mail.id == mail_id, Mail.sent_at.is_(None), Mail.error == "")  # type: ignore[union-attr,arg-type]
            if db.execute(mine.values(sent_at=utc_now())).rowcount == 0:  # type: ignore[attr-defined]
                return None
            return db.get(Mail, mail_id)

    def _note(self, mail_id: int, **changed: Any) -> None:
        with self._database.transaction(writing=True) as db:
            db.execute(update(Mail).where(Mail.id == mail_id).values(**changed))  # type: ignore[arg-type]
