"""Spreadsheets that people upload: CSV however it was saved, and XLSX. Bytes become rows of text, nothing more.

A file is a stranger's until it has been read to its end: what a ZIP directory says of sizes is compared with what comes
out, XML is read by defusedxml, and every count has a limit (docs/decisions/0027).
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from server.languages import N_
from server.refusals import Message

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 50
# An XLSX of that many rows and columns holds less; a bomb unpacks to a thousand times its size.
MOST_UNPACKED = 20 * 1024 * 1024
MOST_RATIO = 200
MOST_PARTS = 200
# Lines without a word in them are passed over, but not for ever.
MOST_LINES = 20_000
_CHUNK = 65_536
# With which spreadsheet programs let a formula begin, in some countries also the wide ones.
_SIGNS = tuple("=+-@\t\r\n＝＋－＠")

TOO_LARGE = N_("This file is larger than 5 MB. Divide the list, or take out pictures and other sheets.")
_EMPTY = N_("This file is empty. Put a line with column names and a line for each person into it.")
_NO_TEXT = N_("This is neither a spreadsheet nor a text file. Save the list as CSV or XLSX and choose it again.")
_OLD_EXCEL = N_(
    "This is an older Excel file, or one with a password. Save it as “Excel workbook (.xlsx)” without a password."
)
_BROKEN = N_("This XLSX file is damaged. Open it, save it again, or save it as CSV.")
_LOCKED = N_("This XLSX file has a password. Save it without one.")
_UNPACKS = N_("This XLSX file unpacks to far more than a list of people needs. Save only the list, as CSV.")
_ROWS = N_("This list has more than %(most)s rows. Divide it and import the parts one after the other.")
_COLUMNS = N_("This list has more than %(most)s columns. Keep only those that are needed.")
_QUOTES = N_("A quotation mark is opened and never closed. Save the list again from your spreadsheet program.")


class Unreadable(Exception):
    """No rows can be had from the file; `message` says why and what to do."""

    def __init__(self, msgid: str, **values: object) -> None:
        super().__init__(msgid)
        self.message = Message(msgid, values)


@dataclass(frozen=True, slots=True)
class Line:
    """A row that has something in it. `number` is the one a spreadsheet program shows, the first row being 1; `given`:
    how many cells it has in a text file, empty ones at its end counted; 0: it is of a workbook, where none is lost."""

    number: int
    cells: tuple[str, ...]
    given: int = 0


def lines(content: bytes) -> Iterator[Line]:
    """The rows of the file, the header first. At most MOST_ROWS and the header; raises Unreadable, also on the way."""
    if not content.strip():
        raise Unreadable(_EMPTY)
    is_book = content.startswith(b"PK")
    raw = _workbook(content) if is_book else _text_rows(content)
    found = 0
    for number, cells in enumerate(raw, start=1):
        if number > MOST_LINES:
            raise Unreadable(_ROWS, most=MOST_ROWS)
        wide = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
        if wide > MOST_COLUMNS:
            raise Unreadable(_COLUMNS, most=MOST_COLUMNS)
        if not wide:
            continue
        found += 1
        if found > MOST_ROWS + 1:
            raise Unreadable(_ROWS, most=MOST_ROWS)
        yield Line(number, tuple(cells[:wide]), 0 if is_book else len(cells))
    if not found:
        raise Unreadable(_EMPTY)


def _text_rows(content: bytes) -> Iterator[Sequence[str]]:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_OLD_EXCEL)
    text = decoded(content)
    first, _, rest = text.partition("\n")
    told = first.strip().casefold()
    # Excel's own way to say it: a first line `sep=;`.
    if len(told) == 5 and told.startswith("sep="):
        text, delimiter = rest, told[4]
    else:
        delimiter = _delimiter(text)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise Unreadable(_QUOTES) from None


def decoded(content: bytes) -> str:
    """The text of a file that was saved in UTF-8, UTF-16, or as Windows does it in western Europe."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif content.count(0) > len(content) // 4:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise Unreadable(_NO_TEXT) from None
        # Latin-1 is the part of it that has no holes.
        text = content.decode("cp1252", errors="replace")
        text = content.decode("latin-1") if "\ufffd" in text else text
    if "\0" in text:
        raise Unreadable(_NO_TEXT)
    return text


def _delimiter(text: str) -> str:
    """What divides the columns: whatever is most often in the first line that has words, outside quotation marks."""
    head, quoted = [], False
    for character in text.lstrip()[:10_000]:
        quoted ^= character == '"'
        if character in "\r\n" and not quoted:
            break
        if not quoted:
            head.append(character)
    return max((";", ",", "\t", "|"), key=head.count) if head else ","


def _workbook(content: bytes) -> Iterator[Sequence[str]]:
    # Loaded when a workbook comes: it would make every start slower by a quarter of a second.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _unpack_safely(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        if not book.worksheets:
            raise Unreadable(_EMPTY)
        sheet: Any = next((one for one in book.worksheets if one.sheet_state == "visible"), book.worksheets[0])
        # What the file says of its own size is not to be believed, and often wrong.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_row=MOST_LINES + 1, max_col=MOST_COLUMNS + 1):
            yield [_cell(cell) for cell in row]
    except Unreadable:
        raise
    except (InvalidFileException, DefusedXmlException, ParseError, zipfile.BadZipFile, zlib.error):
        raise Unreadable(_BROKEN) from None
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, SyntaxError):
        # openpyxl meets parts that contradict each other with whatever its own code stumbles over.
        raise Unreadable(_BROKEN) from None


def _cell(cell: Any) -> str:
    """A cell as text. A formula stays one, with its "=": what it would come to is nothing we compute."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    formula = getattr(value, "text", None)
    return str(formula) if isinstance(formula, str) else str(value)


def _unpack_safely(content: bytes) -> None:
    """Look at the ZIP's directory, then read every part once. Raises Unreadable.

    zipfile gives out no more bytes of a part than the directory says, and where the directory lies the checksum of
    what came out is wrong: after this, nothing unpacks to more than was counted here.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            told = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or told > MOST_UNPACKED or any(_is_bomb(part) for part in parts):
                raise Unreadable(_UNPACKS)
            for part in parts:
                if part.flag_bits & 1:
                    raise Unreadable(_LOCKED)
                with archive.open(part) as stream:
                    _read_through(stream)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError):
        raise Unreadable(_BROKEN) from None


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > 1024 * 1024 and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def _read_through(stream: IO[bytes]) -> None:
    chunk = stream.read(_CHUNK)
    # No spreadsheet program writes one: it is there to make entities grow.
    if b"<!DOCTYPE" in chunk:
        raise Unreadable(_BROKEN)
    while chunk:
        chunk = stream.read(_CHUNK)


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a CSV file that spreadsheet programs open as it was meant: UTF-8 with its mark, and no cell a formula
    (https://owasp.org/www-community/attacks/CSV_Injection)."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _harmless(cell: str) -> str:
    # What cannot be seen in front of a sign may be taken away before the cell is read, and wide signs are signs too.
    first = next((one for one in cell if unicodedata.category(one) not in ("Cf", "Zs")), "")
    return f"'{cell}" if first in _SIGNS else cell
