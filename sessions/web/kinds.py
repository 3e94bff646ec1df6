"""The streams of sessions: the lists of a cohort, each session twice, for everybody and for those who plan it, and each
slot. What other files show on the last three is in parts.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cohorts.policies import Vantage
from server.calls import Call
from server.clock import utc_now
from server.db import Db
from server.live.kinds import Kind, Placed, shared
from server.refusals import NotYours
from sessions import sessions, slots
from sessions.policies import may_attend, visible_sessions
from sessions.sessions import LISTS, SESSION, SessionFacts
from sessions.slots import SLOT
from sessions.web import fragments, parts, shown
from sessions.web.doors import LIST_DOORS, session_where, slot_where


def _listen_to_list(call: Call, stream_id: int) -> Vantage:
    vantage = LIST_DOORS.listen(call, stream_id).vantage
    if not may_attend(vantage.roles):
        raise NotYours
    return vantage


def _listen_to_run_list(call: Call, stream_id: int) -> Vantage:
    return LIST_DOORS.listen_to_plans(call, stream_id).vantage


def _show_list(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort_id = LISTS.cohort_id(db, "stream_id", stream_id)
    where = db, cohort_id, vantage.roles, sessions.zone_of(db, cohort_id), utc_now()
    # The page of the cohort shows what is on and what is to come, its list everything.
    head, listed = fragments.ahead(*where)
    found = [head] if listed.dom_id in regions else []
    found += [one for one in (listed, fragments.everything(*where)) if one.dom_id in regions]
    return [Placed(one.dom_id, one, elsewhere=True) for one in found]


def _show_run_list(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort_id = LISTS.cohort_id(db, "run_stream_id", stream_id)
    found = fragments.drafts(db, cohort_id, vantage.roles, sessions.zone_of(db, cohort_id), utc_now())
    return [Placed(one.dom_id, one) for one in [found] if one.dom_id in regions]


def _listen_to_session(call: Call, stream_id: int) -> Vantage:
    """Sponsors see a session that is open to them and follow it not: nothing of who attends may be countable."""
    vantage = session_where(call, "stream_id", stream_id).cohort.vantage
    if not may_attend(vantage.roles):
        raise NotYours
    return vantage


def _listen_to_run(call: Call, stream_id: int) -> Vantage:
    opened = session_where(call, "run_stream_id", stream_id)
    if not opened.plans:
        raise NotYours
    return opened.cohort.vantage


def _listen_to_slot(call: Call, stream_id: int) -> Vantage:
    vantage = slot_where(call, "stream_id", stream_id).session.cohort.vantage
    if not may_attend(vantage.roles):
        raise NotYours
    return vantage


def _found(db: Db, vantage: Vantage, column: str, stream_id: int) -> list[SessionFacts]:
    """The session of that stream, as long as this vantage may know of it: it may have become a draft again."""
    visible = visible_sessions(vantage.roles)
    key = ("session of", column, stream_id, vantage.roles)
    return shared(db, key, lambda: sessions.read(db, SESSION.c[column] == stream_id, visible))


def _show_session(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    return [one for facts in _found(db, vantage, "stream_id", stream_id) for one in _parts(db, vantage, facts, regions)]


def _parts(db: Db, vantage: Vantage, facts: SessionFacts, regions: Sequence[str]) -> Iterator[Placed]:
    if f"session-{facts.id}" in regions:
        found = shown.session_shown(db, facts, vantage, vantage.attribution, utc_now())
        yield Placed(found.dom_id, found, elsewhere=True)
    if f"agenda-{facts.id}" in regions:
        found = shown.agenda_shown(db, facts, vantage.language)
        yield Placed(found.dom_id, found, elsewhere=True)
    for show in parts.session_shows:
        yield from show(db, vantage, facts, regions)
    if f"slots-{facts.id}" in regions:
        found = shown.anew(facts, len(slots.of_sessions(db, [facts.id]).get(facts.id, ())))
        yield Placed(found.dom_id, found)


def _show_run(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    placed = []
    for facts in _found(db, vantage, "run_stream_id", stream_id):
        if f"session-run-{facts.id}" in regions:
            found = shown.run_shown(db, facts, vantage.roles, utc_now())
            placed.append(Placed(found.dom_id, found, elsewhere=True))
        placed += [one for show in parts.run_shows for one in show(db, vantage, facts, regions)]
    return placed


def _show_slot(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    placed = []
    for slot in shared(db, ("slot of", stream_id), lambda: slots.read(db, SLOT.c.stream_id == stream_id)):
        for facts in _found(db, vantage, "id", slot.session_id):
            if f"slot-{slot.id}" in regions:
                found = shown.slot_shown(db, facts, slot, vantage, utc_now())
                placed.append(Placed(found.dom_id, found, elsewhere=True))
            placed += [one for show in parts.slot_shows for one in show(db, vantage, facts, slot, regions)]
    return placed


kinds = [
    Kind("session list", _listen_to_list, _show_list),
    Kind("session run list", _listen_to_run_list, _show_run_list),
    Kind("session", _listen_to_session, _show_session),
    Kind("session run", _listen_to_run, _show_run),
    Kind("slot", _listen_to_slot, _show_slot),
]
