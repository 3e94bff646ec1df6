"""One conversation with the SMTP server: up to the envelope nothing is sent; after the last line of a letter only its
answer tells whether it was taken (RFC 5321, 4.1.1.4 and 4.2.5)."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from server.settings import LOOPBACK

SECONDS = 20
# A server may look for viruses before it answers; whoever hangs up earlier does not know what became of the letter.
ANSWER_SECONDS = 60
GOODBYE_SECONDS = 2
GRACE = 5.0


class Unreachable(Exception):
    """The server cannot be used by anybody now; nothing was sent."""


class Refused(Exception):
    """The server does not take this letter, and says so; nothing was sent. `final`: it never will."""

    def __init__(self, why: str, *, final: bool) -> None:
        super().__init__(why)
        self.final = final


class NoAnswer(Exception):
    """The letter was handed over and no answer came: nobody knows whether it was taken."""


def _words(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}"[:400]


class Line:
    """A connection that greeted us and let us in. `on_its_way`: the letter is being handed over."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self.on_its_way = False

    def address(self, sender: str, to: str) -> None:
        """Say from whom and to whom. Raises Refused for the recipient, Unreachable for everything else."""
        options = [] if to.isascii() else ["SMTPUTF8"]
        if options and not self._smtp.has_extn("smtputf8"):
            raise Refused("The mail server takes no addresses with letters like these.", final=True)
        code, answer = self._smtp.mail(sender, options)
        if code != 250:
            raise Unreachable(_words(code, answer))
        code, answer = self._smtp.rcpt(to)
        if code == 421:
            raise Unreachable(_words(code, answer))
        if code not in (250, 251):
            raise Refused(_words(code, answer), final=500 <= code < 600)

    def hand_over(self, letter: bytes) -> None:
        """Send the letter, whose lines end in CRLF. Raises Unreachable, Refused or NoAnswer."""
        code, answer = self._smtp.docmd("DATA")
        if code != 354:
            raise Refused(_words(code, answer), final=500 <= code < 600)
        self.on_its_way = True
        try:
            self._patience(ANSWER_SECONDS)
            self._smtp.send(re.sub(rb"(?m)^\.", b"..", letter) + b".\r\n")
            code, answer = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as problem:
            raise NoAnswer(f"{type(problem).__name__}: {problem}") from problem
        finally:
            self.on_its_way = False
        if not 200 <= code < 600:
            raise NoAnswer(_words(code, answer))
        if code >= 300:
            raise Refused(_words(code, answer), final=code >= 500)

    def say_goodbye(self) -> None:
        """A courtesy: whatever the server does with it, the letter was settled before."""
        with suppress(OSError, smtplib.SMTPException):
            self._patience(GOODBYE_SECONDS)
            self._smtp.quit()

    def _patience(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)


class _Known:
    """A connection that can be hung up before the server has said a word: it may never say one."""

    def __init__(self, opened: dict[smtplib.SMTP, Line | None], *given: Any, **named: Any) -> None:
        self._opened = opened
        opened[self] = None  # type: ignore[index]
        try:
            super().__init__(*given, **named)
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """It is over."""
        self._opened.pop(self, None)  # type: ignore[call-overload]
        self.close()  # type: ignore[attr-defined]


class _Plain(_Known, smtplib.SMTP):
    pass


class _Secure(_Known, smtplib.SMTP_SSL):
    pass


class Lines:
    """The open connections to one server, so that the end of the program need not wait for one that hangs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open: dict[smtplib.SMTP, Line | None] = {}
        self._closed = threading.Event()

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A line for one letter. Raises Unreachable, also for what the server breaks off inside the block."""
        smtp: _Plain | _Secure | None = None
        try:
            smtp = self._connected()
            line = self._open[smtp] = Line(smtp)
            yield line
            line.say_goodbye()
        except (OSError, smtplib.SMTPException) as problem:
            raise Unreachable(f"{type(problem).__name__}: {problem}"[:400]) from problem
        finally:
            if smtp is not None:
                smtp.forget()

    def _connected(self) -> _Plain | _Secure:
        """A connection to `smtp://…` or `smtps://…`; a password only travels encrypted or on this machine."""
        if self._closed.is_set():
            raise Unreachable("The program ends.")
        found = urlsplit(self._url)
        host, secure = found.hostname or "localhost", found.scheme == "smtps"
        known: dict[str, Any] = {"port": found.port or (465 if secure else 25), "timeout": SECONDS}
        if secure and host not in LOOPBACK:
            # Unless it is given this, smtplib takes anybody's certificate.
            known["context"] = ssl.create_default_context()
        smtp = (_Secure if secure else _Plain)(self._open, host, **known)
        try:
            self._let_in(smtp, host, secure, found)
        except BaseException:
            smtp.forget()
            raise
        return smtp

    def _let_in(self, smtp: smtplib.SMTP, host: str, secure: bool, found: SplitResult) -> None:
        smtp.ehlo_or_helo_if_needed()
        # A server on this machine has a certificate that nobody signed, and no wire to protect.
        if not secure and host not in LOOPBACK and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
            secure = True
        if found.username:
            if not secure and host not in LOOPBACK:
                raise smtplib.SMTPException("the server offers no encryption, so no password was sent")
            smtp.login(unquote(found.username), unquote(found.password or ""))

    def close(self) -> None:
        """Hang up: at once where nothing was handed over, else after some seconds for the answer."""
        self._closed.set()
        deadline = time.monotonic() + GRACE
        while self._open:
            late = time.monotonic() > deadline
            for smtp, line in list(self._open.items()):
                if late or line is None or not line.on_its_way:
                    _hang_up(smtp)
            if late:
                return
            time.sleep(0.02)


def _hang_up(smtp: smtplib.SMTP) -> None:
    found = getattr(smtp, "sock", None)
    if found is not None:
        with suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)
