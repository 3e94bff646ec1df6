"""Nobody can tell two authors of one role apart: whichever of them writes, everybody else gets the same bytes.

This finds what no list of canaries can: an order, a count, a language, a time zone, a number of queries.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import Any

import pytest
from lxml import html

from cohorts.models import Attribution
from feedback.advice.models import Prompt
from people.models import Person
from server.clock import utc_now
from tests.access.table import PROMPT, REVISED
from tests.access.test_query_counts import counted
from tests.advised import give
from tests.conftest import Databases
from tests.house import House, running
from tests.masking.crawl import LISTED_STREAMS, LISTS, read, replayed, without_choices
from tests.masking.ground import Masked, lay, say, set_rule
from tests.world import World

# Each pair has one role, and differs in team, organisation, country, time zone and the language of the pages.
PAIRS = {"members": ("Amara", "Chiara"), "advisers": ("Esi", "Nadia")}
CHOICE = {"attribution": Attribution.ROLE}
READERS = ("Bram", "Oskar", "Farid")
# Masked because the cohort is, or because they choose it each time where everybody else is named.
CASES = tuple((role, rule) for role in PAIRS for rule in (Attribution.ROLE, Attribution.NAMED))
# What no two answers share, whoever wrote: moments, numbers used once, marks of installations.
ONCE = (
    (r"127\.0\.0\.1:\d+", "HERE"),
    (r"nonce[-=]\"?[\w-]+\"?", "NONCE"),
    (r'name="key" value="[^"]*"', "KEY"),
    (r"\d{4}-\d\d-\d\d[T ][\d:.]+(?:\+[\d:]+|Z)?", "MOMENT"),
    (r"\d\d? \w+ \d{4}, \d\d:\d\d|\b\d\d:\d\d(?::\d\d)?\b", "TIME"),
    (r"\b(\d+)\.[0-9a-f]{8}\.(\d+)\b", r"\1.EPOCH.\2"),
    (r'"(?:now|time)": ?[\d.]+', "CLOCK"),
    (r"DTSTAMP:\d{8}T\d{6}Z", "DTSTAMP"),
    (r"(?m)^(?:date|set-cookie|content-length|x-request-id): .*$", "HEADER"),
    (r"<code>\d+</code>", "REQUEST"),
    (r'(?s)<[^>]*class="ribbon.*?</(?:svg|table|figure)>', "RIBBON"),
)


@pytest.fixture
def database_kind() -> str:
    """What is shown of the same rows does not depend on the database."""
    return "sqlite"


def plain(text: str) -> str:
    for pattern, instead in ONCE:
        text = re.sub(pattern, instead, text)
    return without_choices(text)


def spoken(masked: Masked, who: str) -> None:
    """The same things, said by that person: in somebody's own talk, in another's, answered, edited and withdrawn."""
    client, tide, reed = masked.house.visit(masked.people[who]), masked.world.tide, masked.world.reed
    with masked.house.database(writing=True) as db:
        db.get_one(Person, masked.people[who]).language = "en-XA" if who in ("Amara", "Esi") else "ar-XB"
    first = say(masked, who, tide, "We tried this with *schools*.", **CHOICE)
    say(masked, who, tide, "And it held.", parent=str(first), **CHOICE)
    say(masked, who, reed, "Who pays for it?", **CHOICE)
    edited = say(masked, who, tide, "Tommorow", **CHOICE)
    assert client.post(f"/comments/{edited}/versions", data={"text": "Tomorrow", "version": "1"}).status_code == 303
    gone = say(masked, who, tide, "I take this back", **CHOICE)
    assert client.post(f"/comments/{gone}/withdrawal").status_code == 303
    asked = {"passage": "Who pays for it?", "purpose": "A report", "key": "quoted"}
    quoted = masked.house.visit(masked.people["Bram"]).post(f"/comments/{first + 2}/quotes", data=asked)
    assert quoted.status_code == 303


def advised(masked: Masked, who: str, *, judging: bool) -> None:
    """A prompt, edited, and one that was taken back; `judging`: what they think of somebody else's. Where people are
    named they do that in their name."""
    client, tide = masked.house.visit(masked.people[who]), masked.world.tide
    before = {one.id for one in masked.house.rows(Prompt)}
    for text in ("Who pays?", "I take this back"):
        sent = PROMPT | CHOICE | {"text": text, "key": text}
        assert client.post(f"/initiatives/{tide.initiative}/prompts", data=sent).status_code == 303
    first, second = sorted({one.id for one in masked.house.rows(Prompt)} - before)
    assert client.post(f"/prompts/{first}/versions", data=REVISED | {"text": "Who *pays*?"}).status_code == 303
    assert client.post(f"/prompts/{second}/withdrawal").status_code == 303
    with masked.house.database(writing=True) as db:
        other, held = masked.people["Oskar"], masked.held("Oskar")
        theirs = give(db, tide, other, held, "And who answers?", now=utc_now())
    assert not judging or client.post(f"/prompts/{theirs}/stances/agree").status_code == 303
    answer = {"kind": "took on", "text": "We did", "key": "answered"}
    bram = masked.house.visit(masked.people["Bram"])
    assert bram.post(f"/prompts/{first}/responses", data=answer).status_code == 303


@pytest.mark.parametrize(("role", "rule"), CASES)
def test_other_authors_give_the_same_bytes(databases: Databases, database_kind: str, role: str, rule: str) -> None:
    pair = PAIRS[role]
    with ExitStack() as stack:
        both = []
        for who in pair:
            url, world = stack.enter_context(databases.copy(database_kind))
            masked = lay(stack.enter_context(running(url)), world)
            set_rule(masked, rule)
            # That somebody has signed in is told to facilitators, and says nothing of what they said.
            assert all(masked.house.visit(masked.people[one]).get("/").status_code < 400 for one in pair)
            spoken(masked, who)
            if role == "advisers":
                advised(masked, who, judging=rule != Attribution.NAMED)
            both.append(masked)
        places = both[0].world.tide, both[0].world.reed
        for reader in READERS:
            told = [[*read(one, reader, places), *replayed(one, reader)] for one in both]
            assert len(told[0]) > 40
            for one, other in zip(*told, strict=True):
                # All that it says is the time.
                if one.route == "clock":
                    continue
                if not one.route.startswith(tuple(LISTS)) and not one.where.startswith(LISTED_STREAMS):
                    assert plain(one.text) == plain(other.text), one.where


def bare(page: str) -> str:
    """The comments of a page without who wrote them."""
    tree: Any = html.document_fromstring(page)
    for one in tree.xpath("//article"):
        one.attrib.pop("aria-label", None)
        for name in one.xpath(".//*[@class='byline']"):
            name.drop_tree()
        for words in one.xpath(".//*[@class='prose comment-body']"):
            # The language somebody writes in may tell where they come from.
            words.attrib.pop("lang", None)
    return "".join(html.tostring(one, encoding="unicode") for one in tree.xpath("//article"))


def test_masks_cost_no_question_and_change_nothing_but_the_name(house: House, world: World) -> None:
    masked = lay(house, world)
    say(masked, "Esi", world.tide, "In short")
    path, client, found = f"/initiatives/{world.tide.initiative}", house.visit(world.people["Chiara"]), {}
    for rule in (Attribution.NAMED, Attribution.ROLE):
        set_rule(masked, rule)
        client.get(path)
        with counted(house) as statements:
            page = client.get(path).text
        found[rule] = (len(statements), bare(page))
        assert ("ZqnameEsi" in page) is (rule == Attribution.NAMED)
    assert found[Attribution.NAMED] == found[Attribution.ROLE]
