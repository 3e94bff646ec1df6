"""The recap as files: what is in them, that programs take them as they are meant, and nobody's words as code."""

from __future__ import annotations

import csv
import io
import re
import zlib

import pytest

from server.live.texts import append
from sessions.room import documents
from sessions.room.documents import Document, Heading, Listed, Paragraph, Table, Written
from tests.house import House
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.recapped import DECISION, agree, ended, filled, published, recapped, sent, url
from tests.world import World

WORTH = "Was it worth people's time?"
CODE = '#panic("run") $x^2$ `raw` *bold* <label> @ref \\ #eval("1") // no /* comment */ = Title'


def rows_of(meeting: Meeting, name: str = "Farid") -> list[list[str]]:
    answer = meeting.browser(name).get(f"{url(meeting)}/csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def everything_in(pdf: bytes) -> bytes:
    """The file with its compressed streams unpacked."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            parts.append(found[1])
    return b"\n".join(parts)


def test_csv_has_all_of_the_recap_but_its_notes(house: House, world: World) -> None:
    meeting = recapped(house, world)
    for name in ("Amara", "Bram", "Chiara"):
        said = {"level": "4", "impression": "Short" if name == "Bram" else ""}
        sent(meeting.browser(name).post(f"/slots/{meeting.slot_id}/impression", data=said))
    rows = rows_of(meeting)
    assert rows[0] == ["Kind", "When", "Text", "Answer", "Persons", "Who does it", "Until when"]
    assert ["Decision", "", DECISION, "", "", "", ""] in rows
    assert ["Action", "", "Write to the mayor", "", "", "Team Tide", "2027-03-31"] in rows
    polls = [(row[2], row[3], row[4]) for row in rows if row[0] == "Poll"]
    assert polls == [("How do you come?", "The bus", "2"), ("How do you come?", "The train", "1")]
    told = {row[0] for row in rows[1:]}
    assert told >= {"Minutes on the agenda", "Question", "Taken along", "Was there", WORTH}, told
    assert [row[2:5] for row in rows if row[0] == WORTH and row[4] != "0"] == [["4", "", "3"], ["Short", "", ""]]
    assert {row[2] for row in rows if row[0] == "Was there"} >= {"Amara Okoro", "Farid Okoro"}


@pytest.mark.parametrize("begins", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(meeting: Meeting, begins: str) -> None:
    text = f'{begins}HYPERLINK("https://example.org")'
    sent(agree(meeting, "Bram", text, outcome_owner=f"{begins}1"))
    rows = rows_of(ended(meeting))
    assert ["Decision", "", f"'{text}", "", "", f"'{begins}1", ""] in rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_markdown_reads_like_the_page(house: House, world: World) -> None:
    meeting = recapped(house, world)
    text = meeting.browser("Farid").get(f"{url(meeting)}/markdown").text
    assert text.startswith("# Learning from what fails: recap\n")
    for part in (f"| {DECISION} |  |  |", "| The bus | 2 |", "Bells *reach* more people", "- Start small (Esi Okoro)"):
        assert part in text, part
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads[1:5] == ["## Decisions and actions", "### Decisions", "### Actions", "## The agenda as it ran"]


def test_words_of_people_are_no_markdown_but_notes() -> None:
    text = documents.as_markdown(
        Document(
            "# Title",
            "en",
            (
                *(Heading(1, "*a*"), Paragraph("- 1\n1. [x](y)"), Listed(("a\nb",))),
                *(Table(("A",), (("x|y",),)), Written("**b**")),
            ),
        )
    ).decode()
    assert text == (
        "# \\# Title\n\n## \\*a\\*\n\n\\- 1\n\\1. \\[x\\](y)\n\n- a b\n\n| A |\n| --- |\n| x\\|y |\n\n**b**\n"
    )


def test_pdf_is_tagged_titled_and_in_a_language(house: House, world: World) -> None:
    meeting = recapped(house, world)
    answer = meeting.browser("Farid").get(f"{url(meeting)}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].endswith('.pdf"')
    held = everything_in(answer.content)
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/Marked true", b"/Lang", b"/DisplayDocTitle true"):
        assert mark in held, mark
    assert re.search(rb"/Lang\s*\(en", held)
    assert b"pdfuaid:part" in held
    assert b"Learning from what fails" in held
    for tag in (b"/H1", b"/H2", b"/Table", b"/TH", b"/TD", b"/Figure", b"/Alt"):
        assert tag in held, tag
    # Neither who made it nor when.
    assert b"/Author" not in held
    assert b"/CreationDate" not in held


def test_pdf_takes_nothing_that_people_wrote_as_code(meeting: Meeting) -> None:
    with meeting.house.database(writing=True) as db:
        append(db, meeting.now().notes_id, CODE, None)
    sent(agree(meeting, "Bram", CODE, outcome_owner=CODE[:200]))
    sent(meeting.send("Farid", "moment", moment="out", version=meeting.now().version))
    sent(meeting.send("Esi", "sentence", sentence=CODE))
    answer = ended(meeting).browser("Farid").get(f"{url(meeting)}/pdf")
    assert answer.status_code == 200
    assert b"pdfuaid:part" in everything_in(answer.content)


def test_pdf_spells_out_signs_and_is_made_whatever_the_script(meeting: Meeting) -> None:
    assert documents.spelled("Go \U0001f6a8\ufe0f") == "Go [police cars revolving light]"
    sent(agree(meeting, "Bram", "\U0001f6a8 Bells"))
    held = everything_in(ended(meeting).browser("Farid").get(f"{url(meeting)}/pdf").content)
    assert b"pdfuaid:part" in held
    # Cuneiform, for which few have a font.
    made = documents.as_pdf(Document("Title", "en", (Paragraph("\U00012000"),)))
    assert b"/StructTreeRoot" in everything_in(made)


def test_nothing_is_told_by_the_name_of_a_file(house: House, world: World) -> None:
    meeting = recapped(house, world)
    for ending in ("markdown", "csv", "pdf"):
        named = meeting.browser("Farid").get(f"{url(meeting)}/{ending}").headers["content-disposition"]
        assert re.fullmatch(rf'attachment; filename="recap-{meeting.session_id}-\d{{4}}-\d\d-\d\d\.\w+"', named)


def test_files_are_in_the_readers_zone(house: House, world: World) -> None:
    meeting = filled(open_meeting(house, world))
    ended(meeting)
    published(meeting)
    for name, place in (("Amara", "(Lagos)"), ("Bram", "(Amsterdam)")):
        text = meeting.browser(name).get(f"{url(meeting)}/markdown").text
        assert place in text.replace("\\", "")
