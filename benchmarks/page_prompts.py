"""How fast is the page of an initiative with 300 anchored prompts, warm, signed in, in one process?

Against the same server returning the same number of bytes from memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlmodel import select

from benchmarks.filled import Filled, fill
from benchmarks.lines import line
from benchmarks.load import requests_per_second
from benchmarks.server import fetch, serving
from cohorts import initiatives
from cohorts.initiatives import CHAPTERS
from cohorts.models import Membership, Role
from cohorts.policies import Vantage
from feedback import threads
from feedback.advice import prompts
from feedback.advice.anchors import Anchor
from feedback.advice.models import PromptKind
from feedback.advice.prompts import Draft
from feedback.advice.web.fragments import markup_of, texts_in
from feedback.models import Thread
from server.clock import utc_now
from server.db import Database
from server.live.log import write_touched

COUNT, ROUNDS, SECONDS = 300, 5, 2.0
AROUND = 40


def measure() -> Iterator[dict[str, Any]]:
    """The line of `advice.page_300_prompts`."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        filled = fill(database, said=10, readers=12)
        _advise(database, filled)
        with serving(database) as port:
            cookie = f"login_{port}={filled.tokens[0]}"
            page = fetch(port, filled.page, cookie)
            assert page.count(b'class="prompt prompt-') == COUNT
            assert page.count(b'<sup class="passage">') == COUNT
            rates: dict[str, list[float]] = {filled.page: [], f"/bench/memory/{len(page)}": []}
            for _ in range(ROUNDS):
                for path, found in rates.items():
                    found.append(requests_per_second(port, path, cookie, SECONDS))
    shown, memory = (median(found) for found in rates.values())
    yield line("advice.page_300_prompts", shown, "requests/s", memory, bytes=len(page), target=0.015)


def _advise(path: Path, filled: Filled) -> None:
    """Prompts of the board, on passages all over the four chapters."""
    database = Database(f"sqlite:///{path}")
    database.before_commit.append(write_touched)
    now = utc_now()
    with database.transaction(writing=True) as db:
        facts = initiatives.read(db, id=int(filled.page.rpartition("/")[2]))[0]
        audience_id = db.get_one(Thread, filled.thread_id).audience_id
        seen = Vantage(frozenset({audience_id}), frozenset({Role.ADVISER}), "en")
        around = threads.thread_now(db, seen, filled.thread_id)
        board = db.exec(select(Membership).where(Membership.role == Role.ADVISER)).all()
        texts = texts_in(markup_of(facts))
        assert around is not None
        for number in range(COUNT):
            held, chapter = board[number % len(board)], CHAPTERS[number % len(CHAPTERS)]
            found = _anchor(texts[chapter], number)
            draft = Draft(PromptKind.PROVOCATION, f"{number}. What if nobody answers at all?", chapter, found)
            prompts.write(
                db,
                around,
                facts,
                draft,
                audience_id=audience_id,
                membership_id=held.id or 0,
                author_id=held.person_id,
                attribution="named",
                now=now - timedelta(minutes=COUNT - number),
            )
    database.close()


def _anchor(text: str, number: int) -> Anchor:
    place = number * 7 % (len(text) - 2 * AROUND)
    stretch = text[place : place + AROUND]
    begin, end = place + len(stretch) - len(stretch.lstrip()), place + len(stretch.rstrip())
    return Anchor(text[begin:end], text[max(0, begin - AROUND) : begin], text[end : end + AROUND], begin)
