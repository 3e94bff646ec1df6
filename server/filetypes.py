"""What a file is, told by its content: a short list of what may be attached, and a sentence for everything else.

The name decides nothing. Pictures are made anew by server/pictures.py, documents are only ever downloaded, and what a
browser could run is refused.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from server.forms import clean
from server.languages import N_
from server.refusals import Wrong

MOST_NAME = 120
# A thesis with pictures has some thousands of parts; a bomb unpacks to a thousand times its size.
MOST_PARTS = 5_000
MOST_UNPACKED = 500 * 1024 * 1024
MOST_RATIO = 200
MEGABYTE = 1024 * 1024

EMPTY = N_("This file is empty.")
WEB = N_("Web pages and SVG pictures cannot be attached: a browser would run what is in them. Attach a PDF or a PNG.")
OLD_OFFICE = N_("This is an older Office file, or one with a password. Save it as DOCX, XLSX, PPTX or PDF without one.")
MACROS = N_("This document contains macros, which are programs. Save it without them, or as PDF.")
UNPACKS = N_("This document unpacks to far more than it should hold. Save it again, or save it as PDF.")
BROKEN = N_("This document is damaged. Open it, save it again and choose it once more.")
LOCKED = N_("This document has a password. Save it without one.")
OTHER = N_("Files of this kind cannot be attached. PDF, PNG, JPEG, WebP, GIF, Office documents, text and CSV can.")


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: what browsers call it, and how its names end, the usual ending first. `picture`: the name Pillow
    has for it; empty: it is none."""

    media_type: str
    endings: tuple[str, ...]
    picture: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
PDF = FileType("application/pdf", ("pdf",))
TEXT = FileType("text/plain", ("txt", "md", "log"))
CSV = FileType("text/csv", ("csv", "tsv"))
PICTURES = (
    (b"\x89PNG\r\n\x1a\n", FileType("image/png", ("png",), "PNG")),
    (b"\xff\xd8\xff", FileType("image/jpeg", ("jpg", "jpeg"), "JPEG")),
    (b"GIF87a", FileType("image/gif", ("gif",), "GIF")),
    (b"GIF89a", FileType("image/gif", ("gif",), "GIF")),
)
WEBP = FileType("image/webp", ("webp",), "WEBP")
# What every document of that kind has in it.
DOCUMENTS = {
    "word/document.xml": FileType(f"{_OFFICE}wordprocessingml.document", ("docx",)),
    "xl/workbook.xml": FileType(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",)),
    "ppt/presentation.xml": FileType(f"{_OFFICE}presentationml.presentation", ("pptx",)),
}
OPEN_DOCUMENTS = {
    f"{_OPEN}text".encode(): FileType(f"{_OPEN}text", ("odt",)),
    f"{_OPEN}spreadsheet".encode(): FileType(f"{_OPEN}spreadsheet", ("ods",)),
    f"{_OPEN}presentation".encode(): FileType(f"{_OPEN}presentation", ("odp",)),
}
ALL = (PDF, TEXT, CSV, WEBP, *(one for _, one in PICTURES), *DOCUMENTS.values(), *OPEN_DOCUMENTS.values())
ENDINGS = {ending: one for one in ALL for ending in one.endings}

# Bytes that no text has, in any of the encodings that keep ASCII where it is.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|\?php|html|head|body|svg|script|iframe|style|title|meta)\b", re.I)
_WEB_NAME = re.compile(r"\.(?:x?html?|svgz?|xml|xsl|mhtml?|js|mjs)$", re.I)
# Marks that turn the direction of what follows; forms.clean takes the stronger ones away.
_MARKS = re.compile("[\u200e\u200f\u061c]")


def look(file: IO[bytes], name: str) -> FileType:
    """What the file is. Raises Wrong with the reason when it cannot be attached."""
    file.seek(0)
    head = file.read(4096)
    if not head:
        raise Wrong(EMPTY)
    for begins, found in PICTURES:
        if head.startswith(begins):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _document(file)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Wrong(OLD_OFFICE)
    return _text(file, head, name)


def _text(file: IO[bytes], head: bytes, name: str) -> FileType:
    if _WEB_NAME.search(name) or _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Wrong(WEB)
    file.seek(0)
    while part := file.read(MEGABYTE):
        if _NOT_TEXT.search(part):
            raise Wrong(OTHER)
    return CSV if ending_of(name) in CSV.endings else TEXT


def _document(file: IO[bytes]) -> FileType:
    """An Office document, after all of it was unpacked once: where the directory of a ZIP lies about sizes, the
    checksum of what comes out is wrong, so nothing unpacks to more than is counted here. Raises Wrong."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or total > MOST_UNPACKED or any(_is_bomb(part) for part in parts):
                raise Wrong(UNPACKS)
            if any(part.flag_bits & 1 for part in parts):
                raise Wrong(LOCKED)
            found = _kind_of(archive, {part.filename for part in parts})
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(MEGABYTE):
                        pass
            return found
    except Wrong:
        raise
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError, KeyError, MemoryError):
        raise Wrong(BROKEN) from None


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > MEGABYTE and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def _kind_of(archive: zipfile.ZipFile, names: set[str]) -> FileType:
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise Wrong(MACROS)
    for inside, found in DOCUMENTS.items():
        if inside in names and "[Content_Types].xml" in names:
            return found
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as stream:
            told = stream.read(100)
        if told in OPEN_DOCUMENTS:
            return OPEN_DOCUMENTS[told]
    raise Wrong(OTHER)


def ending_of(name: str) -> str:
    """How a name ends, in small letters, without the dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def name_of(name: str, ending: str) -> str:
    """A name to show and to save under: one line of at most MOST_NAME characters that ends as its content asks for, so
    that what looks like a PDF is one."""
    last = re.split(r"[/\\]", clean(name))[-1]
    stem = " ".join(_MARKS.sub("", last).split()).strip(". ")
    known = ENDINGS.get(ending_of(stem))
    if known is not None and "." in stem:
        told = ending_of(stem)
        stem = stem.rpartition(".")[0].strip(". ")
        ending = told if ending in known.endings else ending
    return f"{stem[: MOST_NAME - len(ending) - 1].strip('. ') or 'file'}.{ending}"
