"""A feedback round of three teams in real browsers: from release to "this helped because"."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from cohorts import memberships, teams
from cohorts.models import Cohort, Role
from feedback.rounds.phases import Phase
from people import organisations, persons
from server.clock import utc_now
from server.live.texts import SharedText, texts_now
from tests.browser.desk import Desk, eventually, live
from tests.browser.test_accessibility import LOOKS, RULES, too_wide, violations
from tests.feedback.rounds.teams import Teams
from tests.house import PATIENCE, House
from tests.rounds import facts_of, give, plan_of, released
from tests.world import Place, World, of

WORDS = ".shared-text-words"


@dataclass
class Three(Teams):
    """Tide, Reed and Marsh (Nadia), in a round of their own in which each gives to one other."""

    number: int = 0
    nadia: int = 0
    membership: int = 0

    @property
    def round(self) -> int:
        return self.number

    def person(self, name: str) -> int:
        return self.nadia if name == "Nadia" else self.world.people[name]


@pytest.fixture
def three(house: House, world: World) -> Three:
    found = Three(house, world)
    with house.database(writing=True) as db:
        now, cohort = utc_now(), db.get_one(Cohort, world.tide.cohort)
        home = organisations.add(db, name="Marsh Council", country="PT", time_zone="Europe/Lisbon")
        marsh = teams.create(db, cohort, home, name="Marsh")
        nadia = persons.add(db, name="Nadia Reis", email="nadia@example.org", organisation_id=of(home.id))
        found.nadia = of(nadia.id)
        joined = memberships.join(db, person=nadia, role=Role.MEMBER, team_id=of(marsh.id), now=now)
        found.membership = of(joined.id)
        plan = plan_of(now, title="Second round", repeats=True)
        found.number = released(db, world.tide.cohort, world.people["Farid"], plan, now).id
        found.world.__dict__["marsh"] = Place(world.tide.programme, world.tide.cohort, of(marsh.id), 0, 0)
    return found


def receiver_of(three: Three, giver: str) -> str:
    """To which of the three that one gives."""
    page = three.get("Amara", f"/pairs/{three.pair(giver)}").text
    return "reed" if "Feedback to Reed" in page else "marsh"


def window(desk: Desk, three: Three, name: str, path: str) -> Page:
    page = desk.window(three.house, three.person(name))
    page.goto(path)
    live(page)
    return page


def until_kept(three: Three, words: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with three.house.database(writing=False) as db:
            if words in {one.words for one in texts_now(db, [row.id for row in db.query(SharedText)]).values()}:
                return
        time.sleep(0.1)
    raise AssertionError(f"the server never had {words!r}")


def box(page: Page, at: int) -> str:
    """What stands in the text of that section, as this page shows it."""
    return page.locator(WORDS).nth(at).input_value()


def writable(page: Page) -> None:
    """Every text of the feedback has reached the server."""
    page.wait_for_selector(WORDS)
    expect(page.locator(f"{WORDS}[readonly]")).to_have_count(0)


def test_round_of_three_teams_from_release_to_what_it_helped(desk: Desk, three: Three) -> None:
    pair = f"/pairs/{three.pair()}"
    to = receiver_of(three, "tide")
    reader_name = {"reed": "Chiara", "marsh": "Nadia"}[to]
    amara, bram = (window(desk, three, name, pair) for name in ("Amara", "Bram"))
    reader = window(desk, three, reader_name, three.received(to))
    other = window(desk, three, "Nadia" if to == "reed" else "Chiara", f"/rounds/{three.round}")
    expect(reader.get_by_text("The teams are writing.")).to_be_visible()

    amara.get_by_role("button", name="Begin writing").click()
    writable(amara)
    writable(bram)
    amara.locator(WORDS).first.type("The map is clear.")
    bram.locator(WORDS).nth(1).type("More about the bells.\n\nAnd about the night.")
    eventually(bram, lambda: box(bram, 0) == "The map is clear.", "Bram reads what Amara writes")
    eventually(amara, lambda: "And about the night." in box(amara, 1), "and Amara what Bram writes")
    amara.wait_for_selector("shared-text[data-state=saved]", state="attached")

    amara.get_by_role("link", name="Read it through and sign").click()
    expect(amara.locator(".item")).to_have_count(3)
    amara.get_by_role("button", name="Sign for the team").click()
    expect(amara.get_by_text("Signed by Amara Okoro").first).to_be_visible()
    expect(bram.get_by_text("Signed by Amara Okoro").first).to_be_visible()
    expect(reader.get_by_text("More about the bells.")).to_have_count(0)
    assert "bells" not in reader.content() + other.content()
    with three.house.database(writing=True) as db:
        for giver, member in (("reed", three.world.memberships["Chiara"]), ("marsh", three.membership)):
            give(db, three.round, three.pair(giver), member, f"Words of {giver}", utc_now())

    three.at_phase(Phase.REVEALED, turn=True)
    expect(reader.get_by_text("More about the bells.")).to_be_visible()
    assert_answered(reader, amara, bram)


def assert_answered(reader: Page, amara: Page, bram: Page) -> None:
    """The team that reads it does something with it, and those who wrote it see that at once."""
    expect(reader.get_by_role("heading", name="From Tide")).to_be_visible()
    item = reader.locator(".item", has_text="More about the bells.")
    item.get_by_role("button", name="Thank").click()
    expect(item.get_by_text("thanked for this")).to_be_visible()
    expect(amara.get_by_text("thanked for this")).to_be_visible()
    reader.locator(".item", has_text="And about the night.").get_by_role("link", name="Take it on").click()
    reader.get_by_label("In words").fill("We ask the *sexton*.")
    reader.get_by_role("button", name="Send").click()
    expect(reader.get_by_text("We ask the sexton.")).to_be_visible()
    reader.get_by_role("link", name="Say what it helped with").click()
    reader.get_by_label("This helped because").fill("We had not thought of the night.")
    reader.get_by_role("button", name="Save").click()
    for page in (reader, amara, bram):
        expect(page.get_by_text("We ask the sexton.")).to_be_visible()
        expect(page.get_by_text("We had not thought of the night.")).to_be_visible()


def test_pages_of_the_teams_shut_nobody_out(desk: Desk, three: Three) -> None:
    three.begin()
    three.write("Amara", "One\n\nTwo")
    reader = {"reed": "Chiara", "marsh": "Nadia"}[receiver_of(three, "tide")]
    received, pair = three.received(receiver_of(three, "tide")), f"/pairs/{three.pair()}"
    found = shut_out(desk, three, "Amara", pair, f"{pair}/signing", f"/rounds/{three.round}")
    three.sign()
    three.at_phase(Phase.REVEALED)
    item = three.items()[0]
    found += shut_out(desk, three, reader, received, f"/items/{item}/answer", f"/items/{item}/helped")
    found += shut_out(desk, three, "Amara", pair, three.gives(), f"/rounds/{three.round}/practice")
    assert found == []


def shut_out(desk: Desk, three: Three, name: str, *paths: str) -> list[str]:
    """What is wrong with those pages, on a phone and on a desk, by day and by night."""
    found = []
    for width, scheme, rules in ((360, "dark", LOOKS), (1280, "light", RULES)):
        page = desk.window(three.house, three.person(name), viewport={"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in paths:
            page.goto(path)
            where = f"{path} at {width}"
            found += [*violations(page, where, rules), *too_wide(page, where)]
    return found


def test_words_stay_where_they_are_when_the_round_ends_while_somebody_writes(desk: Desk, three: Three) -> None:
    three.begin()
    amara = window(desk, three, "Amara", f"/pairs/{three.pair()}")
    writable(amara)
    amara.locator(WORDS).first.type("A thought that is not finished")
    # The mark may still say "saved" of the words before: only the server knows.
    until_kept(three, "A thought that is not finished")
    three.at_phase(Phase.CLOSED, turn=True)
    expect(amara.get_by_text("your team keeps what it wrote")).to_be_visible()
    assert box(amara, 0) == "A thought that is not finished"
    amara.reload()
    assert box(amara, 0) == "A thought that is not finished"


def test_round_that_is_moved_while_somebody_writes_takes_nothing_from_them(desk: Desk, three: Three) -> None:
    three.begin()
    amara = window(desk, three, "Amara", f"/pairs/{three.pair()}")
    writable(amara)
    amara.locator(WORDS).first.type("Half a thou")
    three.at_phase(Phase.OPEN, turn=True)
    with three.house.database() as db:
        moved = facts_of(db, three.round).reveals_at.isoformat()
    expect(amara.locator(f"time[datetime='{moved}']").first).to_be_attached()
    amara.locator(WORDS).first.type("ght")
    assert box(amara, 0) == "Half a thought"
