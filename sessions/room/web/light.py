"""The room for a slow line: one page of text and forms, without scripts, fonts, styles or pictures, loaded by a button.

A browser remembers it for all rooms; `?light=1` asks for it once.
"""

from __future__ import annotations

import re
from typing import Annotated

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from server.calls import Call, CookieSet, Reply
from server.forms import Form, one_line
from server.routes import verb
from sessions.room.web.doors import EntranceDoor

COOKIE = "room_light"
KEPT = 180 * 24 * 3600
# How long whoever loaded the page counts as present: it has no connection that would end.
STAYS = 150.0
# Of what we made ourselves: each is well formed.
_HEAVY = re.compile(r"<(script|svg|picture|iframe)\b.*?</\1>|<(?:img|link)\b[^>]*>", re.DOTALL | re.IGNORECASE)


def is_light(call: Call) -> bool:
    """Whether this reader wants the room for a slow line."""
    return call.query.get("light", call.cookies.get(COOKIE)) == "1"


def lightened(html: bytes) -> Markup:
    """The same without what would be fetched or drawn."""
    return Markup(_HEAVY.sub("", html.decode()))


class LightForm(Form):
    """Whether to keep it: "1", or nothing for the whole page."""

    light: Annotated[str, one_line(1)] = ""


@verb("/slots/{slot:int}/room/lightness")
def choose(call: Call, way: EntranceDoor, form: LightForm) -> Reply:
    """Keep the choice in this browser."""
    wants = form.light == "1"
    kept = CookieSet(COOKIE, "1" if wants else "", KEPT if wants else 0)
    return Reply(f"/slots/{way.slot.id}/room", cookies=(kept,))


routes: list[HTTPRouteHandler] = [choose]
