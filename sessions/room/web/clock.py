"""What time it is at the server, so that every screen's timer agrees whatever its own clock says."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from server.clock import utc_now
from server.headers import is_for_us, page_headers
from server.house import Answer, House
from server.reading import reading
from server.routes import call_from, respond
from server.turned_away import Stranger, turned_away


@reading("/clock", name="clock", sync_to_thread=False)
def show_clock(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Milliseconds since 1970. Nothing is looked up, so that the answer is quick, and it is nobody's secret."""
    house: House = request.app.state.house
    call = call_from(house, request)
    if not is_for_us(house.settings, request.headers):
        return respond(turned_away(call, Stranger.WRONG_HOST), house.settings.secure)
    headers = page_headers(house.settings, house.policy, call.nonce) | {"content-type": "text/plain"}
    now = str(round(utc_now().timestamp() * 1000))
    return respond(Answer(now.encode(), 200, headers), house.settings.secure)


routes: list[HTTPRouteHandler] = [show_clock]
