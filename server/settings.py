"""Every setting of an installation, read once from the environment.

An unknown `SWEETSPOT_…` variable or a malformed value stops the start: a typo must not silently run with a default.
The table in docs/self-hosting.md is checked against the fields below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
# The largest number either database takes in an integer column: no id of ours is larger.
LARGEST_ID = 2**31 - 1
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WrongSetting(Exception):
    """A setting that cannot be used; the text is one sentence that says which and why."""


def setting(variable: str, default: Any, words: str) -> Any:
    """A field read from the environment variable `variable`; `words` is what the documentation says of it."""
    return field(default=default, metadata={"variable": variable, "words": words})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings object: built by `read_settings`, handed to everything, never changed."""

    database_url: str = setting("DATABASE_URL", "", "SQLite file or PostgreSQL database; empty: var/sweetspot.db")
    redis_url: str = setting("REDIS_URL", "", "where processes wake each other: redis://…, rediss://… or unix://…")
    host: str = setting("SWEETSPOT_HOST", "127.0.0.1", "the address the server listens on")
    port: int = setting("SWEETSPOT_PORT", 8000, "the port the server listens on")
    url: str = setting("SWEETSPOT_URL", "", "where people reach this installation; empty: http://HOST:PORT")
    behind_proxy: bool = setting("SWEETSPOT_BEHIND_PROXY", False, "yes: a TLS proxy on this machine sets X-Forwarded-*")
    demo: bool = setting("SWEETSPOT_DEMO", False, "yes: anyone may enter as one of the demo's invented people")
    demo_for_all: bool = setting("SWEETSPOT_DEMO_FOR_ALL", False, "yes: let demo mode listen beyond this machine")
    smtp_url: str = setting("SMTP_URL", "", "smtp://user:password@host:port or smtps://…; empty: mail is only kept")
    mail_from: str = setting("SWEETSPOT_MAIL_FROM", "sweetspot@localhost", "the sender of every mail")
    test_languages: bool = setting("SWEETSPOT_TEST_LANGUAGES", False, "yes: offer the two generated test languages")
    fragments_kept: int = setting("SWEETSPOT_FRAGMENTS_KEPT", 8192, "rendered fragments kept in memory; 0: none")
    heartbeat: float = setting("SWEETSPOT_HEARTBEAT", 15.0, "seconds between two heartbeats of a live page")
    poll: float = setting("SWEETSPOT_POLL", 1.0, "seconds between two looks for what other processes changed")
    presence_grace: float = setting("SWEETSPOT_PRESENCE_GRACE", 8.0, "seconds until somebody who left counts as away")
    read_threads: int = setting("SWEETSPOT_READ_THREADS", 2, "requests that may read at the same time")
    sqlite_synchronous: str = setting("SWEETSPOT_SQLITE_SYNCHRONOUS", "FULL", "FULL or NORMAL; see docs/decisions")
    log: str = setting("SWEETSPOT_LOG", "lines", "lines for people, or json: one object a line")
    metrics_token: str = setting("SWEETSPOT_METRICS_TOKEN", "", "the secret that opens /metrics; empty: no such page")

    @property
    def origin(self) -> str:
        """Scheme and host as a browser sends them in `Origin`."""
        return self.url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people reach us over https."""
        return self.origin.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """The values of `Host` that are ours; on a loopback address every name of the loopback is."""
        netloc = urlsplit(self.origin).netloc
        if self.secure or urlsplit(self.origin).hostname not in LOOPBACK:
            return frozenset({netloc})
        return frozenset({netloc, *(f"{'[::1]' if name == '::1' else name}:{self.port}" for name in LOOPBACK)})

    @property
    def login_cookie(self) -> str:
        """The login's cookie: `__Host-` over https; a port of its own on the loopback, where cookies ignore ports."""
        return "__Host-login" if self.secure else f"login_{self.port}"


def _parse(variable: str, kind: type, text: str) -> Any:
    if kind is bool:
        if text.lower() in ("yes", "no"):
            return text.lower() == "yes"
        raise WrongSetting(f"{variable} must be yes or no, not {text!r}.")
    try:
        return kind(text)
    except ValueError:
        raise WrongSetting(f"{variable} must be a number, not {text!r}.") from None


def read_settings(environment: Mapping[str, str], **given: Any) -> Settings:
    """The settings of `environment`; `given` (from the command line) wins. Raises WrongSetting."""
    known = {f.metadata["variable"]: f for f in fields(Settings)}
    unknown = sorted(v for v in environment if v.startswith("SWEETSPOT_") and v not in known)
    if unknown:
        raise WrongSetting(f"{unknown[0]} is not a setting of Sweetspot; see docs/self-hosting.md.")
    kinds = {"str": str, "int": int, "float": float, "bool": bool}
    values = {
        f.name: _parse(variable, kinds[str(f.type)], environment[variable])
        for variable, f in known.items()
        if environment.get(variable, "") != ""
    }
    values |= {name: value for name, value in given.items() if value is not None}
    values.setdefault("database_url", f"sqlite:///{ROOT / 'var' / 'sweetspot.db'}")
    return _checked(Settings(**values))


def _checked(settings: Settings) -> Settings:
    origin = urlsplit(settings.origin)
    if origin.scheme not in ("http", "https") or not origin.hostname or origin.path not in ("", "/"):
        raise WrongSetting(f"SWEETSPOT_URL must be like https://sweetspot.example.org, not {settings.url!r}.")
    if origin.scheme == "http" and origin.hostname not in LOOPBACK and not settings.demo_for_all:
        raise WrongSetting(
            f"Plain http is only for this machine; {settings.origin} would send logins unprotected. "
            "Put a TLS proxy in front and set SWEETSPOT_URL=https://… and SWEETSPOT_BEHIND_PROXY=yes."
            if not settings.demo
            else f"Demo mode lets anyone enter as anyone, so it does not listen on {settings.host}. "
            "If every person who can reach that address may do so, set SWEETSPOT_DEMO_FOR_ALL=yes."
        )
    if settings.demo and settings.host not in LOOPBACK and not settings.demo_for_all:
        raise WrongSetting(
            f"Demo mode lets anyone enter as anyone, so it does not listen on {settings.host}. "
            "If every person who can reach that address may do so, set SWEETSPOT_DEMO_FOR_ALL=yes."
        )
    if settings.demo_for_all and not settings.demo:
        raise WrongSetting("SWEETSPOT_DEMO_FOR_ALL only goes with demo mode.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise WrongSetting("DATABASE_URL must start with sqlite:/// or postgresql://.")
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise WrongSetting("REDIS_URL must start with redis://, rediss:// or unix://.")
    if settings.sqlite_synchronous not in ("FULL", "NORMAL"):
        raise WrongSetting("SWEETSPOT_SQLITE_SYNCHRONOUS must be FULL or NORMAL.")
    if settings.log not in ("lines", "json"):
        raise WrongSetting("SWEETSPOT_LOG must be lines or json.")
    return settings
