"""Routes that show something: GET, and HEAD, which answers the same without its content (RFC 9110, 9.3.2)."""

from __future__ import annotations

from functools import partial

from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope

# Both stand with each route, so that OPTIONS, and `Allow` where a method is refused, name them too.
reading = partial(HTTPRouteHandler, http_method=[HttpMethod.GET, HttpMethod.HEAD])


async def without_content(message: Message, scope: Scope) -> None:
    """Takes the content off what is sent to a HEAD, refusals too: not every server does that for its application."""
    if message["type"] == "http.response.body" and scope.get("method") == HttpMethod.HEAD:
        message["body"] = b""
