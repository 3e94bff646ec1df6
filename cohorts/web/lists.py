"""Doors to the lists a cohort keeps (cohorts/lists.py): others than those who may see one are told of nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cohorts.lists import CohortList
from cohorts.web.doors import OpenCohort, open_cohort, open_cohort_of_stream
from server.calls import Call
from server.refusals import NotAllowed, NotYours

Roles = frozenset[str]


@dataclass(frozen=True, slots=True)
class ListDoors:
    """The ways to one kind of list. `may_see` and `may_plan` decide by the reader's roles in the cohort."""

    kept: CohortList[Any]
    may_see: Callable[[Roles], bool]
    may_plan: Callable[[Roles], bool]

    def open(self, call: Call) -> OpenCohort:
        """The cohort the path names, for those who are told of its list."""
        return self._seen(open_cohort(call))

    def plan(self, call: Call) -> OpenCohort:
        """The cohort the path names, for those who plan there."""
        cohort = self.open(call)
        if not self.may_plan(cohort.vantage.roles):
            raise NotAllowed
        return cohort

    def listen(self, call: Call, stream_id: int) -> OpenCohort:
        """The cohort whose list that stream carries."""
        return self._of_stream(call, "stream_id", stream_id)

    def listen_to_plans(self, call: Call, stream_id: int) -> OpenCohort:
        """The cohort of whose list that stream carries everything, for those who plan there."""
        cohort = self._of_stream(call, "run_stream_id", stream_id)
        if not self.may_plan(cohort.vantage.roles):
            raise NotYours
        return cohort

    def _of_stream(self, call: Call, column: str, stream_id: int) -> OpenCohort:
        around = self.kept.cohort_stream(call.db, column, stream_id)
        if around is None:
            raise NotYours
        return self._seen(open_cohort_of_stream(call, around))

    def _seen(self, cohort: OpenCohort) -> OpenCohort:
        if not self.may_see(cohort.vantage.roles):
            raise NotYours
        return cohort
