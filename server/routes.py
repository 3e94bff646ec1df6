"""`page` and `verb`: plain functions become Litestar routes. The only place where a request is awaited."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from litestar import Request, Response, post
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler

from server.calls import Act, Call, Needs, Reply, Verb, run_doors, run_page
from server.clock import utc_now
from server.counting import counted
from server.db import Db, refusal_of
from server.downloads import Download, stream
from server.headers import is_for_us, is_from_us, is_known
from server.house import Answer, House
from server.lanes import Lane
from server.languages import N_, choose
from server.pages import Page, Piece
from server.reading import reading
from server.refusals import Message, NotYours, Refusal, Rejected
from server.settings import LARGEST_ID
from server.together import Together
from server.turned_away import Stranger, turned_away
from server.uploads import keep_files, read_files

log = logging.getLogger("sweetspot.calls")

Asked = Request[Any, Any, Any]
Done = TypeVar("Done")
Show = Callable[..., Page | Piece | Reply | Answer]
# Four chapters of ten thousand characters in any script, each twice in a conflict, fit.
MOST_BODY = 1_048_576
OF_CONTENT = ("content-type", "content-length", "content-range", "content-disposition")


def call_from(house: House, request: Asked) -> Call:
    """The call of a request, before its form is read."""
    headers = request.headers
    return Call(
        house=house,
        # A HEAD is a GET whose content stays here.
        method=request.method.replace("HEAD", "GET"),
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
        byte_range=headers.get("range", ""),
        etag=", ".join(headers.getall("if-none-match", ())),
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


def unchanged(answer: Answer) -> Answer:
    """What a browser is told that has this already: nothing about a content that does not come."""
    kept = {name: value for name, value in answer.headers.items() if name not in OF_CONTENT}
    return Answer(b"", 304, kept, answer.cookies)


def page(
    path: str, *, name: str | None = None
) -> Callable[[Callable[..., Page | Piece | Reply | Answer]], HTTPRouteHandler]:
    """GET `path`, and HEAD: shows something, changes nothing."""

    def wrap(show: Show) -> HTTPRouteHandler:
        needs = Needs.of(show)

        async def handler(request: Asked) -> Response[bytes]:
            house: House = request.app.state.house
            call = call_from(house, request)
            return await _answered(call, request, lambda: run_page(call, needs, show), house.lanes.reads)

        handler.__name__ = show.__name__
        told = counted(path, handler)
        return reading(path, name=name or f"{show.__module__}.{show.__name__}", opt={"show": show})(told)

    return wrap


def verb(
    path: str,
    *,
    again: Callable[..., Page] | None = None,
    form: Callable[..., Piece] | None = None,
    once: bool = False,
    most_body: int = MOST_BODY,
    takes: Callable[..., None] | None = None,
    anybody: bool = False,
    together: bool = False,
) -> Callable[[Callable[..., Reply | Answer]], HTTPRouteHandler]:
    """POST `path`: changes something.

    `again` shows the page that holds the form when it is rejected, `form` the form alone (for htmx: filled in again
    after a rejection, fresh after a success); both open the same doors. `once`: the form carries a key.
    `most_body`, in bytes, is more where files are taken; `again` then shows a file that is too large as rejected, under
    "", with what the form said before it. `takes` puts the files of the field `file`, checked and stored, where they
    belong, whatever becomes of the form (server/uploads.py). `anybody`: no page of ours has to send it, because its
    address is a secret that says whom it is about, and who is signed in counts for nothing. `together`: quickly done,
    and by many at the same moment, so that it may share its commit with others (server/together.py).
    """

    def wrap(act: Callable[..., Reply | Answer]) -> HTTPRouteHandler:
        one = Verb(Needs.of(act), act, again, form, once, takes)

        async def handler(request: Asked) -> Response[bytes]:
            house: House = request.app.state.house
            call = call_from(house, request)
            if most_body > MOST_BODY:
                return respond(await _with_files(call, request, one, most_body), house.settings.secure)
            if unread := await _unread(call, request):
                return respond(turned_away(call, unread), house.settings.secure)
            lane = house.together if together else house.lanes.writes
            return await _answered(call, request, Act(call, one), lane)

        handler.__name__ = act.__name__
        name, told = f"{act.__module__}.{act.__name__}", counted(path, handler)
        opt = {"act": act, "anybody": anybody}
        return post(path, name=name, status_code=200, request_max_body_size=most_body, opt=opt)(told)

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
        name, told = f"{show.__module__}.{show.__name__}", counted(path, handler)
        return post(path, name=name, status_code=200, request_max_body_size=MOST_BODY, opt={"show": show})(told)

    return wrap


async def _unread(call: Call, request: Asked) -> Stranger | None:
    """Reads the form into `call.sent`; why that cannot be done, or None."""
    try:
        fields = await request.form()
    except RequestEntityTooLarge:
        return Stranger.TOO_LARGE
    except (ClientException, ValueError):
        return Stranger.UNREADABLE
    call.sent = {k: [v for v in fields.getall(k) if isinstance(v, str)] for k in fields}
    return None


async def _with_files(call: Call, request: Asked, verb: Verb, most_body: int) -> Answer:
    """Whoever may not use the form is told so before their files are read: what comes in takes room and time."""
    lanes, told = call.house.lanes, request.content_length
    refused = _unfit(call, request)
    if refused is None and (told is None or told > MOST_BODY):
        refused = await _tried(call, lambda: run_doors(call, verb.needs), lanes.reads)
    if refused is not None:
        return turned_away(call, refused)
    try:
        async with read_files(call, request, most_body, MOST_BODY) as unread:
            if unread is Stranger.TOO_LARGE and verb.again is not None:
                return await _worked(call, lambda: _too_large(call, verb, most_body), lanes.reads)
            if unread is None and verb.takes is not None:
                await keep_files(call)
            if unread is not None:
                return turned_away(call, unread)
            return await _worked(call, Act(call, verb), lanes.writes)
    except Refusal as refusal:
        return turned_away(call, refusal)


def _too_large(call: Call, verb: Verb, most_body: int) -> Answer:
    words = N_("This is too large: %(most)s MB is the most that can be sent. Choose something smaller.")
    typed = {name: given[0] for name, given in call.sent.items() if given}
    call.rejected = Rejected({"": Message(words, {"most": most_body // 1_048_576})}, typed)
    show = verb.form if call.htmx and verb.form else verb.again
    assert show is not None
    answer: Answer = run_page(call, verb.needs, show)
    return replace(answer, status=413)


async def _answered(call: Call, request: Asked, work: Callable[[], Answer], lane: Lane | Together) -> Response[bytes]:
    refused = _unfit(call, request)
    answer = turned_away(call, refused) if refused is not None else await _worked(call, work, lane)
    if call.method == "GET" and answer.status in (200, 206) and is_known(call.etag, answer.headers.get("etag", "")):
        answer = unchanged(answer)
    # The content of a file is not even read for a HEAD.
    if isinstance(answer, Download) and request.method == "GET":
        return stream(call.house, answer)
    return respond(answer, call.house.settings.secure)


def _unfit(call: Call, request: Asked) -> Refusal | Stranger | None:
    """Why a request is nothing for us at all."""
    settings = call.house.settings
    if not is_for_us(settings, request.headers):
        return Stranger.WRONG_HOST
    from_us = is_from_us(settings, request.method, request.headers)
    if not from_us and not request.route_handler.opt.get("anybody"):
        return Stranger.FOREIGN_FORM
    if any(isinstance(value, int) and value > LARGEST_ID for value in call.given.values()):
        return NotYours()
    return None


async def _worked(call: Call, work: Callable[[], Answer], lane: Lane | Together) -> Answer:
    found = await _tried(call, work, lane)
    if isinstance(found, Answer):
        finish(call)
        return found
    return turned_away(call, found)


async def _tried(call: Call, work: Callable[[], Done], lane: Lane | Together) -> Done | Refusal | Stranger:
    """What the work came to, or why it was refused."""
    try:
        return await lane.run(work)
    except Refusal as refusal:
        return refusal
    except Exception as problem:
        unwell = refusal_of(problem)
        if unwell is not None:
            log.warning("the database: %s", problem.__cause__ or problem)
            return unwell
        log.exception("the request broke")
        return Stranger.BROKEN


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
