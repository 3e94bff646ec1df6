"""Promise 1 for prompts on a session: its page, a prompt's page and a desk, from every vantage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from feedback.advice.models import Response
from feedback.advice.responses import tell_back
from server.clock import utc_now
from tests.house import House
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh, following
from tests.scheduled import session_now
from tests.sessions.left import RUNNERS, Session
from tests.world import World

READERS = ("Amara", "Bram", "Esi", "Farid")


class Deeds(Session):
    """What happens to one prompt of Esi's, for the whole cohort; Bram advises as well."""

    prompt = 0

    def ask(self) -> None:
        self.leave("Another thought", by="Bram")

    def edit_prompt(self) -> None:
        version = self.stored(self.prompt).version
        self.send("Esi", f"/prompts/{self.prompt}/versions", text=f"Better words {version}", version=version)

    def take_on(self) -> None:
        self.answer(self.prompt)

    def park(self) -> None:
        self.answer(self.prompt, kind="parked", until=(utc_now() + timedelta(days=9)).date().isoformat())

    def come_back(self) -> None:
        with self.house.database(writing=True) as db:
            now = utc_now()
            table: Any = Response.__table__  # type: ignore[attr-defined]
            db.execute(update(table).values(back_at=now - timedelta(minutes=1)).where(table.c.kind == "parked"))
            assert tell_back(db, now) == 1

    def disagree(self) -> None:
        self.answer(self.prompt, kind="disagree", text="They are.")

    def agree(self) -> None:
        self.send("Bram", f"/prompts/{self.prompt}/stances/agree")

    def discuss(self) -> None:
        self.say(self.prompt, "I add something", by="Amara")

    def withdraw(self) -> None:
        self.send("Esi", f"/prompts/{self.prompt}/withdrawal")

    def restore(self) -> None:
        self.send("Esi", f"/prompts/{self.prompt}/restoration")

    def rename_adviser(self) -> None:
        self.send("Esi", "/profile/preferences", name="Esi Renamed", time_zone="Africa/Accra", language="en")


ON_SESSION = (
    *("ask", "edit_prompt", "take_on", "park", "come_back", "disagree", "discuss"),
    *("withdraw", "restore", "rename_adviser"),
)
ON_PROMPT = ("edit_prompt", "agree", "park", "come_back", "take_on", "discuss", "withdraw", "restore", "rename_adviser")


@pytest.fixture
def deeds(house: House, world: World) -> Deeds:
    made = Deeds(house, world)
    made.join("Bram")
    made.prompt = made.leave()
    return made


def run_through(deeds: Deeds, name: str, page: str, names: tuple[str, ...]) -> None:
    wrong = []
    for deed in names:
        try:
            act: Callable[[], None] = getattr(deeds, deed)
            assert_live_equals_fresh(deeds.house, deeds.world.people[name], page, act)
        except AssertionError as difference:
            wrong.append(f"{deed}: {difference}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", READERS)
def test_session_kept_open_equals_a_fresh_one(deeds: Deeds, name: str) -> None:
    run_through(deeds, name, deeds.path, ON_SESSION)


@pytest.mark.parametrize("name", READERS)
def test_prompt_kept_open_equals_a_fresh_one(deeds: Deeds, name: str) -> None:
    run_through(deeds, name, f"/prompts/{deeds.prompt}", ON_PROMPT)


def test_desk_kept_open_equals_a_fresh_one(deeds: Deeds) -> None:
    run_through(deeds, "Esi", "/desk", ("take_on", "park", "come_back", "withdraw"))


@pytest.mark.parametrize("name", ["Chiara", "Farid"])
def test_reading_list_kept_open_equals_a_fresh_one(deeds: Deeds, name: str) -> None:
    farid, path = deeds.browser("Farid"), f"/cohorts/{deeds.world.tide.cohort}/reading"

    def rename_session() -> None:
        with deeds.house.database() as db:
            version = str(session_now(db, deeds.id).version)
        told = {"theme": "Another theme", "version": version, "open_to": "cohort", "attribution": "named"}
        assert farid.post(f"{deeds.path}/details", data=told).status_code == 303

    def recommend() -> None:
        deeds.prompt = deeds.leave("Read it", kind="reference", source="A book of bells")

    for act in (recommend, deeds.edit_prompt, rename_session, deeds.rename_adviser, deeds.withdraw, deeds.restore):
        assert_live_equals_fresh(deeds.house, deeds.world.people[name], path, act)


def test_own_prompts_to_those_who_run_it_come_and_change(deeds: Deeds) -> None:
    esi, house = deeds.world.people["Esi"], deeds.house
    made: list[int] = []
    assert_live_equals_fresh(house, esi, deeds.path, lambda: made.append(deeds.leave("SECRET", to=RUNNERS)))
    assert_live_equals_fresh(house, esi, deeds.path, lambda: deeds.answer(made[0]))
    farid = deeds.world.people["Farid"]
    assert_live_equals_fresh(house, farid, deeds.path, lambda: made.append(deeds.leave("SECRET too", to=RUNNERS)))


def test_what_is_for_those_who_run_it_leaves_no_trace(deeds: Deeds) -> None:
    with following(deeds.house, deeds.world.people["Amara"], deeds.path) as follower:
        before, heard = normal(follower.load()), len(follower.frames)
        secret = deeds.leave("SECRET", to=RUNNERS)
        deeds.answer(secret, text="SECRET answer")
        deeds.say(secret, "SECRET comment", by="Farid")
        follower.pump(1.0)
        assert [frame for frame in follower.frames[heard:] if not frame.get("beat")] == []
        assert normal(follower.load()) == before
