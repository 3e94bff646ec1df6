"""Doors to imports. What a list says of people is for those who run the cohort; for all others there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from cohorts import cohorts, imports
from cohorts.audiences import vantage_in_cohort
from cohorts.cohorts import CohortFacts
from cohorts.imports import IMPORT, ImportFacts
from cohorts.policies import may_edit_cohort, visible_cohorts
from cohorts.web.doors import standing
from server.calls import Call, Door
from server.refusals import NotYours


@dataclass(frozen=True, slots=True)
class OpenImport:
    """An import and the cohort it goes into."""

    facts: ImportFacts
    cohort: CohortFacts

    @property
    def id(self) -> int:
        """Of the import."""
        return self.facts.id


def _opened(call: Call, condition: Any) -> OpenImport:
    mine = standing(call)
    found = imports.read(call.db, condition)
    if not found:
        raise NotYours
    into = cohorts.read(call.db, visible_cohorts(mine), id=found[0].cohort_id)
    if not into:
        raise NotYours
    vantage = vantage_in_cohort(call.db, mine, into[0].id, into[0].programme.id, call.language.tag)
    if not may_edit_cohort(vantage):
        raise NotYours
    return OpenImport(found[0], into[0])


def open_import(call: Call) -> OpenImport:
    """The import the path names."""
    return _opened(call, IMPORT.c.id == call.given["import"])


def open_import_of_stream(call: Call, stream_id: int) -> OpenImport:
    """The import that stream carries."""
    return _opened(call, IMPORT.c.stream_id == stream_id)


ImportDoor = Annotated[OpenImport, Door(open_import)]
