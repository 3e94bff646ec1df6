"""Polls in the room of the tests, done through their own forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sessions.room.models import Poll, Vote
from tests.sessions.room.conftest import Meeting

TWO = "The bus\nThe train"


@dataclass
class Polling:
    """One poll in a meeting."""

    meeting: Meeting
    id: int

    @property
    def now(self) -> Poll:
        """Its row."""
        return next(one for one in self.meeting.house.rows(Poll) if one.id == self.id)

    @property
    def votes(self) -> dict[str, str]:
        """What the people chose, by name."""
        names = {id_: name for name, id_ in self.meeting.world.people.items()}
        found = [one for one in self.meeting.house.rows(Vote) if one.poll_id == self.id]
        return {names[one.person_id]: one.words or one.chosen for one in found}

    def post(self, name: str, what: str, **data: Any) -> Any:
        """A form of the poll, sent by that person."""
        return self.meeting.browser(name).post(f"/polls/{self.id}/{what}", data=data)

    def turn(self, act: str, name: str = "Farid", version: int | None = None) -> int:
        """Open it, close it and so on; the status of the answer."""
        base = self.now.version if version is None else version
        return int(self.post(name, "turns", act=act, version=base).status_code)

    def vote(self, name: str, option: int) -> int:
        """Choose an option."""
        return int(self.post(name, "choices", option=option).status_code)

    def say(self, name: str, words: str) -> int:
        """Answer in words."""
        return int(self.post(name, "words", words=words).status_code)


def prepare(meeting: Meeting, kind: str = "single", *, options: str = TWO, named: str = "", **more: str) -> Polling:
    """A poll that Farid prepares."""
    given = {"question": "How do you come?", "key": secrets.token_hex(8), **more}
    answer = meeting.send("Farid", "polls", kind=kind, options=options, named=named, **given)
    assert answer.status_code == 303, answer.text[:3000]
    return Polling(meeting, max(one.id for one in meeting.house.rows(Poll)))


def opened(meeting: Meeting, kind: str = "single", **more: str) -> Polling:
    """The same, put to the room."""
    poll = prepare(meeting, kind, **more)
    assert poll.turn("open") == 303
    return poll
