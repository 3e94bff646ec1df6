"""Everything kept about somebody, as a file for them (GDPR, articles 15 and 20)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from litestar.handlers import HTTPRouteHandler

from people.traces import MY_DATA
from people.web.doors import SelfDoor
from server.audit import note
from server.calls import Call
from server.headers import page_headers
from server.house import Answer
from server.pages import Page
from server.routes import page, verb


@page("/profile/data")
def show(call: Call, viewer: SelfDoor) -> Page:
    """What the file is, what is in it, and what it costs to be erased."""
    return Page("people/my_data.html", {})


@verb("/profile/data")
def download(call: Call, viewer: SelfDoor) -> Answer:
    """The file. That it was taken is noted: somebody may have found a browser open."""
    told = _told(call, viewer.person_id)
    note(call.db, "data downloaded", by_id=viewer.person_id, person_id=viewer.person_id, now=call.now)
    body = json.dumps(told, ensure_ascii=False, indent=2, default=_plain).encode()
    name = f"sweetspot-{call.now:%Y-%m-%d}.json"
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    headers |= {"content-type": "application/json; charset=utf-8"}
    return Answer(body, 200, headers | {"content-disposition": f'attachment; filename="{name}"'})


def _told(call: Call, person_id: int) -> dict[str, Any]:
    told: dict[str, Any] = {"made_at": call.now, "made_by": call.house.settings.origin}
    for about in call.house.panels[MY_DATA]:
        told |= about(call.db, person_id)
    return told


def _plain(value: object) -> str:
    """What JSON has no form for."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


routes: list[HTTPRouteHandler] = [show, download]
