"""Every answer is counted and told of in one line: method, the route's template, status and how long it took.

The request gets a number of its own, made here and taken from nowhere outside. It is in the answer's header, in every
line that is logged on the way, and on the page that says something broke, so that whoever calls for help can name it.

The lines are written some at a time: one by one they cost a page 4 % (measured, thread page), together 1 %.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from random import random
from time import perf_counter, time
from typing import Any

from litestar import Request, Response

from server.logs import ABOUT

log = logging.getLogger("sweetspot.requests")

Asked = Request[Any, Any, Any]
Handler = Callable[[Asked], Awaitable[Response[bytes]]]
HEADER = "x-request-id"
TYPES = re.compile(r":\w+\}")
TOGETHER = 0.1
Line = tuple[float, str, str, int, float]


def new_number() -> str:
    """Ten digits: people read them out on the telephone."""
    return f"{int(random() * 10**10):010}"


def number() -> str:
    """The number of the request this runs in; empty outside of one."""
    return str(ABOUT.get().get("request", ""))


def counted(path: str, handler: Handler) -> Handler:
    """The handler of a route, with its answers counted."""
    template = TYPES.sub("}", path)

    async def answer(request: Asked) -> Response[bytes]:
        began, mine = perf_counter(), new_number()
        # The task and its context are this request's alone.
        ABOUT.set({"request": mine})
        response = await handler(request)
        tell(request, f"{request.method} {template}", mine, response, perf_counter() - began)
        return response

    answer.__name__ = handler.__name__
    return answer


def tell(request: Asked, route: str, mine: str, response: Response[bytes], seconds: float) -> None:
    """Count one answer, see to its line and put the request's number into its header."""
    status = response.status_code or 200
    request.app.state.house.hub.figures.answered(route, status, seconds)
    response.headers[HEADER] = mine
    if log.isEnabledFor(logging.INFO):
        if not _lines:
            asyncio.get_running_loop().call_later(TOGETHER, write_lines)
        _lines.append((time(), route, mine, status, seconds))


_lines: list[Line] = []


def write_lines() -> None:
    """Write what waits; to be called once more at the end of the program."""
    waiting = _lines.copy()
    _lines.clear()
    for at, route, mine, status, seconds in waiting:
        method, _, path = route.partition(" ")
        ms = round(seconds * 1000, 1)
        record = logging.LogRecord(log.name, logging.INFO, "", 0, "%s %s %s ms", (route, status, ms), None)
        record.created = at
        record.about = {"request": mine}
        record.fields = {"method": method, "route": path, "status": status, "ms": ms}
        log.handle(record)
