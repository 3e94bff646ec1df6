"""Programmes: one edition each, run by facilitators."""

from __future__ import annotations

from cohorts.models import Programme
from server.db import Db


def create(
    db: Db, *, name: str, edition: str = "", purpose: str = "", host: str = "", time_zone: str = "UTC"
) -> Programme:
    """A programme; `time_zone` is an IANA name, shown where no reader's zone is known."""
    programme = Programme(name=name, edition=edition, purpose=purpose, host=host, time_zone=time_zone)
    db.add(programme)
    db.flush()
    return programme
