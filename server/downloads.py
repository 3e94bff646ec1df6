"""Stored files on their way out: chunk by chunk, from any byte, and never as a page of ours.

Even a picture of ours is only a picture: `sandbox` without anything allowed gives it no origin and no scripts, should
somebody open it alone; documents are saved and not opened. Nothing is kept on the way, because what was withdrawn has
to be gone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

from server import files
from server.files import spans
from server.headers import page_headers
from server.house import Answer, House

SANDBOX = "sandbox; default-src 'none'"
_RANGE = re.compile(r"bytes=(\d{0,10})-(\d{0,10})")


@dataclass(frozen=True, slots=True)
class Download(Answer):
    """The bytes `first` to `last`, both included, of the content `digest`."""

    digest: str = ""
    first: int = 0
    last: int = -1


def download(house: House, digest: str, size: int, media_type: str, name: str, byte_range: str, inline: bool) -> Answer:
    """A stored content as an answer; `byte_range` as the browser sent it. `inline`: a picture that a page shows."""
    way = "inline" if inline else "attachment"
    headers = page_headers(house.settings, SANDBOX, "") | {
        "content-type": media_type,
        "content-disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}",
        "accept-ranges": "bytes",
    }
    wanted = wanted_bytes(byte_range, size)
    if wanted is None:
        return Answer(b"", 416, headers | {"content-range": f"bytes */{size}"})
    first, last = wanted
    partial = (first, last) != (0, size - 1)
    headers |= {"content-length": str(last - first + 1)}
    headers |= {"content-range": f"bytes {first}-{last}/{size}"} if partial else {}
    return Download(b"", 206 if partial else 200, headers, (), digest, first, last)


def wanted_bytes(byte_range: str, size: int) -> tuple[int, int] | None:
    """The first and last byte of one range (RFC 9110, 14.1.2); everything where none, or several, are asked for. None:
    there are no such bytes."""
    found = _RANGE.fullmatch(byte_range.strip())
    if found is None or not (found[1] or found[2]):
        return 0, size - 1
    if not found[1]:
        return (max(size - int(found[2]), 0), size - 1) if int(found[2]) else None
    first, last = int(found[1]), min(int(found[2] or size), size - 1)
    return (first, last) if first < size and first <= int(found[2] or size) else None


def stream(house: House, told: Download) -> Response[Any]:
    """Litestar's response for it. A chunk is one reading transaction: a slow reader holds no connection."""
    headers = {name: value for name, value in told.headers.items() if name != "content-type"}
    return Stream(
        _chunks(house, told), status_code=told.status, headers=headers, media_type=told.headers["content-type"]
    )


async def _chunks(house: House, told: Download) -> AsyncIterator[bytes]:
    for number, part in spans(told.first, told.last):

        def read(number: int = number) -> bytes | None:
            with house.database.transaction(writing=False) as db:
                return files.chunk(db, told.digest, number)

        data = await house.lanes.reads.run(read)
        if data is None:
            # Erased meanwhile: fewer bytes than were announced tell the browser so.
            return
        yield data[part]
