"""`page` and `verb`: plain functions become Litestar routes. The only place where a request is awaited."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler

from server.calls import Call, Needs, Reply, Uploaded, Verb, run_page, run_verb
from server.clock import utc_now
from server.counting import counted
from server.db import Db, refusal_of
from server.headers import is_for_us, is_from_us
from server.house import Answer, House
from server.lanes import Lane
from server.languages import N_, choose
from server.pages import Page, Piece
from server.refusals import Message, NotYours, Refusal, Rejected
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
        told = counted("GET", path, handler)
        return get(path, name=name or f"{show.__module__}.{show.__name__}", opt={"show": show})(told)

    return wrap


def verb(
    path: str,
    *,
    again: Callable[..., Page] | None = None,
    form: Callable[..., Piece] | None = None,
    once: bool = False,
    most_body: int = MOST_BODY,
) -> Callable[[Callable[..., Reply | Answer]], HTTPRouteHandler]:
    """POST `path`: changes something.

    `again` shows the page that holds the form when it is rejected, `form` the form alone (for htmx: filled in again
    after a rejection, fresh after a success); both open the same doors. `once`: the form carries a key.
    `most_body`, in bytes, is more where files are taken; `again` then shows a file that is too large as rejected, under
    "" (its body is not read, so nobody knows what else the form said).
    """

    def wrap(act: Callable[..., Reply | Answer]) -> HTTPRouteHandler:
        one = Verb(Needs.of(act), act, again, form, once)

        async def handler(request: Asked) -> Response[bytes]:
            house: House = request.app.state.house
            call = call_from(house, request)
            if unread := await _unread(call, request, files=most_body > MOST_BODY):
                if unread is not Stranger.TOO_LARGE or again is None or most_body == MOST_BODY:
                    return respond(turned_away(call, unread), house.settings.secure)
                return await _answered(call, request, lambda: _too_large(call, one, most_body), house.lanes.reads)
            return await _answered(call, request, lambda: run_verb(call, one), house.lanes.writes)

        handler.__name__ = act.__name__
        name, told = f"{act.__module__}.{act.__name__}", counted("POST", path, handler)
        return post(path, name=name, status_code=200, request_max_body_size=most_body, opt={"act": act})(told)

    return wrap


def look(path: str, *, form: Callable[..., Piece]) -> Callable[[Callable[..., Page]], HTTPRouteHandler]:
    """POST `path`: shows something made of a form and changes nothing, such as a preview. `form`: for htmx, a part."""

    def wrap(show: Callable[..., Page]) -> HTTPRouteHandler:
        needs = Needs.of(show)

        async def handler(request: Asked) -> Response[bytes]:
            house: House = request.app.state.house
            call = call_from(house, request)
            if unread := await _unread(call, request):
                return respond(turned_away(call, unread), house.settings.secure)
            # What was typed comes back, and nothing is wrong with it.
            call.rejected = Rejected({}, {name: given[0] for name, given in call.sent.items() if given})
            shown = form if call.htmx else show
            return await _answered(call, request, lambda: run_page(call, needs, shown), house.lanes.reads)

        handler.__name__ = show.__name__
        name, told = f"{show.__module__}.{show.__name__}", counted("POST", path, handler)
        return post(path, name=name, status_code=200, request_max_body_size=MOST_BODY, opt={"show": show})(told)

    return wrap


async def _unread(call: Call, request: Asked, *, files: bool = False) -> Stranger | None:
    """Reads the form into `call.sent`, and with `files` into `call.files`; why that cannot be done, or None."""
    try:
        told = request.content_length
        if files and request.content_type[0] != RequestEncodingType.MULTI_PART and (told is None or told > MOST_BODY):
            # What is no upload is taken apart in memory and at once: nobody needs that for more than a form.
            return Stranger.UNREADABLE if told is None else Stranger.TOO_LARGE
        fields = await request.form()
    except RequestEntityTooLarge:
        return Stranger.TOO_LARGE
    except (ClientException, ValueError):
        return Stranger.UNREADABLE
    call.sent = {k: [v for v in fields.getall(k) if isinstance(v, str)] for k in fields}
    if files:
        sent = [(name, file) for name, file in fields.multi_items() if isinstance(file, UploadFile)]
        call.files = {name: Uploaded(file.filename, await file.read()) for name, file in sent}
    return None


def _too_large(call: Call, verb: Verb, most_body: int) -> Answer:
    assert verb.again is not None
    words = N_("This is too large: %(most)s MB is the most that can be sent. Choose something smaller.")
    call.rejected = Rejected({"": Message(words, {"most": most_body // 1_048_576})})
    show = verb.again
    answer: Answer = run_page(call, verb.needs, lambda *given, **doors: replace(show(*given, **doors), status=413))
    return answer


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
        answer = await lane.run(work)
        finish(call)
        return answer
    except Refusal as refusal:
        return turned_away(call, refusal)
    except Exception as problem:
        unwell = refusal_of(problem)
        if unwell is not None:
            log.warning("the database: %s", problem.__cause__ or problem)
            return turned_away(call, unwell)
        log.exception("the request broke")
        return turned_away(call, Stranger.BROKEN)


_finishing: set[asyncio.Task[None]] = set()


def finish(call: Call) -> None:
    """Begin what a reading call left to be written. Nobody waits for it, and nothing is lost if it fails."""
    if call.afterwards:
        task = asyncio.get_running_loop().create_task(_finished(call.house, list(call.afterwards)))
        call.afterwards.clear()
        _finishing.add(task)
        task.add_done_callback(_finishing.discard)


async def _finished(house: House, wanted: list[Callable[[Db], None]]) -> None:
    def write() -> None:
        with house.database.transaction(writing=True) as db:
            for one in wanted:
                one(db)

    try:
        await house.lanes.writes.run(write)
    except Exception:
        log.warning("a small write after an answer failed", exc_info=True)
