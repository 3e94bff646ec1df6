"""What the installation talks to: the mail server, Redis, and itself, as people reach it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from server.doctor import Finding, Installation, look, ok, wrong
from server.settings import LOOPBACK, Settings
from server.smtp import Lines, Unreachable

SECONDS = 5.0


def mail_server(installation: Installation) -> Iterator[Finding]:
    """Connects, greets, encrypts and signs in; sends nothing."""
    url = installation.settings.smtp_url
    if not url:
        kept = "Mail is only kept, as a demo should" if installation.settings.demo else ""
        yield (
            ok("Mail server", kept)
            if kept
            else look("Mail server", "SMTP_URL is not set, so nobody gets a mail and nobody can sign in: set it.")
        )
        return
    found = urlsplit(url)
    where = f"{found.hostname}:{found.port or (465 if found.scheme == 'smtps' else 25)}"
    try:
        with Lines(url).line():
            pass
    except (Unreachable, ValueError) as problem:
        yield wrong("Mail server", f"{where} cannot be used ({problem}): check SMTP_URL.")
    else:
        signed_in = f", and takes the password of {found.username}" if found.username else ""
        yield ok("Mail server", f"{where} answers{signed_in}")


def redis(installation: Installation) -> Iterator[Finding]:
    """Whether what wakes other processes answers; without REDIS_URL there is nothing to look at."""
    url = installation.environment.get("REDIS_URL", "")
    if not url:
        return
    from redis import Redis
    from redis.exceptions import RedisError

    shown = urlsplit(url)._replace(netloc=urlsplit(url).netloc.rpartition("@")[2]).geturl()
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as problem:
        yield wrong("Redis", f"{shown} cannot be used ({problem}): check REDIS_URL and that the server runs.")
    else:
        yield ok("Redis", f"{shown} answers")


def itself(installation: Installation) -> Iterator[Finding]:
    """Whether people get an answer at the address they use, if a server runs at all."""
    settings = installation.settings
    here = f"{settings.host}:{settings.port}"
    try:
        socket.create_connection((near(settings), settings.port), SECONDS).close()
    except OSError:
        yield ok("Server", f"None runs at {here} just now")
        return
    try:
        status, ours = front_page(settings.origin)
    except ssl.SSLError as problem:
        yield wrong("Server", f"{settings.origin} has a certificate that browsers refuse ({problem.reason}): renew it.")
    except (OSError, HTTPException) as problem:
        words = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
        yield wrong(
            "Server", f"It runs at {here}, but {settings.origin} does not answer ({words}): check DNS and proxy."
        )
    else:
        if not ours:
            yield wrong("Server", f"Something else answers at {settings.origin}: check the proxy and SWEETSPOT_URL.")
        elif status != 200:
            yield wrong("Server", f"{settings.origin} answers with status {status}: see its log.")
        else:
            yield ok("Server", f"{settings.origin} answers")


def near(settings: Settings) -> str:
    """How this machine reaches what listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)


def front_page(origin: str) -> tuple[int, bool]:
    """The status of the front page, and whether it is one of ours. Raises OSError, HTTPException."""
    found = urlsplit(origin)
    kind = HTTPSConnection if found.scheme == "https" else HTTPConnection
    connection = kind(found.hostname or LOOPBACK[0], found.port, timeout=SECONDS)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        # Every page of ours says so, refusals included.
        return answer.status, answer.getheader("x-robots-tag") == "noindex" and b"Sweetspot" in answer.read()
    finally:
        connection.close()
