"""A whole session in real browsers, from the planner to what people say of it afterwards: once smoothly, and once with
the server killed in the middle. Farid runs it; Amara is in Lagos, Bram in Amsterdam, Esi advises; a wall looks on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import icalendar
from playwright.sync_api import Locator, Page, expect

from server.clock import utc_now, zone
from tests.browser.desk import Desk, eventually, live
from tests.conftest import Databases
from tests.faults.installation import installed
from tests.house import House
from tests.world import World

ZONES = {"Amara": "Africa/Lagos", "Bram": "Europe/Amsterdam", "Esi": "Africa/Accra", "Farid": "Europe/Paris"}
THEME = "What the night shift knows"
WORDS = "#notes .shared-text-words"


@dataclass
class Day:
    """The windows of those who take part, and where the session and its slot are."""

    desk: Desk
    house: House
    world: World
    session: str = ""
    slot: str = ""
    pages: dict[str, Page] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Page:
        return self.pages[name]

    def enter(self, name: str, person: str = "") -> Page:
        """A window of that person, in the zone they live in."""
        who = person or name
        self.pages[name] = self.desk.window(self.house, self.world.people[who], timezone_id=ZONES[who])
        return self.pages[name]

    def shown(self, found: Locator) -> None:
        """Somebody else did this: it appears without a reload."""
        expect(found).to_be_visible()

    def everybody(self, *names: str) -> Iterator[Page]:
        """Their pages."""
        return (self.pages[name] for name in names)


def plan(day: Day) -> None:
    """Farid plans it, finds a time that is fair, offers one that begins soon, and publishes it."""
    page, cohort = day.enter("Farid"), f"/cohorts/{day.world.tide.cohort}"
    page.goto(f"{cohort}/sessions")
    page.get_by_role("link", name="Plan a session").click()
    page.get_by_label("Theme").fill(THEME)
    page.get_by_label("Purpose").fill("Whoever is awake at three knows something.")
    for number, (title, minutes) in enumerate((("Arrive", "5"), ("Three nights", "20"), ("Take home", "5")), 1):
        page.get_by_label(f"Item {number}").fill(title)
        page.locator(f"[name=item_{number}_minutes]").fill(minutes)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", name=THEME, level=1)).to_be_visible()
    day.session = re.sub(r"\?.*", "", page.url).removeprefix(day.house.settings.origin)
    page.get_by_role("link", name="Find a fair time").click()
    expect(page.get_by_text("Suggestions, the best first")).to_be_visible()
    page.get_by_role("link", name=re.compile("Offer")).first.click()
    at = (utc_now() + timedelta(minutes=8)).astimezone(zone("Europe/Paris"))
    page.get_by_label("Time zone").select_option("Europe/Paris")
    page.get_by_label("Day and hour").fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_label("Minutes").fill("45")
    page.get_by_label("Seats").fill("5")
    page.get_by_role("button", name="Offer this time").click()
    expect(page.get_by_role("heading", name="When")).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name=THEME, level=1)).to_be_visible()


def answer(day: Day) -> None:
    """It is on the cohort's page; three say that they come, each sees it at their own hour, and takes it home."""
    hours = set()
    for name in ("Amara", "Bram", "Esi"):
        page = day.enter(name)
        page.goto(f"/cohorts/{day.world.tide.cohort}/sessions")
        page.get_by_role("link", name=THEME).click()
        page.get_by_role("button", name="I will come").click()
        expect(page.get_by_role("button", name="Your answer: I will come")).to_be_visible()
        hours.add(page.locator(".slot time[data-local]").first.inner_text())
    # Lagos and Amsterdam have the same hour in winter; each is told whose hour it is.
    assert len(hours) == 3, hours
    live(day["Farid"])
    day.shown(day["Farid"].get_by_text("3 people come", exact=True))
    link = day["Amara"].get_by_role("link", name="Add to your calendar").get_attribute("href")
    assert link is not None
    day.slot = link.removesuffix("/calendar.ics")
    file = day.house.visit(day.world.people["Amara"]).get(link)
    event: Any
    (event,) = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert THEME in event["summary"]
    assert abs(event["dtstart"].dt - utc_now()) < timedelta(minutes=10)


def gather(day: Day) -> None:
    """Everybody comes in, and the wall goes up."""
    for name in ("Farid", "Amara", "Bram", "Esi"):
        day[name].goto(f"{day.slot}/room")
        day[name].get_by_role("button", name="Go in").click()
        live(day[name])
    wall = day.enter("wall", "Farid")
    wall.goto(f"{day.slot}/room/projector")
    live(wall)
    for page in day.everybody("Farid", "Amara"):
        page.evaluate("document.querySelectorAll('.room-run').forEach((one) => { one.open = true; })")


def run(day: Day) -> None:
    """The agenda and its timer, a hand, a poll, a question."""
    farid, amara, bram, wall = (day[name] for name in ("Farid", "Amara", "Bram", "wall"))
    farid.get_by_role("button", name="Begin Three nights").click()
    for page in day.everybody("Amara", "Bram", "Esi", "wall"):
        expect(page.locator("[data-ends]").first).to_have_text(re.compile("^(20:00|19:)"))
    day.shown(wall.get_by_text("Three nights").first)
    amara.get_by_role("button", name="Raise your hand").click()
    day.shown(farid.get_by_role("button", name="Call on number 1, Amara Okoro"))
    farid.get_by_role("button", name="Call on number 1, Amara Okoro").click()
    day.shown(amara.get_by_text("You have the word."))
    farid.get_by_label("What do you ask?").fill("Who is awake at three?")
    farid.get_by_label("Answers to choose from").fill("The nurse\nThe baker")
    farid.get_by_role("button", name="Prepare the poll").click()
    farid.get_by_role("button", name="Open the poll").click()
    for page, words in ((amara, "The nurse"), (bram, "The nurse"), (day["Esi"], "The baker")):
        page.get_by_role("button", name=words).click()
        expect(page.locator(".mine .poll-choice", has_text=words)).to_be_visible()
    bram.get_by_text("Ask a question").click()
    bram.get_by_label("Your question").fill("Who pays for the light?")
    bram.get_by_role("button", name="Ask", exact=True).click()
    asked = amara.locator(".question", has_text="Who pays for the light?")
    day.shown(asked)
    asked.get_by_role("button", name="I want to know too").click()
    expect(bram.get_by_text("One person wants to know too")).to_be_visible()


def settle(day: Day) -> None:
    """The poll is closed and shown, the question answered."""
    farid = day["Farid"]
    farid.get_by_role("button", name="Close the poll").click()
    # Each button carries the version it was made from: a second click before the page has followed does nothing.
    day.shown(farid.get_by_role("button", name="Open it again").first)
    farid.get_by_role("button", name="Show the results").click()
    for page in day.everybody("Amara", "Bram", "wall"):
        day.shown(page.get_by_text("3 people answered").first)
    farid.locator(".question-run").get_by_role("button", name="Answered").click()
    day.shown(day["Bram"].locator(".question", has_text="Who pays for the light?").get_by_text("Answered"))


def write(day: Day, interrupt: Callable[[], None]) -> None:
    """Two write the notes at once."""
    amara, bram = (day[name].locator(WORDS) for name in ("Amara", "Bram"))
    for box in (amara, bram):
        expect(box).to_be_editable()
    amara.press_sequentially("The nurse knows the doors.\n")
    interrupt()
    # Whoever writes on at the same place as somebody else may come in between their letters.
    eventually(day["Bram"], lambda: "knows the doors.\n" in bram.input_value(), "Bram reads it")
    bram.press("Control+End")
    bram.press_sequentially("The baker knows the streets.\n")
    amara.press("Control+Home")
    amara.press_sequentially("At three: ")

    def same() -> bool:
        words = amara.input_value()
        both = "nurse knows the doors" in words and "baker knows the streets" in words and "At three: " in words
        return both and words == bram.input_value()

    eventually(day["Amara"], same, "both read what both wrote")


def part(day: Day) -> None:
    """In groups and back; what the groups wrote stands in the room."""
    farid, amara = day["Farid"], day["Amara"]
    farid.get_by_label("How people come into groups").select_option(label="Mixing countries")
    farid.get_by_label("How many groups").fill("2")
    farid.get_by_label("What they do there").fill("Draw one night.")
    farid.get_by_role("button", name="Prepare", exact=True).click()
    farid.get_by_role("button", name="Open the groups").click()
    amara.get_by_role("link", name="Go to your group").click()
    live(amara)
    box = amara.locator(WORDS)
    expect(box).to_be_editable()
    box.press_sequentially("A night has four hours.")
    amara.wait_for_selector("shared-text[data-state=saved]", state="attached")
    live(farid)
    farid.get_by_role("button", name="Bring everybody back").click()
    day.shown(amara.get_by_text("The groups are over."))
    amara.get_by_role("link", name="Back to the room").first.click()
    expect(amara.locator("#notes").get_by_text("A night has four hours.")).to_be_visible()
    day.shown(day["Bram"].locator("#notes").get_by_text("A night has four hours."))


def end(day: Day) -> None:
    """What was decided is written down, and Farid ends it: the recap is there, and published."""
    farid, amara = day["Farid"], day["Amara"]
    live(amara)
    amara.get_by_text("Write down a decision or an action").click()
    amara.get_by_role("radio", name="Decision").check()
    amara.get_by_label("What was agreed").fill("We visit one night shift each.")
    amara.get_by_role("button", name="Write it down").click()
    day.shown(day["Bram"].get_by_text("We visit one night shift each."))
    farid.get_by_role("link", name="End the session").click()
    farid.get_by_role("button", name="End the session").click()
    for page in day.everybody("Amara", "Bram", "wall"):
        day.shown(page.get_by_text("This session is over.").first)


def remember(day: Day) -> None:
    """Farid reads what was made by itself and publishes it; the others read it, and say how it was."""
    farid = day["Farid"]
    farid.goto(f"{day.session}/recap")
    read = farid.locator("main")
    for words in ("We visit one night shift each.", "The nurse knows the doors.", "A night has four hours."):
        expect(read).to_contain_text(words)
    for words in ("3 people answered", "Who pays for the light?", "Three nights", "Amara Okoro"):
        expect(read).to_contain_text(words)
    farid.get_by_role("button", name="Publish to the cohort").click()
    expect(farid.get_by_role("button", name="Take it back")).to_be_visible()
    for name in ("Amara", "Bram", "Esi"):
        page = day[name]
        page.goto(f"{day.session}/recap")
        expect(page.get_by_text("The nurse knows the doors.")).to_be_visible()
        page.goto(f"{day.slot}/impression")
        page.locator("label[for=level-4]").click()
        page.get_by_label("What should stay, what should change?").fill(f"More of the night, says {len(name)}.")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("button", name="Change it")).to_be_visible()
    day.shown(farid.get_by_text("More of the night, says 5."))


def a_day(day: Day, in_the_middle: Callable[[], None] = lambda: None) -> None:
    plan(day)
    answer(day)
    gather(day)
    run(day)
    write(day, in_the_middle)
    settle(day)
    part(day)
    end(day)
    remember(day)


def test_session_from_the_planner_to_what_people_say_of_it(desk: Desk, house: House, world: World) -> None:
    a_day(Day(desk, house, world))


def test_the_same_with_a_server_that_is_killed_in_the_middle(desk: Desk, databases: Databases) -> None:
    desk.cuts_expected = True
    with databases.copy("sqlite") as (url, world), installed(url) as house:
        day = Day(desk, house, world)

        def killed() -> None:
            everybody = ("Farid", "Amara", "Bram", "Esi", "wall")
            before = day["Farid"].locator("[data-ends]").first.get_attribute("data-ends")
            house.kill()
            for page in day.everybody(*everybody):
                page.wait_for_selector("html:not([data-live=live])", state="attached")
            day["Amara"].locator(WORDS).press_sequentially("And the doors know her.\n")
            house.start()
            for page in day.everybody(*everybody):
                live(page)
            # Everybody had voted, and the timer ran on.
            day.shown(day["Farid"].locator(".poll-run").get_by_text("3 people answered").first)
            assert day["Farid"].locator("[data-ends]").first.get_attribute("data-ends") == before
            expect(day["Bram"].locator(".mine .poll-choice", has_text="The nurse")).to_be_visible()
            expect(day["Amara"].get_by_text("You have the word.")).to_be_visible()

        a_day(day, killed)
        day["Bram"].goto(f"{day.session}/recap")
        expect(day["Bram"].get_by_text("And the doors know her.")).to_be_visible()
