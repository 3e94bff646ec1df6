"""Prompts on the session of the world, left and answered through the pages' own forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from cohorts import memberships
from cohorts.audiences import AUDIENCE_WORDS
from cohorts.models import AudienceKind, Role
from feedback.advice.models import Prompt
from feedback.threads import AUDIENCE
from people.models import Person
from server.clock import utc_now
from tests.house import House
from tests.world import World

COHORT, RUNNERS = AudienceKind.COHORT, AudienceKind.FACILITATORS
assert set(AUDIENCE_WORDS) >= {COHORT, RUNNERS}


@dataclass
class Session:
    """The session in Tide's cohort, which Farid leads, and what advisers leave on it."""

    house: House
    world: World
    other_id: int = 0

    @property
    def id(self) -> int:
        return self.other_id or self.world.sessions[self.world.tide.cohort]

    @property
    def path(self) -> str:
        return f"/sessions/{self.id}"

    def browser(self, name: str) -> httpx.Client:
        return self.house.visit(self.world.people[name])

    def page(self, name: str) -> str:
        return self.browser(name).get(self.path).text

    def send(self, who: str, path: str, **fields: Any) -> httpx.Response:
        answer = self.browser(who).post(path, data=fields)
        assert answer.status_code == 303, f"{path} by {who}: {answer.status_code} {answer.text[:2000]}"
        return answer

    def audience(self, kind: str) -> str:
        with self.house.database() as db:
            here = (AUDIENCE.c.cohort_id == self.world.tide.cohort) & (AUDIENCE.c.kind == kind)
            return str(db.execute(AUDIENCE.select().where(here, AUDIENCE.c.team_id.is_(None))).one().id)

    def leave(self, text: str = "Who is not in the room?", by: str = "Esi", to: str = COHORT, **more: str) -> int:
        """Leave a prompt; its id."""
        fields = {"kind": "question", "audience": self.audience(to), "key": secrets.token_hex(8)} | more
        left = self.send(by, f"{self.path}/prompts", text=text, **fields)
        return int(left.headers["location"].removeprefix("/prompts/").partition("?")[0])

    def answer(self, prompt: int, by: str = "Farid", **fields: str) -> None:
        self.send(by, f"/prompts/{prompt}/responses", **{"kind": "took on", "text": "We will ask *them*."} | fields)

    def say(self, prompt: int, text: str, by: str) -> None:
        self.send(by, f"/threads/{self.stored(prompt).thread_id}/comments", text=text, key=secrets.token_hex(8))

    def stored(self, prompt: int) -> Prompt:
        with self.house.database() as db:
            return db.get_one(Prompt, prompt)

    def join(self, name: str, role: Role = Role.ADVISER) -> None:
        """Somebody of the cast takes another role in the cohort."""
        with self.house.database(writing=True) as db:
            person = db.get_one(Person, self.world.people[name])
            where = {"cohort_id": self.world.tide.cohort}
            self.world.memberships[f"{name} as {role}"] = (
                memberships.join(db, person=person, role=role, now=utc_now(), **where).id or 0
            )
