"""What time it is: UTC inside, IANA zones at the edges."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


class Instant(TypeDecorator[datetime]):
    """A column that holds an instant: aware going in, UTC inside, aware coming out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def zone_names(chosen: str = "") -> tuple[str, ...]:
    """The zones a person can choose: the places of the IANA database by their present names. First comes the one that
    is `chosen`, if it is an old name: browsers still send some, and whoever has one keeps it."""
    names = _present()
    return (chosen, *names) if chosen and chosen not in names and is_zone(chosen) else names


@lru_cache(maxsize=1)
def _present() -> tuple[str, ...]:
    # The table of the places of each country, as made for choosing from: it leaves out what names had before.
    rows = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("ascii").splitlines()
    names = {row.split("\t")[2] for row in rows if not row.startswith("#")}
    return (*sorted(names & known_zones()), "UTC")


def is_zone(name: str) -> bool:
    """Whether `name` is a zone we can compute with (aliases included: browsers still send some)."""
    return name in known_zones()


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Every name in the IANA database; looking them up walks its files."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name."""
    return ZoneInfo(name)
