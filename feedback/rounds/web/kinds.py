"""The streams of rounds: the lists of a cohort, and each round twice, once for everybody and once for facilitators.

The streams of what a team writes and receives are in giving's part of this folder.
"""

from __future__ import annotations

from collections.abc import Sequence

from cohorts.policies import Vantage
from feedback.rounds import rounds
from feedback.rounds.rounds import LISTS, ROUND
from feedback.rounds.web import fragments, running
from feedback.rounds.web.doors import LIST_DOORS, round_where
from feedback.rounds.web.listed import NONE_YET, NOTHING_PLANNED
from server.calls import Call
from server.clock import utc_now
from server.db import Db
from server.live.kinds import Kind, Placed, shared
from server.refusals import NotYours


def _listen_to_list(call: Call, stream_id: int) -> Vantage:
    return LIST_DOORS.listen(call, stream_id).vantage


def _listen_to_run_list(call: Call, stream_id: int) -> Vantage:
    return LIST_DOORS.listen_to_plans(call, stream_id).vantage


def _show_list(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort_id = LISTS.cohort_id(db, "stream_id", stream_id)
    zone = rounds.zone_of(db, cohort_id)
    shown = (
        fragments.current(db, cohort_id, zone, utc_now()),
        fragments.everything(db, cohort_id, zone, utc_now(), NONE_YET),
    )
    # The page of the cohort shows what is going on, its list everything; that of a team what it owes itself.
    placed = [Placed(one.dom_id, one, elsewhere=True) for one in shown if one.dom_id in regions]
    return [*placed, *(Placed(name, None, poke=True) for name in regions if name == rounds.owes(cohort_id))]


def _show_run_list(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort_id = LISTS.cohort_id(db, "run_stream_id", stream_id)
    shown = fragments.planned(db, cohort_id, rounds.zone_of(db, cohort_id), utc_now(), NOTHING_PLANNED)
    return [Placed(shown.dom_id, shown)]


def _listen_to_round(call: Call, stream_id: int) -> Vantage:
    return round_where(call, ROUND.c.stream_id == stream_id).cohort.vantage


def _listen_to_run(call: Call, stream_id: int) -> Vantage:
    opened = round_where(call, ROUND.c.run_stream_id == stream_id)
    if not opened.runs:
        raise NotYours
    return opened.cohort.vantage


def _show_round(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    found = shared(db, ("round of", stream_id), lambda: rounds.read(db, ROUND.c.stream_id == stream_id))
    shown = [fragments.round_shown(db, facts, utc_now(), vantage) for facts in found]
    return [Placed(one.dom_id, one) for one in shown if one.dom_id in regions]


def _show_run(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    found = shared(db, ("run of", stream_id), lambda: rounds.read(db, ROUND.c.run_stream_id == stream_id))
    shown = [one for facts in found for one in running.shown(db, facts, utc_now(), vantage).values()]
    return [Placed(one.dom_id, one) for one in shown if one.dom_id in regions]


kinds = [
    Kind("round list", _listen_to_list, _show_list),
    Kind("round run list", _listen_to_run_list, _show_run_list),
    Kind("round", _listen_to_round, _show_round),
    Kind("round run", _listen_to_run, _show_run),
]
