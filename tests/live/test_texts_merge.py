"""Whatever order things happen in, everybody ends with the same words, and no character is lost or there twice.

Here without a server: people, the table of updates, and a network that cuts, repeats and holds back, as Hypothesis
likes it. It prints what replays a failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text, merge_updates

from server.db import Database
from server.live import texts
from server.live.log import write_touched
from server.live.texts import Locked, close, new_text, plain_text, texts_now
from server.live.texts_taking import Verdict, put, since
from server.migrate import migrate
from tests.conftest import Databases

PEOPLE = 4
BEGUN = "Aß😀"


@pytest.fixture
def database(databases: Databases, database_kind: str) -> Iterator[Database]:
    with closing(Database(databases.empty(database_kind))) as database:
        migrate(database)
        database.before_commit.append(write_touched)
        yield database


@dataclass
class Hand:
    """Somebody's browser: what they see, what was not acknowledged, and where they are."""

    doc: Doc[Any] = field(default_factory=Doc)
    unsent: list[bytes] = field(default_factory=list)
    held_back: list[bytes] = field(default_factory=list)
    seq: int = 0

    @property
    def text(self) -> Text:
        return self.doc.get("text", type=Text)

    def change(self, at: int, words: str | None) -> str:
        """Put words in, or, None, take a character out; which."""
        made: list[bytes] = []
        noting = self.doc.observe(lambda event: made.append(event.update))
        now = str(self.text)
        at = at % (len(now) + 1) if words else at % len(now)
        start, gone = len(now[:at].encode()), "" if words else now[at]
        if words:
            self.text.insert(start, words)
        else:
            del self.text[start : start + len(gone.encode())]
        self.doc.unobserve(noting)
        self.unsent += made
        return gone

    def load_again(self) -> None:
        """A reload: only what was kept aside is still there."""
        self.doc, self.seq = Doc(), 0


@dataclass
class Table:
    """The one text, and everybody's way to it."""

    database: Database
    id: int
    hands: list[Hand]

    def hear(self, hand: Hand) -> None:
        """Be told what is new, and have one's own words again after a reload."""
        with self.database.transaction(writing=False) as db:
            told = since(db, self.id, hand.seq)
        hand.doc.apply_update(told.update)
        hand.seq = told.seq
        for update in hand.unsent:
            hand.doc.apply_update(update)

    def send(self, hand: Hand, how: str) -> None:
        """Everything that was not acknowledged, as one; and what the network makes of it."""
        if not hand.unsent:
            return
        update = merge_updates(*hand.unsent)
        if how == "held back":
            hand.held_back.append(update)
            return
        for _ in range(2 if how == "twice" else 1):
            assert self.take(update) is Verdict.KEPT
        if how != "not acknowledged":
            hand.unsent.clear()

    def take(self, update: bytes) -> Verdict:
        with self.database.transaction(writing=True) as db:
            locked = Locked(db, self.id)
            verdict = put(locked, update, 1)
            if locked.has_news:
                locked.done()
        return verdict


STEPS = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.sampled_from(["write", "write", "write", "erase", "hear", "send", "load again", "late"]),
        st.integers(0, 400),
        st.sampled_from(["once", "once", "twice", "not acknowledged", "held back"]),
    ),
    min_size=10,
    max_size=60,
)


@given(steps=STEPS, every=st.sampled_from([2, 5, 100]))
@settings(max_examples=80, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everybody_ends_with_the_same_words(
    database: Database, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[int, str, int, str]], every: int
) -> None:
    monkeypatch.setattr(texts, "COMPACTED_EVERY", every)
    with database.transaction(writing=True) as db:
        table = Table(database, new_text(db, "tests", 1, BEGUN), [Hand() for _ in range(PEOPLE)])
    for hand in table.hands:
        table.hear(hand)
    put_in, taken_out = set(BEGUN), set[str]()
    for number, (who, what, at, how) in enumerate(steps):
        hand = table.hands[who]
        if what == "write":
            one = chr((0x1F300 if at % 3 == 0 else 0x4E00) + number)
            put_in.add(one)
            hand.change(at, one)
        elif what == "erase" and str(hand.text):
            taken_out.add(hand.change(at, None))
        elif what == "hear":
            table.hear(hand)
        elif what == "send":
            table.send(hand, how)
        elif what == "load again":
            hand.load_again()
            table.hear(hand)
        elif what == "late" and hand.held_back:
            # From an earlier connection, after newer ones, or before what it builds on.
            assert table.take(hand.held_back.pop()) in (Verdict.KEPT, Verdict.MISSING)
    for hand in table.hands:
        table.send(hand, "once")
    for hand in table.hands:
        table.hear(hand)
    with database.transaction(writing=True) as db:
        words = plain_text(db, table.id)
        assert close(db, table.id) == words
    assert [str(hand.text) for hand in table.hands] == [words] * PEOPLE
    assert sorted(words) == sorted(put_in - taken_out)
    with database.transaction(writing=False) as db:
        assert texts_now(db, [table.id])[table.id].words == words
    assert table.take(table.hands[0].doc.get_update()) is Verdict.CLOSED


def test_late_update_that_misses_what_it_builds_on_waits_nowhere(database: Database) -> None:
    with database.transaction(writing=True) as db:
        table = Table(database, new_text(db, "tests", 1, BEGUN), [Hand()])
    (hand,) = table.hands
    table.hear(hand)
    hand.change(0, "first")
    first, hand.unsent = hand.unsent, []
    hand.change(0, "second")
    assert table.take(hand.unsent[0]) is Verdict.MISSING
    assert table.take(first[0]) is Verdict.KEPT
    with database.transaction(writing=False) as db:
        assert plain_text(db, table.id) == f"first{BEGUN}"
