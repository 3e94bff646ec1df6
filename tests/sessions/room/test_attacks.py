"""What somebody can write in a room, and what must not come of it: for those who read there, or take files away."""

from __future__ import annotations

import csv
import io
import re

import pytest

from server.live.texts import append
from server.markdown import to_html
from sessions.room import documents
from sessions.room.documents import Document, Heading, Table, Written
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.recapped import agree, ended, sent, url
from tests.sessions.room.test_exports import everything_in

DEEP = [
    "- " * 12,
    "1. " * 12,
    "* - + " * 4,
    ">" * 200,
    "- > " * 9,
    "\n".join(f"{'  ' * at}- x" for at in range(14)) + "\n",
]


@pytest.mark.parametrize("deep", DEEP)
def test_no_line_hides_what_others_wrote_below_it(meeting: Meeting, deep: str) -> None:
    """In notes that all write together, a list in a list in a list."""
    with meeting.house.database(writing=True) as db:
        for paragraph in ("Above it", f"{deep}In it", "Below it"):
            append(db, meeting.now().notes_id, paragraph, None)
    ended(meeting)
    page = meeting.browser("Farid").get(url(meeting)).text
    for words in ("Above it", "In it", "Below it"):
        assert words in page, words


@pytest.mark.parametrize("deep", DEEP)
def test_depth_costs_no_more_than_it_says(deep: str) -> None:
    html = to_html(f"{deep}In it\n\nBelow it")
    assert "In it" in html
    assert "Below it" in html
    assert html.count("<blockquote>") + html.count("<ul>") + html.count("<ol>") <= 10


@pytest.mark.parametrize("begins", ["＝", "＋", "－", "＠", "\u200f=", "\u200b=", "\u2060+", "\xad@", "\u2003-"])
def test_no_cell_begins_a_formula_that_cannot_be_seen(meeting: Meeting, begins: str) -> None:
    sent(agree(meeting, "Bram", f"{begins}1+1"))
    answer = meeting.browser("Farid").get(f"{url(ended(meeting))}/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    (said,) = [row[2] for row in rows if "1+1" in row[2]]
    assert said.startswith("'"), ascii(said)


def pages(*blocks: documents.Block) -> int:
    """How many pages a PDF of that has."""
    made = documents.as_pdf(Document("Recap", "en", (Heading(1, "Questions"), *blocks)))
    return len(re.findall(rb"/Type\s*/Page\b", everything_in(made)))


def test_no_column_of_a_pdf_takes_the_room_of_another() -> None:
    long = "Who decided that the ferry trial was over: those who ran it, or those who used it every morning? "
    rows = tuple((long, "A participant", "Answered", long) for _ in range(8))
    assert pages(Table(("Question", "Asked by", "State", "Answer"), rows)) == 1


def test_no_word_leaves_the_page_of_a_pdf() -> None:
    assert pages(Written("so " * 1000)) < pages(Written("s" * 8000))
