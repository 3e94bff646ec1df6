"""Parts of a room are kept, and show at any moment what they would show if they were made anew."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from people.models import Person
from server.clock import utc_now
from server.kept import Kept
from server.live.texts import append
from sessions import sessions
from sessions.agenda import Item
from sessions.room.web.keeping import MARK
from tests.access.test_query_counts import counted
from tests.scheduled import session_now
from tests.sessions.room import grouped
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.polled import opened, prepare
from tests.sessions.room.test_questions import ask, do

READERS = ("Amara", "Bram", "Esi", "Farid")
# What is another one each time a page is made.
OWN = re.compile(r'nonce="[^"]+"|name="key" value="[^"]+"')
QUERIES = 9


def shown(meeting: Meeting, name: str) -> str:
    html = meeting.page(name)
    assert MARK not in html
    return OWN.sub("", html)


def anew(meeting: Meeting, name: str) -> str:
    pages = meeting.house.inside.pages
    kept, pages.parts = pages.parts, Kept(0)
    try:
        return shown(meeting, name)
    finally:
        pages.parts = kept


def planned(meeting: Meeting, **values: Any) -> None:
    with meeting.house.database(writing=True) as db:
        facts = session_now(db, meeting.session_id)
        plan = replace(sessions.plan_of(db, facts), **values)
        sessions.change(db, facts, plan, base=facts.version, now=utc_now())


def written(meeting: Meeting, words: str) -> None:
    with meeting.house.database(writing=True) as db:
        append(db, meeting.now().notes_id, words, meeting.world.people["Esi"])


def renamed(meeting: Meeting, name: str, new: str) -> None:
    with meeting.house.database(writing=True) as db:
        db.get_one(Person, meeting.world.people[name]).name = new


def deeds(meeting: Meeting) -> list[Callable[[], Any]]:
    """Something of everything that stands on the page of a room."""
    question, secret, named = ask(meeting, "Chiara", "Who pays?"), prepare(meeting), prepare(meeting, named="yes")
    words = prepare(meeting, "words", options="")
    item = meeting.items()[0]

    def version() -> int:
        return meeting.now().version

    return [
        lambda: ask(meeting, "Amara", "And who decides?"),
        lambda: do(meeting, "Bram", question, "wants"),
        lambda: do(meeting, "Farid", question, "answer", answer="The ministry."),
        lambda: do(meeting, "Farid", question, "state", state="hidden"),
        lambda: meeting.send("Farid", "item", item=item, version=version()),
        lambda: meeting.send("Farid", "timer", act="extend", minutes="5", version=version()),
        lambda: meeting.send("Farid", "item", item=0, version=version()),
        lambda: planned(meeting, agenda=(Item("Another item", 20),)),
        lambda: meeting.send("Amara", "hand"),
        lambda: meeting.send("Farid", "hands/lowering", hand=0),
        *(step for poll in (secret, named) for step in _voting(poll)),
        lambda: words.turn("open"),
        lambda: words.say("Bram", "By tram"),
        lambda: words.turn("reveal"),
        lambda: renamed(meeting, "Bram", "Bram the Second"),
        lambda: written(meeting, "What we heard."),
        lambda: meeting.send("Amara", "outcomes", outcome_kind="decision", outcome="Go", key=secrets.token_hex(8)),
        lambda: meeting.send("Farid", "moment", moment="in", version=version()),
        lambda: meeting.send("Amara", "sentence", sentence="Here."),
        lambda: meeting.send("Farid", "moment", moment="", version=version()),
        lambda: planned(meeting, attribution="role"),
        lambda: planned(meeting, attribution="none"),
        lambda: grouped.opened(meeting),
        lambda: grouped.act(meeting, "return"),
        lambda: meeting.send("Farid", "ending"),
        lambda: meeting.send("Farid", "resumption"),
    ]


def _voting(poll: Any) -> list[Callable[[], Any]]:
    return [
        lambda: poll.turn("open"),
        lambda: poll.vote("Amara", 1),
        lambda: poll.turn("reveal"),
        lambda: poll.vote("Bram", 2),
        lambda: poll.vote("Amara", 2),
        lambda: poll.turn("close"),
        lambda: poll.turn("conceal"),
    ]


def test_parts_that_are_kept_show_what_they_would_show_made_anew(meeting: Meeting) -> None:
    for number, act in enumerate(deeds(meeting)):
        before = {name: shown(meeting, name) for name in READERS}
        act()
        after = {name: shown(meeting, name) for name in READERS}
        assert after != before, f"deed {number} is to be seen"
        assert after == {name: anew(meeting, name) for name in READERS}, number


def test_form_that_is_kept_has_a_key_of_its_own_each_time(meeting: Meeting) -> None:
    keys = [re.findall(r'name="key" value="([^"]+)"', meeting.page(name)) for name in ("Amara", "Amara", "Bram")]
    assert {len(found) for found in keys} == {3}
    assert len({key for found in keys for key in found}) == 9


def test_room_costs_the_same_with_little_and_with_much_in_it(meeting: Meeting) -> None:
    client = meeting.browser("Amara")
    for more in (0, 3):
        for number in range(more):
            ask(meeting, "Esi", f"Question {number}")
            poll = opened(meeting, named="yes")
            poll.vote("Bram", 1)
            poll.turn("reveal")
            meeting.send("Chiara", "hand")
        client.get(meeting.path)
        with counted(meeting.house) as statements:
            assert client.get(meeting.path).status_code == 200
        assert len(statements) == QUERIES, "\n".join(statements)
