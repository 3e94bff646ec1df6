"""Organisations: where people work."""

from __future__ import annotations

from collections.abc import Sequence

from people.models import Organisation, Sector
from server.db import Db
from server.languages import N_

SECTOR_WORDS = {
    Sector.PUBLIC: N_("Public sector"),
    Sector.PRIVATE: N_("Private company"),
    Sector.NGO: N_("Non-governmental organisation"),
    Sector.ACADEMIA: N_("Research and teaching"),
}


def add(
    db: Db,
    *,
    name: str,
    country: str,
    sector: Sector = Sector.PUBLIC,
    languages: Sequence[str] = (),
    time_zone: str = "UTC",
    sample: bool = False,
) -> Organisation:
    """A new organisation; `country` is an ISO 3166-1 code of two letters, `languages` are BCP 47 tags."""
    organisation = Organisation(
        name=name,
        country=country.upper(),
        sector=sector.value,
        languages=",".join(languages),
        time_zone=time_zone,
        sample=sample,
    )
    db.add(organisation)
    db.flush()
    return organisation


def by_id(db: Db, organisation_id: int) -> Organisation | None:
    """The organisation, or None."""
    return db.get(Organisation, organisation_id)
