"""Files as people have them, and files nobody should send: bytes to rows."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from cohorts.columns import HEADER, meant, understood
from cohorts.spreadsheets import MOST_LINES, MOST_ROWS, MOST_UNPACKED, Unreadable, as_csv, lines
from server.refusals import Wrong
from tests.cohorts import lists

WORDS = [["team", "email", "name"], ["Évora", "zoé@example.org", "Zoé “the bell” Łukasz"], ["Ø", "b@example.org", "Ł"]]
LATIN = [["team", "email", "name"], ["Évora", "zoé@example.org", "Zoë “the bell” Müller"], ["Ø", "b@example.org", "ñ"]]


def cells(content: bytes) -> list[list[str]]:
    return [list(line.cells) for line in lines(content)]


def why(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        list(lines(content))
    return str(caught.value.message.msgid)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_however_it_was_saved(delimiter: str, encoding: str) -> None:
    assert cells(lists.as_csv(WORDS, delimiter, encoding)) == WORDS


def test_latin_1_and_windows() -> None:
    assert cells(lists.as_csv(LATIN, ";", "cp1252")) == LATIN
    plain = [[cell.replace("“", '"').replace("”", '"') for cell in row] for row in LATIN]
    assert cells(lists.as_csv(plain, ";", "latin-1")) == plain
    # 0x81 is a letter nowhere: still no reason to refuse a list.
    assert cells(b"team;email\n\x81bc;a@example.org")[1] == ["\x81bc", "a@example.org"]


def test_excel_says_what_divides() -> None:
    assert cells(b"sep=;\r\nteam;email\r\nA, B and C;a@example.org\r\n") == [
        ["team", "email"],
        ["A, B and C", "a@example.org"],
    ]


def test_a_new_line_in_quotes_is_part_of_the_cell_and_rows_keep_their_numbers() -> None:
    content = b'team,email\n"A\nB",a@example.org\n,,\n\nC,c@example.org'
    assert [(line.number, line.cells) for line in lines(content)] == [
        (1, ("team", "email")),
        (2, ("A\nB", "a@example.org")),
        (5, ("C", "c@example.org")),
    ]


def test_xlsx_has_the_same_rows_and_formulas_stay_formulas() -> None:
    rows: list[list[object]] = [["team", "email", 7, 7.5, True], ["A", '=HYPERLINK("https://evil.example")', None, "x"]]
    assert cells(lists.as_xlsx(rows)) == [
        ["team", "email", "7", "7.5", "TRUE"],
        ["A", '=HYPERLINK("https://evil.example")', "", "x"],
    ]
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = "team", ArrayFormula("A2:A3", "=SUM(B1:B9)")
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue()) == [["team"], ["=SUM(B1:B9)"]]


def test_the_visible_sheet_is_read() -> None:
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].append(["hidden"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("List").append(["team", "email"])
    book.save(out)
    assert cells(out.getvalue()) == [["team", "email"]]


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", lists.as_xlsx([]), b",,\n,,"])
def test_an_empty_file(content: bytes) -> None:
    assert "empty" in why(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"team,email\nA\0B,a@example.org", "neither"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither"),
        (b"\xff\xfea\xd8", "neither"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "older Excel"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (lists.as_xlsx([["team"]])[:-40], "damaged"),
        (b'team,email\n"A,' + b"a@example.org\n" * 20_000, "quotation mark"),
    ],
)
def test_files_that_are_no_lists(content: bytes, words: str) -> None:
    assert words in why(content)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lying(content: bytes, name: bytes, size: int) -> bytes:
    """The same ZIP, whose directory and header say that the part has `size` bytes."""
    told = bytearray(content)
    for mark, at, length, there in ((b"PK\x01\x02", 24, 46, 46), (b"PK\x03\x04", 22, 30, 30)):
        start = told.find(mark)
        while start >= 0:
            if told[start + there : start + there + len(name)] == name:
                told[start + at : start + at + 4] = struct.pack("<I", size)
            start = told.find(mark, start + length)
    return bytes(told)


SHEET = "xl/worksheets/sheet1.xml"


def bombed(size: int = 200_000_000) -> bytes:
    return packed(parts_of(lists.as_xlsx([["team"]])) | {SHEET: bytes(size)})


def doctyped() -> bytes:
    parts = parts_of(lists.as_xlsx([["team"]]))
    laugh = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return packed(parts | {SHEET: laugh + parts[SHEET].replace(b"team", b"&b;")})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (bombed, "unpacks"),
        (lambda: bombed(MOST_UNPACKED - 100_000), "unpacks"),
        (lambda: lying(bombed(), SHEET.encode(), 1000), "damaged"),
        (lambda: packed({f"xl/{number}.xml": b"x" for number in range(500)}), "unpacks"),
        (lambda: packed({f"xl/{number}": bytes(900_000) for number in range(60)}), "unpacks"),
        (doctyped, "damaged"),
        (lambda: packed({"[Content_Types].xml": b"<Types/>"}), "damaged"),
        (lambda: packed({"evil.txt": b"no workbook"}), "damaged"),
    ],
)
def test_zip_bombs_and_other_archives(make: Callable[[], bytes], words: str) -> None:
    assert words in why(make())


def test_limits_of_rows_and_columns() -> None:
    most = b"team,email\n" + b"A,a@example.org\n" * MOST_ROWS
    assert len(cells(most)) == MOST_ROWS + 1
    assert "rows" in why(most + b"one,more")
    assert "rows" in why(b"team,email\n" + b",\n" * MOST_LINES + b"A,a@example.org")
    assert "columns" in why(",".join("c" * 51).encode())
    assert len(cells((",".join("c" * 50) + "," * 300).encode())[0]) == 50


def test_what_leaves_is_no_formula() -> None:
    nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "plain", "a=b"]
    written = as_csv([nasty])
    assert written.startswith(b"\xef\xbb\xbf")
    assert cells(written) == [["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "plain", "a=b"]]


@pytest.mark.parametrize(
    ("field", "typed", "means"),
    [
        ("country", "uk", "GB"),
        ("country", "Deutschland", "DE"),
        ("country", "pt", "PT"),
        ("sector", "Public Sector", "public"),
        ("part", "Challenge owner", "asks"),
        ("role", "Critical friend", "adviser"),
        ("language", "Portuguese", "pt"),
        ("language", "pt_BR", "pt-BR"),
        ("time zone", "lisbon", "Europe/Lisbon"),
        ("time zone", "Europe/Kyiv", "Europe/Kyiv"),
        ("email", " A.B@Example.ORG ", "a.b@example.org"),
        ("name", "  Zoé\n Łukasz ", "Zoé Łukasz"),
        ("name", "\u202eevil", "evil"),
        ("name", "-Dash", "-Dash"),
        ("country", "", ""),
    ],
)
def test_what_cells_mean(field: str, typed: str, means: str) -> None:
    assert meant(field, typed) == means


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("country", "Atlantis"),
        ("sector", "secret"),
        ("part", "sleeps"),
        ("role", "facilitator"),
        ("role", "owner"),
        ("language", "klingonn"),
        ("time zone", "Mars/Olympus"),
        ("email", "nobody"),
        ("email", "a@example.org\nBcc: b@example.org"),
        ("email", "a@exam\u200bple.org"),
        ("email", "a@example.org, b@example.org"),
        ("email", "maria.santos@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("name", "=cmd|' /C calc'!A0"),
        ("team", "x" * 201),
    ],
)
def test_what_cells_cannot_mean(field: str, typed: str) -> None:
    with pytest.raises(Wrong):
        meant(field, typed)


def test_headings_are_understood_and_the_others_named() -> None:
    header = ("Team name", "E-Mail", "Organization (full)", "TIME_ZONE", "Shoe size", "", "País")
    assert understood(header) == (
        {"team": 0, "email": 1, "organisation": 2, "time zone": 3, "country": 6},
        ["Shoe size"],
        [],
    )
    assert understood(("team", "group")) == ({"team": 0}, [], ["team"])
    assert understood(HEADER) == ({name: place for place, name in enumerate(HEADER)}, [], [])
