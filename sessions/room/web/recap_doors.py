"""Doors to the recap of a session: whoever runs the session, and once it is published whoever may know of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from cohorts.identity import stricter
from cohorts.policies import Vantage
from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours
from sessions import sessions
from sessions.room import recaps
from sessions.room.policies import may_run_room
from sessions.room.recaps import RECAP, RecapFacts
from sessions.web.doors import OpenSession, open_session, session_where


@dataclass(frozen=True, slots=True)
class OpenRecap:
    """A recap this reader may read. `vantage`: from where, under the stricter of the rules of the session and of the
    cohort; `runs`: whether they may change and publish it."""

    now: RecapFacts
    session: OpenSession
    vantage: Vantage
    runs: bool

    @property
    def id(self) -> int:
        """The id of its session."""
        return self.now.session_id

    @property
    def url(self) -> str:
        """Where it is read."""
        return recaps.url_of(self.id)


def _opened(call: Call, around: OpenSession) -> OpenRecap:
    found = recaps.of_session(call.db, around.id)
    part = sessions.parts_of(call.db, around.id).get(call.signed_in.person_id)
    runs = may_run_room(around.roles, part)
    if found is None or not (runs or found.published_at is not None):
        raise NotYours
    rule = stricter(around.now.attribution, around.cohort.vantage.attribution)
    return OpenRecap(found, around, replace(around.cohort.vantage, attribution=rule), runs)


def open_recap(call: Call) -> OpenRecap:
    """The recap of the session the path names."""
    return _opened(call, open_session(call))


def recap_of_stream(call: Call, column: str, stream_id: int) -> OpenRecap:
    """The recap one of whose streams that is."""
    found = recaps.read(call.db, RECAP.c[column] == stream_id)
    if not found:
        raise NotYours
    return _opened(call, session_where(call, "id", found[0].session_id))


def run_recap(call: Call) -> OpenRecap:
    """The recap, for those who may change it."""
    found = open_recap(call)
    if not found.runs:
        raise NotAllowed
    return found


RecapDoor = Annotated[OpenRecap, Door(open_recap)]
RunRecapDoor = Annotated[OpenRecap, Door(run_recap)]
