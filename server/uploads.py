"""Files that come with a form: read as they arrive into nameless temporary files, checked, and stored in steps.

Nothing is read that need not be: a body that is too large by its own word is left where it is, except for the fields
before its first file, so that what somebody typed comes back with the refusal. One that lies, or says nothing, is
counted while it comes in. A server that is killed meanwhile leaves chunks that clearing finds (server/files.py).
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import IO, Any

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from server import files
from server.calls import Call, Uploaded
from server.clock import utc_now
from server.db import refusal_of
from server.files import MOST_BYTES, STEP, Kept
from server.filetypes import FileType, look, name_of
from server.languages import N_
from server.pictures import Damaged, TooManyPoints, made_anew
from server.refusals import Away, Busy, Refusal, Wrong
from server.turned_away import Stranger

Asked = Request[Any, Any, Any]
# Seconds without a byte.
PATIENCE = 30
MOST_PARTS = 200
# What a browser puts around a file, and the words of the form beside it.
ENVELOPE = 256 * 1024

LARGE = N_("This file is larger than 25 MB. Choose a smaller one, or a smaller version of it.")
POINTS = N_("This picture has more than 50 million points. Save it smaller and choose it again.")
UNDECODABLE = N_("This picture is damaged and cannot be shown. Save it again and choose it once more.")
NO_ROOM = N_("There is no room for files left here. Tell the people who run this installation; your words can be sent.")
MANY = N_("Many files are arriving at this moment. Wait a few seconds and send this again.")


class _TooMuch(Exception):
    """More came than may."""


class _Form:
    """A form while it comes in: fields and files by name, each as often as it was given."""

    def __init__(self, most_text: int) -> None:
        self.fields: dict[str, list[str]] = defaultdict(list)
        self.files: dict[str, list[Uploaded]] = defaultdict(list)
        self._left = most_text
        self._segment: MultipartSegment | None = None
        self._text = bytearray()

    @property
    def in_file(self) -> bool:
        """Whether what comes now belongs to a file."""
        return self._segment is not None and self._segment.filename is not None

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        """One event of the parser: a part begins, goes on, or (None) ends. Raises _TooMuch."""
        if isinstance(event, MultipartSegment):
            self._segment, self._text = event, bytearray()
            if event.filename:
                file = tempfile.TemporaryFile()  # noqa: SIM115
                self.files[event.name].append(Uploaded(event.filename, file, 0))
        elif event is None:
            if self._segment is not None and self._segment.filename is None:
                self.fields[self._segment.name].append(self._text.decode("utf-8"))
            self._segment = None
        elif self.in_file:
            self._more(event)
        else:
            self._left -= len(event)
            if self._left < 0:
                raise _TooMuch
            self._text += event

    def _more(self, part: bytes | bytearray) -> None:
        assert self._segment is not None
        # A field for files in which none was chosen has an empty name.
        if self._segment.filename:
            one = self.files[self._segment.name][-1]
            one.file.write(part)
            one.size += len(part)

    def close(self) -> None:
        for one in (one for found in self.files.values() for one in found):
            one.file.close()


@asynccontextmanager
async def read_files(call: Call, request: Asked, most: int, most_text: int) -> AsyncIterator[Stranger | None]:
    """Reads the form into `call.sent` and `call.files`, for the length of the block; why that cannot be done, or None.
    `most` and `most_text`, in bytes: of the whole body, and of all that is no file. Raises Busy and Away."""
    told, (kind, options) = request.content_length, request.content_type
    if kind != RequestEncodingType.MULTI_PART:
        yield await _plain(call, request, most_text)
        return
    if not call.house.lanes.arriving.acquire(blocking=False):
        raise Busy(MANY)
    form = _Form(most_text)
    try:
        large = told is not None and told > most
        why = await _read(form, request, options.get("boundary") or "", most, large)
        call.sent = dict(form.fields)
        call.files = {} if why else dict(form.files)
        yield why
    finally:
        form.close()
        call.house.lanes.arriving.release()


async def _plain(call: Call, request: Asked, most_text: int) -> Stranger | None:
    # What is no upload is taken apart in memory and at once: nobody needs that for more than words.
    told = request.content_length
    if told is None or told > most_text:
        return Stranger.UNREADABLE if told is None else Stranger.TOO_LARGE
    try:
        fields = await request.form()
    except RequestEntityTooLarge:
        return Stranger.TOO_LARGE
    except (ClientException, ValueError):
        return Stranger.UNREADABLE
    call.sent = {k: [v for v in fields.getall(k) if isinstance(v, str)] for k in fields}
    return None


async def _read(form: _Form, request: Asked, boundary: str, most: int, large: bool) -> Stranger | None:
    """`large`: the body says that it is, so only the words before its first file are read."""
    count = 0
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            async for part in _arriving(request):
                count += len(part)
                if count > most:
                    raise _TooMuch
                for event in parser.parse(part):
                    if large and isinstance(event, MultipartSegment) and event.filename is not None:
                        raise _TooMuch
                    form.take(event)
                if parser.closed:
                    break
    except (_TooMuch, ParserLimitReached):
        return Stranger.TOO_LARGE
    except (MultipartError, ClientException, UnicodeDecodeError, TimeoutError):
        return Stranger.UNREADABLE
    except OSError:
        raise Away(NO_ROOM) from None
    return None


async def _arriving(request: Asked) -> AsyncIterator[bytes]:
    """The body as it comes. Raises TimeoutError and ClientException when it stops."""
    more = True
    while more:
        async with asyncio.timeout(PATIENCE):
            event: Any = await request.receive()
        if event["type"] != "http.request":
            raise ClientException("The sender has gone.")
        more = event.get("more_body", False)
        if event["body"]:
            yield event["body"]


async def keep_files(call: Call) -> None:
    """Check and store the files of the field `file`: afterwards each is kept, or has a problem. Raises Busy, Away."""
    lanes = call.house.lanes
    for one in call.files.get("file", ()):
        preview: IO[bytes] | None = None
        try:
            kept, source, preview = await lanes.files.run(partial(_checked, one))
            one.file = source
            await _store(call, kept.digest, kept.size, source)
            if kept.preview_digest and preview:
                await _store(call, kept.preview_digest, preview.seek(0, 2), preview)
            one.kept = kept
        except Wrong as wrong:
            one.problem = wrong.message
        finally:
            if preview is not None:
                preview.close()


def _checked(one: Uploaded) -> tuple[Kept, IO[bytes], IO[bytes] | None]:
    """What is to be stored of a file: what it is, its bytes, and a preview's. Raises Wrong."""
    if one.size > MOST_BYTES:
        raise Wrong(LARGE)
    found = look(one.file, one.name)
    if found.picture:
        return _picture(one, found)
    kept = Kept(name_of(one.name, found.endings[0]), found.media_type, one.size, _digest(one.file))
    return kept, one.file, None


def _picture(one: Uploaded, found: FileType) -> tuple[Kept, IO[bytes], IO[bytes]]:
    try:
        made = made_anew(one.file, found.picture, MOST_BYTES)
    except TooManyPoints:
        raise Wrong(POINTS) from None
    except Damaged:
        raise Wrong(UNDECODABLE) from None
    one.file.close()
    name = name_of(one.name, "png" if made.media_type == "image/png" else found.endings[0])
    size = made.whole.seek(0, 2)
    whole = Kept(name, made.media_type, size, _digest(made.whole), _digest(made.preview), made.width, made.height)
    return whole, made.whole, made.preview


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


async def _store(call: Call, digest: str, size: int, source: IO[bytes]) -> None:
    """In steps of a megabyte, each a transaction in the lane that writes: a comment waits for one of them, not for
    all. Raises Busy, Away."""
    run = partial(_written, call)
    missing = await run(lambda db: files.begin(db, digest, size, utc_now()))
    for first in range(0, len(missing), STEP):
        step = missing[first : first + STEP]
        await run(partial(_put, digest=digest, source=source, numbers=step))
    await run(lambda db: files.finish(db, digest, utc_now()))


def _put(db: Any, digest: str, source: IO[bytes], numbers: list[int]) -> None:
    files.put(db, digest, source, numbers)


async def _written(call: Call, work: Any) -> Any:
    def write() -> Any:
        with call.house.database.transaction(writing=True) as db:
            return work(db)

    try:
        return await call.house.lanes.writes.run(write)
    except Refusal:
        raise
    except Exception as problem:
        why = refusal_of(problem)
        if why is None:
            raise
        raise (Away(NO_ROOM) if isinstance(why, Away) else why) from None
