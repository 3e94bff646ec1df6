"""Doors to sessions and slots: the way goes through the cohort, and the scope of its reader's roles there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from sqlalchemy import bindparam, select

from cohorts.models import Cohort
from cohorts.policies import Held
from cohorts.web.doors import OpenCohort, open_cohort_of_stream, standing
from cohorts.web.lists import ListDoors
from server.calls import Call, Door
from server.db import ask, settled
from server.refusals import NotAllowed, NotYours
from sessions import slots
from sessions.policies import (
    may_attend,
    may_cancel_session,
    may_change_session,
    may_plan_sessions,
    may_publish_session,
    may_see_list,
    may_unpublish_session,
    visible_sessions,
)
from sessions.sessions import LISTS, SESSION, SessionFacts
from sessions.slots import SLOT, SlotFacts
from sessions.states import SessionState, session_state

_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session this reader may know of, its cohort, its slots (the earliest first) and its state at the time of the
    call. `held`: the membership they take part with; None for those who only look on."""

    now: SessionFacts
    cohort: OpenCohort
    slots: tuple[SlotFacts, ...]
    state: SessionState
    held: Held | None

    @property
    def id(self) -> int:
        """The session's id."""
        return self.now.id

    @property
    def roles(self) -> frozenset[str]:
        """The reader's roles in its cohort."""
        return self.cohort.vantage.roles

    @property
    def plans(self) -> bool:
        """Whether the reader plans it."""
        return may_plan_sessions(self.roles)


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot of a session this reader may know of."""

    now: SlotFacts
    session: OpenSession

    @property
    def id(self) -> int:
        """The slot's id."""
        return self.now.id


def _held_in(call: Call, cohort: OpenCohort) -> Held | None:
    """With which membership somebody takes part in a cohort: as a member first, then as an adviser or facilitator."""
    wide = [one for one in standing(call).held if one.programme_id == cohort.programme.id]
    here = [one for one in wide if one.cohort_id == cohort.id or (one.cohort_id is None and one.role == "facilitator")]
    rank = ("member", "adviser", "facilitator")
    mine = [one for one in here if one.role in rank]
    return min(mine, key=lambda one: (rank.index(one.role), one.id), default=None)


# In one question: of which cohort and session that is. Whether somebody may know of it is decided after that.
_AROUND = {
    SESSION: select(_COHORT.c.stream_id, SESSION.c.id, SESSION.c.id).join_from(SESSION, _COHORT),
    SLOT: select(_COHORT.c.stream_id, SESSION.c.id, SLOT.c.id).select_from(SLOT.join(SESSION).join(_COHORT)),
}


@lru_cache
def _around(table: Any, column: str) -> Any:
    return _AROUND[table].where(table.c[column] == bindparam("given"))


@lru_cache
def _known_to(roles: frozenset[str]) -> Any:
    """A session with its slots, where somebody with those roles may know of it."""
    return settled(slots.WITH_SESSION.where(SESSION.c.id == bindparam("session"), visible_sessions(roles)))


def _found(call: Call, table: Any, column: str, value: int) -> tuple[OpenSession, int]:
    """The session around what has that value there, and the id of what that is."""
    assert call.signed_in
    row = ask(call.db, _around(table, column), given=value).first()
    if row is None:
        raise NotYours
    around, session_id, id_ = row
    return _session_in(call, around, session_id), id_


def _session_in(call: Call, around: int, session_id: int) -> OpenSession:
    """That session of the cohort with that stream."""
    cohort = open_cohort_of_stream(call, around)
    known = slots.with_session(ask(call.db, _known_to(cohort.vantage.roles), session=session_id))
    if known is None:
        raise NotYours
    one, offered = known
    spans = [slot.lasts for slot in slots.standing(offered)]
    state = session_state(one.published_at, one.cancelled_at, spans, call.now)
    return OpenSession(one, cohort, offered, state, _held_in(call, cohort))


def session_where(call: Call, column: str, value: int) -> OpenSession:
    """The session with that value in that column, if this reader may know of it."""
    return _found(call, SESSION, column, value)[0]


def open_session(call: Call) -> OpenSession:
    """The session the path names."""
    return session_where(call, "id", call.given["session"])


def slot_where(call: Call, column: str, value: int) -> OpenSlot:
    """The slot with that value in that column, if this reader may know of its session."""
    return _slot_of(*_found(call, SLOT, column, value))


def slot_in(call: Call, around: int, session_id: int, slot_id: int) -> OpenSlot:
    """The same where it is known already in which session it is, and which stream that session's cohort has."""
    assert call.signed_in
    return _slot_of(_session_in(call, around, session_id), slot_id)


def _slot_of(around: OpenSession, slot_id: int) -> OpenSlot:
    return OpenSlot(next(slot for slot in around.slots if slot.id == slot_id), around)


def open_slot(call: Call) -> OpenSlot:
    """The slot the path names."""
    return slot_where(call, "id", call.given["slot"])


def session_for(may: Callable[[frozenset[str], SessionState], bool]) -> Callable[[Call], OpenSession]:
    """The session the path names, as long as those who plan it may do that. Others who know of it may not."""

    def opened(call: Call) -> OpenSession:
        found = open_session(call)
        if not may(found.roles, found.state):
            raise NotAllowed
        return found

    return opened


def slot_for(may: Callable[[frozenset[str], SessionState], bool]) -> Callable[[Call], OpenSlot]:
    """The slot the path names, likewise. One that was called off is changed no more."""

    def opened(call: Call) -> OpenSlot:
        found = open_slot(call)
        if not may(found.session.roles, found.session.state) or found.now.cancelled_at is not None:
            raise NotAllowed
        return found

    return opened


def change_slot(call: Call) -> OpenSlot:
    """The slot the path names, for those who may move it. What is over stays as it was."""
    found = slot_for(may_change_session)(call)
    if found.now.ends_at <= call.now:
        raise NotAllowed
    return found


def attend(call: Call) -> OpenSlot:
    """The slot the path names, for those who may come to it."""
    return attended(open_slot(call))


def attended(slot: OpenSlot) -> OpenSlot:
    """That slot, for those who may come to it."""
    if not may_attend(slot.session.roles) or slot.session.held is None:
        raise NotAllowed
    return slot


LIST_DOORS = ListDoors(LISTS, may_see_list, may_plan_sessions)
SessionsDoor = Annotated[OpenCohort, Door(LIST_DOORS.open)]
PlanDoor = Annotated[OpenCohort, Door(LIST_DOORS.plan)]
SessionDoor = Annotated[OpenSession, Door(open_session)]
RunDoor = Annotated[OpenSession, Door(session_for(lambda roles, state: may_plan_sessions(roles)))]
ChangeDoor = Annotated[OpenSession, Door(session_for(may_change_session))]
PublishDoor = Annotated[OpenSession, Door(session_for(may_publish_session))]
UnpublishDoor = Annotated[OpenSession, Door(session_for(may_unpublish_session))]
CancelDoor = Annotated[OpenSession, Door(session_for(may_cancel_session))]
SlotDoor = Annotated[OpenSlot, Door(open_slot)]
ChangeSlotDoor = Annotated[OpenSlot, Door(change_slot)]
AttendDoor = Annotated[OpenSlot, Door(attend)]
