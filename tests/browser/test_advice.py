"""An adviser's provocation in two browsers: from selected words to what it changed; and pages that shut nobody out."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import DESK, LOOKS, PHONE, too_wide, violations
from tests.house import House
from tests.world import World

SELECT = """([id, words]) => {
  const chapter = document.querySelector(`#${id} .prose`);
  const walker = document.createTreeWalker(chapter, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return true;
  }
  return false;
}"""


def select(page: Page, chapter: str, words: str) -> None:
    assert page.evaluate(SELECT, [chapter, words]), words


def choose(page: Page, words: str) -> None:
    page.locator("label", has_text=words).click()


def test_from_selected_words_to_what_they_changed(desk: Desk, house: House, world: World) -> None:
    tide = world.tide
    esi, amara = desk.window(house, world.people["Esi"]), desk.window(house, world.people["Amara"])
    for page, path in ((esi, f"/initiatives/{tide.initiative}"), (amara, f"/teams/{tide.team}")):
        page.goto(path)
        live(page)
    ask = esi.get_by_role("link", name="Ask about this passage")
    expect(ask).to_be_hidden()
    select(esi, f"initiative-{tide.initiative}-context", "nine languages")
    expect(ask).to_be_visible()
    # With the keyboard alone.
    ask.focus()
    esi.keyboard.press("Enter")
    expect(esi.get_by_label("A passage of the text")).to_have_value("nine languages")
    expect(esi.get_by_label("What is it about?")).to_have_value("context")
    choose(esi, "Provocation")
    esi.get_by_label("Your prompt").fill("Who answers in the ninth?")
    choose(esi, "the whole cohort")
    esi.get_by_role("button", name="Send").click()
    expect(esi.locator("article.asked")).to_contain_text("Who answers in the ninth?")
    expect(esi.get_by_role("link", name="Edit", exact=True)).to_be_visible()
    # At the top of the team's page, without anybody loading it.
    owed = amara.locator(f"#owed-{tide.initiative}")
    expect(owed).to_contain_text("Who answers in the ninth?")
    owed.get_by_role("link", name="Who answers in the ninth?").click()
    expect(amara.get_by_role("link", name="Edit", exact=True)).to_be_hidden()
    live(amara)
    choose(amara, "We disagree, because")
    amara.get_by_label("In your words").fill("Somebody always does: her aunt.")
    amara.get_by_role("button", name="Answer", exact=True).click()
    expect(esi.locator(".response")).to_contain_text("her aunt")
    amara.goto(f"/initiatives/{tide.initiative}")
    expect(amara.locator("mark", has_text="nine languages")).to_be_visible()
    amara.goto(f"/initiatives/{tide.initiative}/edit")
    amara.get_by_label("The context").fill("A river town with nine languages, and aunts.")
    amara.get_by_role("button", name="Save").click()
    expect(esi.get_by_role("heading", name="What it changed")).to_be_visible()
    esi.get_by_role("link", name="Version 2").click()
    expect(esi.locator("main")).to_contain_text("aunts")
    assert desk.complaints == []


def test_cards_are_chosen_by_what_became_of_them(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Chiara"])
    page.goto(f"/initiatives/{world.tide.initiative}")
    card = page.locator(f"#prompt-{world.prompts[world.tide.cohort]}")
    expect(card).to_be_visible()
    choose(page, "Parked")
    expect(card).to_be_hidden()
    choose(page, "Waits for an answer")
    expect(card).to_be_visible()


def test_no_page_of_advice_shuts_anybody_out(desk: Desk, house: House, world: World) -> None:
    prompt, found = f"/prompts/{world.prompts[world.tide.cohort]}", []
    team, initiative = f"/teams/{world.tide.team}", f"/initiatives/{world.tide.initiative}"
    by_name = {
        "Esi": (prompt, f"{prompt}/edit", f"{prompt}/withdrawal", f"{initiative}/prompts/new", initiative),
        "Amara": (prompt, team, initiative, f"{initiative}/edit"),
    }
    for name, paths in by_name.items():
        page = desk.window(house, world.people[name])
        for path in paths:
            page.set_viewport_size(DESK)
            page.emulate_media(color_scheme="light")
            page.goto(path)
            found += violations(page, f"{path} as {name}") + too_wide(page, path)
            page.set_viewport_size(PHONE)
            page.emulate_media(color_scheme="dark")
            found += violations(page, f"{path} as {name} at night", LOOKS) + too_wide(page, path)
    page = desk.window(house, world.people["Esi"])
    page.goto(f"{initiative}/prompts/new")
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector(".error-summary")
    found += violations(page, "a refused prompt")
    assert found == []
