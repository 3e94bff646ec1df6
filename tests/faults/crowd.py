"""People who say things through the real form, again and again with the same key until they are told it was taken."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
from sqlalchemy import select

from cohorts import memberships
from cohorts.models import Role
from feedback.models import Comment
from people import persons
from people.models import Person
from server.clock import utc_now
from tests.faults.installation import Installation
from tests.house import House, plain_client
from tests.world import World, of

AGAIN = 0.05
# Seconds after which somebody was never answered, on the slowest machine.
PATIENCE = 120


def arrive(house: House, world: World, count: int) -> list[int]:
    """So many advisers of the cohort, each with a login; their ids."""
    found = []
    with house.database(writing=True) as db:
        office = db.get_one(Person, world.people["Amara"]).organisation_id
        for number in range(count):
            person = persons.add(db, name=f"Speaker {number}", email=f"s{number}@example.org", organisation_id=office)
            memberships.join(db, person=person, role=Role.ADVISER, cohort_id=world.tide.cohort, now=utc_now())
            found.append(of(person.id))
    for id_ in found:
        house.cookie(id_)
    return found


@dataclass
class Heard:
    """What became of the forms. `taken`: texts that were acknowledged, with the seconds each took, tries included;
    `overtaken`: how many of others were acknowledged meanwhile, which is the same on a busy machine; `answers`: how
    often each status came, 0 for a connection that was cut; `given_up`: texts that were not taken."""

    taken: dict[str, float] = field(default_factory=dict)
    overtaken: dict[str, int] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)


class Crowd:
    """Everybody talks at once in the thread `thread`, each through the address in `urls` that falls to them."""

    def __init__(self, house: Installation, people: list[int], urls: list[str] | None = None) -> None:
        self.house, self.people = house, people
        self.urls = urls or [house.url]
        self.enough = threading.Event()
        self.heard = Heard()
        self._clients = [self._client(number) for number in range(len(people))]

    def _client(self, number: int) -> httpx.Client:
        url = self.urls[number % len(self.urls)]
        name = f"login_{httpx.URL(url).port}"
        headers = {"sec-fetch-site": "same-origin", "cookie": f"{name}={self.house.cookie(self.people[number])}"}
        client = plain_client(url, headers=headers)
        self.house.clients.append(client)
        return client

    def talk(self, thread: int, mark: str, most: int) -> list[threading.Thread]:
        """Begin; each says `most` things at most, and nothing new once it is `enough`. To be joined."""
        self.enough.clear()
        self.heard = Heard()
        speakers = [
            threading.Thread(target=self._speak, args=(client, thread, f"{mark} {number}", most), daemon=True)
            for number, client in enumerate(self._clients)
        ]
        for speaker in speakers:
            speaker.start()
        return speakers

    def _speak(self, client: httpx.Client, thread: int, mark: str, most: int) -> None:
        for turn in range(most):
            if self.enough.is_set():
                return
            self._until_taken(client, thread, f"{mark} {turn}")

    def _until_taken(self, client: httpx.Client, thread: int, text: str) -> None:
        form = {"text": text, "key": secrets.token_hex(8)}
        began, before = time.monotonic(), len(self.heard.taken)
        while time.monotonic() - began < PATIENCE:
            try:
                status = client.post(f"/threads/{thread}/comments", data=form).status_code
            except httpx.TransportError:
                status = 0
            self.heard.answers[status] += 1
            if status == 303:
                self.heard.overtaken[text] = len(self.heard.taken) - before
                self.heard.taken[text] = time.monotonic() - began
                return
            if status not in (0, 503):
                break
            # Twenty who keep knocking would only make the start slower.
            self.house.up.wait(PATIENCE)
            time.sleep(AGAIN)
        self.heard.given_up.append(text)


def joined(speakers: list[threading.Thread]) -> None:
    for speaker in speakers:
        speaker.join(PATIENCE + 30)
        assert not speaker.is_alive(), "somebody was never answered"


def said_in(house: House, thread: int) -> Counter[str]:
    """The comments of a thread in the database, by their text."""
    with house.database() as db:
        return Counter(db.execute(select(Comment.text).where(Comment.thread_id == thread)).scalars())  # type: ignore[call-overload]


def visited(clients: list[httpx.Client], path: str) -> list[tuple[int, float]]:
    """Everybody asks for that page at once: status and seconds of each."""

    def one(client: httpx.Client) -> tuple[int, float]:
        began = time.monotonic()
        return client.get(path).status_code, time.monotonic() - began

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(one, clients))
