"""Tables of thematic sessions: columns and constraints, nothing that acts."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ThematicSession(SQLModel, table=True):
    """A theme the cohort will meet about. `place` is its order in the programme."""

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    theme: str = Field(max_length=200)
    place: int = 0
