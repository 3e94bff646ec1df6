"""Renews docs/pictures from the demo: `.venv/bin/python -m tests.browser.pictures`. Look at them before you commit."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from demo.programme import fill
from people.models import Person
from server.db import Database
from server.migrate import migrate
from server.settings import Settings
from sessions.sessions import SESSION
from sessions.slots import SLOT
from tests.house import House, free_port
from tests.services.chromium import chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
WIDE, PHONE, WALL = (1280, 900), (360, 740), (1280, 720)
MEMBER, ADVISER, FACILITATOR = "Akinyi Wekesa", "Mei-Lin Goh", "Clémence Aubry"


class Shot(NamedTuple):
    """A page as somebody sees it; `size` in CSS pixels."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = WIDE
    scheme: str = "light"


def shots(house: House) -> list[Shot]:
    """What is shown of the demo, found by the names it gives."""
    with house.database() as db:
        slots = select(SESSION.c.theme, SESSION.c.id, SLOT.c.id).join_from(
            SESSION, SLOT, SLOT.c.session_id == SESSION.c.id
        )
        found = {theme: (session, slot) for theme, session, slot in db.execute(slots.order_by(SLOT.c.id.desc()))}
        cohort = db.execute(select(SESSION.c.cohort_id)).scalar()
    room = f"/slots/{found['Cultural transformation'][1]}/room"
    past, to_come = found["Open experimentation"][0], found["Citizen involvement"][0]
    return [
        Shot("cohort", MEMBER, f"/cohorts/{cohort}"),
        Shot("desk", ADVISER, "/desk"),
        Shot("session", MEMBER, f"/sessions/{to_come}"),
        Shot("planner", FACILITATOR, f"/cohorts/{cohort}/sessions/planner"),
        Shot("fairness", FACILITATOR, f"/cohorts/{cohort}/sessions/fairness", scheme="dark"),
        Shot("room", MEMBER, room),
        Shot("room-phone", MEMBER, room, PHONE, "dark"),
        Shot("room-run", FACILITATOR, room, scheme="dark"),
        Shot("run-sheet", FACILITATOR, f"{room}/run-sheet"),
        Shot("projector", FACILITATOR, f"{room}/projector", WALL),
        Shot("recap", MEMBER, f"/sessions/{past}/recap"),
    ]


def entered(page: Page) -> None:
    """Into the room, where it is one."""
    enter = page.get_by_role("button", name="Go in", exact=True)
    if enter.count():
        enter.click()
        page.wait_for_load_state("load")


def take(browser: Browser, house: House, shot: Shot, person_id: int) -> None:
    """One picture, of what a screen of that size shows first."""
    width, height = shot.size
    context = browser.new_context(
        base_url=house.settings.origin,
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale="en-GB",
        timezone_id="Africa/Nairobi",
        reduced_motion="reduce",
    )
    context.add_cookies(
        [{"name": house.settings.login_cookie, "value": house.sign_in(person_id), "url": house.settings.origin}]
    )
    page = context.new_page()
    page.goto(shot.path)
    entered(page)
    # Presence and the timer come over the socket.
    page.wait_for_timeout(1_500)
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.db"
        database = Database(url)
        migrate(database)
        fill(database)
        database.close()
        house = House(Settings(database_url=url, port=free_port()))
        house.start()
        with chromium() as found, sync_playwright() as playwright:
            browser = playwright.chromium.launch(**found.launch_options())
            people = {person.name: person.id or 0 for person in house.rows(Person)}
            for shot in shots(house):
                take(browser, house, shot, people[shot.who])
                print(f"docs/pictures/{shot.name}.png")
            browser.close()
        house.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
