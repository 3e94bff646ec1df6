"""Files of all kinds, made here; and what is attached in the world before a test begins."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime

from PIL import Image

from feedback import attachments
from server import files
from server.db import Db
from server.files import Kept
from server.filetypes import DOCUMENTS, OPEN_DOCUMENTS


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), **options: object) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, (30, 120, 90)).save(out, kind, **options)
    return out.getvalue()


def pixel_bomb(wide: int = 20_000, high: int = 20_000) -> bytes:
    """A PNG of a few hundred kilobytes that claims, and has, that many points."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    row = b"\0" * (wide // 8 + 1)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(high)) + packer.flush()
    head = struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", packed) + part(b"IEND", b"")


def document(inside: str = "word/document.xml", more: Mapping[str, bytes] | None = None) -> bytes:
    """An Office document of that kind, with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr(inside, b"<document/>")
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def open_document(media_type: bytes) -> bytes:
    """An OpenDocument of that kind."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", b"<office/>")
    return out.getvalue()


def noise(size: int, seed: int = 7) -> bytes:
    """A text of that many bytes that does not repeat itself."""
    return random.Random(seed).randbytes(size // 2 + 1).hex().encode()[:size]


# One of each kind that may be attached: name and bytes.
EACH: dict[str, bytes] = {
    "plan.pdf": b"%PDF-1.7\n%%EOF",
    "map.png": picture("PNG"),
    "map.jpg": picture("JPEG"),
    "map.webp": picture("WEBP"),
    "map.gif": picture("GIF"),
    "notes.txt": "Nine languages, ünë river.".encode(),
    "list.csv": b"team;words\nTide;bells\n",
    **{f"report.{one.endings[0]}": document(inside) for inside, one in DOCUMENTS.items()},
    **{f"report.{one.endings[0]}": open_document(name) for name, one in OPEN_DOCUMENTS.items()},
}


def attach_picture(db: Db, thread_id: int, comment_id: int, person_id: int, name: str, now: datetime) -> int:
    """A picture attached to that comment of that person; its id."""
    whole, preview = picture(), picture("WEBP")
    given = (files.store(db, whole, now), files.store(db, preview, now), 8, 6)
    file_id = attachments.add(db, person_id, thread_id, Kept(name, "image/png", len(whole), *given), now)
    assert file_id is not None
    attachments.send(db, person_id, thread_id, comment_id, [file_id])
    return file_id
