"""The recap of a session: its page, its streams, and the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from cohorts.policies import Vantage
from cohorts.web.panels import Panel
from server.calls import Call
from server.db import Db
from server.live.kinds import Kind, Placed
from server.live.log import positions
from server.pages import Page, Piece
from server.refusals import NotYours
from server.routes import page
from sessions.policies import may_attend
from sessions.room import recaps
from sessions.room.recaps import RECAP
from sessions.room.web.recap_doors import OpenRecap, RecapDoor, recap_of_stream
from sessions.room.web.recap_fragments import recap_shown, run_shown, way_shown
from sessions.sessions import SessionFacts
from sessions.web.doors import OpenSession
from sessions.web.parts import session_parts, session_shows


@page("/sessions/{session:int}/recap", name="recap.show")
def show(call: Call, recap: RecapDoor) -> Page:
    """What is remembered of a session."""
    context = {
        "recap": recap,
        "session": recap.session,
        "shown": recap_shown(call.db, recap.now, recap.session.now, recap.vantage),
        "run": run_shown(call.db, recap.now) if recap.runs else None,
    }
    return Page("room/recap.html", context, positions(call.db, _streams(recap)))


def _streams(recap: OpenRecap) -> list[int]:
    """Those who look on see a page that stands still."""
    if not may_attend(recap.vantage.roles):
        return []
    return [recap.now.stream_id, *([recap.now.run_stream_id] if recap.runs else [])]


def _listen(call: Call, stream_id: int) -> Vantage:
    vantage = recap_of_stream(call, "stream_id", stream_id).vantage
    if not may_attend(vantage.roles):
        raise NotYours
    return vantage


def _listen_to_run(call: Call, stream_id: int) -> Vantage:
    recap = recap_of_stream(call, "run_stream_id", stream_id)
    if not recap.runs:
        raise NotYours
    return recap.vantage


def _show(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    found = recaps.read(db, RECAP.c.stream_id == stream_id)
    shown = [recap_shown(db, one, recaps.session_of(db, one), vantage) for one in found]
    return [Placed(one.dom_id, one) for one in shown]


def _show_run(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    shown = [run_shown(db, one) for one in recaps.read(db, RECAP.c.run_stream_id == stream_id)]
    return [Placed(one.dom_id, one) for one in shown]


def on_session(call: Call, opened: OpenSession) -> Panel:
    """On the page of the session: the way to its recap."""
    shown = way_shown(call.db, opened.now, opened.cohort.vantage)
    piece = Piece("room/recap_way.html", {"way": shown})
    return Panel(Markup(call.house.pages.piece(piece, call.language)))


def _way_placed(db: Db, vantage: Vantage, facts: SessionFacts, regions: Sequence[str]) -> Iterator[Placed]:
    if f"recap-way-{facts.id}" in regions:
        shown = way_shown(db, facts, vantage)
        yield Placed(shown.dom_id, shown)


session_parts.append(on_session)
session_shows.append(_way_placed)
kinds = [Kind("recap", _listen, _show), Kind("recap run", _listen_to_run, _show_run)]
routes: list[HTTPRouteHandler] = [show]
