"""`page` and `verb`: plain functions become Litestar routes. The only place where a request is awaited."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler

from server.calls import Call, Needs, Reply, Verb, run_page, run_verb
from server.clock import utc_now
from server.headers import is_for_us, is_from_us
from server.house import Answer, House
from server.lanes import Lane
from server.languages import choose
from server.pages import Page, Piece
from server.refusals import NotYours, Refusal
from server.settings import LARGEST_ID
from server.turned_away import Stranger, turned_away

log = logging.getLogger("sweetspot.calls")

Asked = Request[Any, Any, Any]
Show = Callable[..., Page | Piece | Reply | Answer]
# Four chapters of ten thousand characters in any script, each twice in a conflict, fit.
MOST_BODY = 1_048_576


def call_from(house: House, request: Asked) -> Call:
    """The call of a request, before its form is read."""
    headers = request.headers
    return Call(
        house=house,
        method=request.method,
        path=request.url.path,
        given=request.path_params,
        query={name: value for name, value in request.query_params.items() if isinstance(value, str)},
        cookies=request.cookies,
        language=choose(None, headers.get("accept-language", ""), tuple(house.pages.languages.values())),
        client=request.client.host if request.client else "",
        now=utc_now(),
        htmx="hx-request" in headers,
        accepts=headers.get("accept-language", ""),
        agent=headers.get("user-agent", "")[:200],
    )


def respond(answer: Answer, secure: bool) -> Response[bytes]:
    """Litestar's response for our answer."""
    headers = dict(answer.headers)
    # Litestar adds the charset of a text type itself.
    media_type = headers.pop("content-type", "text/html").partition(";")[0]
    response = Response(answer.body, status_code=answer.status, headers=headers, media_type=media_type)
    for cookie in answer.cookies:
        response.set_cookie(
            cookie.name, cookie.value, max_age=cookie.max_age, secure=secure, httponly=True, samesite="lax"
        )
    return response


def page(
    path: str, *, name: str | None = None
) -> Callable[[Callable[..., Page | Piece | Reply | Answer]], HTTPRouteHandler]:
    """GET `path`: shows something, changes nothing."""

    def wrap(show: Show) -> HTTPRouteHandler:
        needs = Needs.of(show)

        async def handler(request: Asked) -> Response[bytes]:
            house: House = request.app.state.house
            call = call_from(house, request)
            return await _answered(call, request, lambda: run_page(call, needs, show), house.lanes.reads)

        handler.__name__ = show.__name__
        return get(path, name=name or f"{show.__module__}.{show.__name__}", opt={"show": show})(handler)

    return wrap


def verb(
    path: str,
    *,
    again: Callable[..., Page] | None = None,
    form: Callable[..., Piece] | None = None,
    once: bool = False,
) -> Callable[[Callable[..., Reply]], HTTPRouteHandler]:
    """POST `path`: changes something.

    `again` shows the page that holds the form when it is rejected, `form` the form alone (for htmx: filled in again
    after a rejection, fresh after a success); both open the same doors. `once`: the form carries a key.
    """

    def wrap(act: Callable[..., Reply]) -> HTTPRouteHandler:
        one = Verb(Needs.of(act), act, again, form, once)

        async def handler(request: Asked) -> Response[bytes]:
            house: House = request.app.state.house
            call = call_from(house, request)
            try:
                fields = await request.form()
            except RequestEntityTooLarge:
                return respond(turned_away(call, Stranger.TOO_LARGE), house.settings.secure)
            except (ClientException, ValueError):
                return respond(turned_away(call, Stranger.UNREADABLE), house.settings.secure)
            call.sent = {k: [v for v in fields.getall(k) if isinstance(v, str)] for k in fields}
            return await _answered(call, request, lambda: run_verb(call, one), house.lanes.writes)

        handler.__name__ = act.__name__
        name = f"{act.__module__}.{act.__name__}"
        return post(path, name=name, status_code=200, request_max_body_size=MOST_BODY, opt={"act": act})(handler)

    return wrap


async def _answered(call: Call, request: Asked, work: Callable[[], Answer], lane: Lane) -> Response[bytes]:
    settings = call.house.settings
    if not is_for_us(settings, request.headers):
        answer = turned_away(call, Stranger.WRONG_HOST)
    elif not is_from_us(settings, request.method, request.headers):
        answer = turned_away(call, Stranger.FOREIGN_FORM)
    elif any(isinstance(value, int) and value > LARGEST_ID for value in call.given.values()):
        answer = turned_away(call, NotYours())
    else:
        answer = await _worked(call, work, lane)
    return respond(answer, settings.secure)


async def _worked(call: Call, work: Callable[[], Answer], lane: Lane) -> Answer:
    try:
        return await lane.run(work)
    except Refusal as refusal:
        return turned_away(call, refusal)
    except Exception:
        log.exception("%s %s", call.method, call.path)
        return turned_away(call, Stranger.BROKEN)
