"""The teams' half of a round, done through the pages' own forms: writing, signing, reading, answering.

The round of the world is open: Tide gives to Reed, and Reed gives to Tide. `at_phase` moves its clock by moving its
times, as if nobody had; with `turn` it also tells the open pages, as the job does.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import update

from feedback.rounds import giving, rounds
from feedback.rounds.phases import Phase
from feedback.rounds.rounds import ROUND, RoundFacts
from server.clock import utc_now
from tests.house import House
from tests.rounds import facts_of, pair_of
from tests.world import World

HOUR = timedelta(hours=1)
# When a round opens, is revealed and closes, seen from now, for it to be in that phase.
TIMES = {Phase.WAITING: (1, 2, 3), Phase.OPEN: (-1, 1, 2), Phase.REVEALED: (-2, -1, 1), Phase.CLOSED: (-3, -2, -1)}
MARK = re.compile(r'name="mark" value="(\w*)"')


@dataclass
class Teams:
    """Tide (Amara, Bram) and Reed (Chiara) in the round of their cohort."""

    house: House
    world: World
    pairs: dict[str, int] = field(default_factory=dict)

    @property
    def round(self) -> int:
        return self.world.rounds[self.world.tide.cohort]

    @property
    def facts(self) -> RoundFacts:
        with self.house.database() as db:
            return facts_of(db, self.round)

    def pair(self, giver: str = "tide") -> int:
        """The pair in which that team gives; also once it is taken out."""
        if giver not in self.pairs:
            with self.house.database() as db:
                self.pairs[giver] = pair_of(db, self.round, getattr(self.world, giver).team)
        return self.pairs[giver]

    def get(self, who: str, path: str) -> httpx.Response:
        return self.house.visit(self.world.people[who]).get(path)

    def post(self, who: str, path: str, **fields: Any) -> httpx.Response:
        return self.house.visit(self.world.people[who]).post(path, data=fields)

    def done(self, who: str, path: str, **fields: Any) -> None:
        answer = self.post(who, path, **fields)
        assert answer.status_code == 303, f"{path} by {who}: {answer.status_code} {answer.text[:3000]}"

    def at_phase(self, phase: Phase, *, turn: bool = False, **values: Any) -> None:
        """The round is in that phase now; without `turn` no job has told any open page."""
        times = dict(zip(("opens_at", "reveals_at", "closes_at"), TIMES[phase], strict=True))
        with self.house.database(writing=True) as db:
            moved = {name: utc_now() + hours * HOUR for name, hours in times.items()}
            db.execute(update(ROUND).where(ROUND.c.id == self.round).values(**moved | values))
            if turn:
                rounds.tell(db, facts_of(db, self.round))

    def gives(self, team: str = "tide") -> str:
        return f"/rounds/{self.round}/teams/{getattr(self.world, team).team}"

    def received(self, team: str = "reed") -> str:
        return f"{self.gives(team)}/received"

    def begin(self, who: str = "Amara", giver: str = "tide") -> None:
        self.done(who, f"/pairs/{self.pair(giver)}/beginning")

    def texts(self, giver: str = "tide") -> list[int]:
        with self.house.database() as db:
            return [part.text_id for part in giving.parts_of(db, self.pair(giver))]

    def write(self, who: str, words: str, *, section: int = 0, giver: str = "tide") -> None:
        text = self.texts(giver)[section]
        self.done(who, f"/texts/{text}/paragraphs", paragraph=words, key=secrets.token_hex(8))

    def mark(self, who: str, giver: str = "tide") -> str:
        page = self.get(who, f"/pairs/{self.pair(giver)}/signing")
        assert page.status_code == 200, page.status_code
        found = MARK.search(page.text)
        assert found is not None
        return found[1]

    def sign(self, who: str = "Amara", giver: str = "tide") -> None:
        self.done(who, f"/pairs/{self.pair(giver)}/signature", mark=self.mark(who, giver))

    def give(self, words: str = "SECRET bells", *, who: str = "Amara", giver: str = "tide") -> None:
        """Begin, write and sign."""
        self.begin(who, giver)
        self.write(who, words, giver=giver)
        self.sign(who, giver)

    def items(self, giver: str = "tide") -> list[int]:
        with self.house.database() as db:
            here = giving.ITEM.c.pair_id == self.pair(giver)
            return list(db.execute(giving.ITEM.select().where(here).order_by(giving.ITEM.c.number)).scalars())
