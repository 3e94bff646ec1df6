"""A real SMTP server that keeps what it is sent."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.house import PATIENCE


class Postbox:
    """The messages a server took, oldest first. `host` and `port` are where it listens."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.arrived = threading.Condition()
        self.taken: list[EmailMessage] = []

        # What each message came under: the version of TLS, or "".
        self.encrypted: list[str] = []

    @property
    def messages(self) -> list[EmailMessage]:
        with self.arrived:
            return list(self.taken)

    def clear(self) -> None:
        with self.arrived:
            self.taken.clear()

    def to(self, address: str) -> list[EmailMessage]:
        """The messages sent to `address`, blind copies included."""
        return [message for message in self.messages if address in str(message["X-Envelope-To"]).split(", ")]

    def wait_for(self, count: int, timeout: float = PATIENCE) -> list[EmailMessage]:
        """All messages as soon as there are `count`; TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self.arrived:
            while len(self.taken) < count:
                left = deadline - time.monotonic()
                if left <= 0 or not self.arrived.wait(left):
                    raise TimeoutError(f"{len(self.taken)} of {count} messages came within {timeout} s")
            return list(self.taken)

    # aiosmtpd calls the handler by this name.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        message = message_from_bytes(content, EmailMessage, policy=policy.default)
        message["X-Envelope-From"] = envelope.mail_from or ""
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        cipher = server.transport.get_extra_info("cipher") if server.transport else None
        with self.arrived:
            self.taken.append(message)
            self.encrypted.append(cipher[1] if cipher else "")
            self.arrived.notify_all()
        return "250 Taken"


@contextmanager
def smtp(host: str = "127.0.0.1", **given: Any) -> Iterator[Postbox]:
    """An SMTP server on a free port of `host` for the length of the block; `given` goes to aiosmtpd's controller."""
    with socket.socket() as held:
        # As long as we hold it, nobody else is given that port.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((host, 0))
        postbox = Postbox(host, held.getsockname()[1])
        if sys.platform != "linux":
            held.close()
        controller = Controller(postbox, hostname=postbox.host, port=postbox.port, ready_timeout=PATIENCE, **given)
        controller.start()
        try:
            yield postbox
        finally:
            controller.stop()
