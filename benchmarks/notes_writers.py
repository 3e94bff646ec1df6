"""Twenty people type in the notes of one room for a minute, with cuts at random: does every screen end the same?

Each character is one of a kind, so that a lost one is missing and a doubled one is there twice. `value` counts both,
`reference` is how many there should be at the end. `acknowledged_ms` is the median from typing to being told that it is
kept, with everybody typing.
"""

from __future__ import annotations

import random
import secrets
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from sqlmodel import SQLModel

from benchmarks.lines import line
from benchmarks.server import serving
from cohorts import cohorts, memberships, programmes, teams
from cohorts.models import Attribution, Role
from people import logins, organisations, persons
from server.clock import utc_now
from server.db import Database
from server.live.log import write_touched
from server.settings import read_settings
from sessions import sessions, slots
from sessions.agenda import Item
from sessions.models import OpenTo
from sessions.room import rooms
from sessions.sessions import SESSION, Plan
from sessions.slots import SLOT, Time
from tests.house import House
from tests.live.writers import Writer, now, same_everywhere, scribble

PEOPLE, SECONDS = 20, 60.0
# Changes a second of each, at most: a quick typist. A cut comes after one change in so many.
PACE, CUTS = 8.0, 40
# Each writes characters of a plane that nobody else writes.
FIRST, EACH = 0x20000, 2_000


class Notes(NamedTuple):
    """The notes of a room, and the login tokens of those in it, by person."""

    text_id: int
    tokens: dict[int, str]


class Distant(House):
    """A house whose server is a process of its own, beside which its database is read."""

    def __init__(self, path: Path, port: int, tokens: dict[int, str]) -> None:
        super().__init__(read_settings({}, database_url=f"sqlite:///{path}", port=port))
        self.cookies = tokens
        self.beside = Database(self.settings.database_url)

    def database(self, *, writing: bool = False) -> Any:
        """A transaction on that database."""
        return self.beside.transaction(writing=writing)


def measure() -> Iterator[dict[str, Any]]:
    """One line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        notes = fill(path)
        with serving(path) as port:
            yield typed(Distant(path, port, notes.tokens), notes, SECONDS)


def typed(house: Distant, notes: Notes, seconds: float) -> dict[str, Any]:
    """The line for so many seconds of typing."""
    seed = secrets.randbelow(1_000_000)
    hands = [Hand(house, person, notes.text_id, number, seed) for number, person in enumerate(notes.tokens)]
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=hand.work, args=(until,)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    began = time.monotonic()
    words = same_everywhere(house, notes.text_id, [hand.writer for hand in hands], 30)
    settled = time.monotonic() - began
    wanted = set().union(*(hand.put for hand in hands)) - set().union(*(hand.gone for hand in hands))
    lost, there = len(wanted - set(words)), Counter(words)
    doubled = sum(count - 1 for count in there.values()) + len(set(words) - wanted)
    same = {words, now(house, notes.text_id).words, *(hand.writer.words for hand in hands)}
    house.beside.close()
    more: dict[str, Any] = {"typed": sum(len(hand.put) + len(hand.gone) for hand in hands)}
    more |= {"cuts": sum(hand.cuts for hand in hands)}
    more |= {"screens": len(hands), "different": len(same) - 1, "settled_ms": round(settled * 1000), "seed": seed}
    waited = [one for hand in hands for one in hand.waited]
    more |= {"acknowledged_ms": round(median(waited) * 1000, 1), "seconds": seconds, "target": 0}
    return line("notes.writers_20", lost + doubled, "characters", len(wanted), **more)


class Hand:
    """Somebody who types. `put` and `gone`: what they put in and took out; `waited`: until it was acknowledged."""

    def __init__(self, house: Distant, person_id: int, text_id: int, number: int, seed: int) -> None:
        self.writer = Writer(house, person_id, text_id)
        self.chance = random.Random(seed + number)
        self.fresh = map(chr, range(FIRST + number * EACH, FIRST + (number + 1) * EACH))
        self.put, self.gone = set[str](), set[str]()
        self.waited: list[float] = []
        self.cuts = 0

    def work(self, until: float) -> None:
        """Type until then, cut off now and then, and come back."""
        one, sent_at = self.writer, 0.0
        while time.monotonic() < until:
            pause = time.monotonic() + self.chance.uniform(0.5, 1.5) / PACE
            if one.socket is None and not one.connect():
                time.sleep(0.05)
                continue
            scribble(one, self.chance, self.fresh, self.gone, self.put)
            if one.sent is None:
                one.send()
                sent_at = time.monotonic()
            if self.chance.random() < 1 / CUTS:
                one.cut()
                self.cuts += 1
                time.sleep(self.chance.uniform(0.0, 1.0))
                continue
            while (left := pause - time.monotonic()) > 0 and one.socket is not None:
                waits = one.sent is not None
                one.hear(left)
                if waits and one.sent is None and one.socket is not None:
                    self.waited.append(time.monotonic() - sent_at)


def fill(path: Path) -> Notes:
    """A database with a room that is open, and twenty people who may write in its notes."""
    database = Database(f"sqlite:///{path}")
    SQLModel.metadata.create_all(database.engine)
    database.before_commit.append(write_touched)
    at, tokens, held = utc_now(), dict[int, str](), dict[int, int]()
    with database.transaction(writing=True) as db:
        office = organisations.add(db, name="Harbour Office", country="NO", time_zone="Europe/Oslo", sample=True)
        programme = programmes.create(db, name="Programme", time_zone="Europe/Paris")
        cohort = cohorts.create(db, programme, name="Cohort")
        team = teams.create(db, cohort, office, name="Team", sample=True)
        for number in range(PEOPLE):
            name, email = f"Writer {number}", f"{number}@bench.example"
            person = persons.add(db, name=name, email=email, organisation_id=office.id, time_zone="UTC")  # type: ignore[arg-type]
            joined = memberships.join(db, person=person, role=Role.MEMBER, team_id=team.id, now=at)
            assert person.id is not None
            tokens[person.id] = logins.begin(db, person.id, "bench", at)
            held[person.id] = joined.id or 0
        first = next(iter(tokens))
        made = sessions.plan(db, cohort.id or 0, _plan(first), by_id=first, now=at)
        facts = sessions.read(db, SESSION.c.id == made.id)[0]
        slot = slots.offer(db, facts, Time(at - timedelta(minutes=10), 90, "UTC"), now=at)
        sessions.publish(db, facts, by_id=first, now=at)
        facts = sessions.read(db, SESSION.c.id == made.id)[0]
        room = rooms.open_for(db, facts, slots.read(db, SLOT.c.id == slot.id)[0], by_id=first, now=at)
        for person_id, membership_id in held.items():
            rooms.came(db, room.slot_id, person_id=person_id, membership_id=membership_id, now=at)
    database.close()
    return Notes(room.notes_id, tokens)


def _plan(first: int) -> Plan:
    return Plan(
        theme="Notes",
        purpose="",
        materials="",
        video_url="",
        open_to=OpenTo.COHORT,
        attribution=Attribution.NAMED,
        agenda=(Item("Write", 60),),
        guests=(),
        leaders=(first,),
    )
