"""Files for a comment: chosen, dropped, on their way, cancelled and sent, with scripts and without."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests import attached
from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import too_wide, violations
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World

PICTURE = attached.picture("PNG", (800, 500))
DROP = """([name, text]) => {
  const data = new DataTransfer(), form = document.getElementById("composer-form");
  data.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def opened(desk: Desk, house: House, world: World, name: str, **options: Any) -> Page:
    page = desk.window(house, world.people[name], **options)
    page.goto(f"/initiatives/{world.tide.initiative}")
    if options.get("java_script_enabled", True):
        live(page)
    return page


def choose(page: Page, *files: Any) -> None:
    page.locator("#file").set_input_files(list(files))


def test_files_go_ahead_of_their_comment_and_others_see_them_with_it(desk: Desk, house: House, world: World) -> None:
    chiara, esi = (opened(desk, house, world, name) for name in ("Chiara", "Esi"))
    chiara.get_by_label("Your comment").fill("The map of the river")
    choose(chiara, file("map.png", PICTURE), file("plan.pdf", b"%PDF-1.7 plan"), file("drawing.svg", b"<svg/>"))
    expect(chiara.locator(".attaching-files li")).to_have_count(2)
    expect(chiara.locator("#attachments .field-error")).to_contain_text("drawing.svg: Web pages and SVG pictures")
    chiara.get_by_label("What the picture shows").fill("The river and nine villages")
    chiara.evaluate(DROP, ["notes.txt", "Dropped on the form"])
    expect(chiara.locator(".attaching-files li")).to_have_count(3)
    expect(chiara.locator("#announcer")).to_contain_text("notes.txt: Attached")
    expect(chiara.get_by_label("What the picture shows")).to_have_value("The river and nine villages")
    found = violations(chiara, "form") + too_wide(chiara, "form")
    chiara.get_by_role("button", name="Remove").nth(1).press("Enter")
    expect(chiara.locator(".attaching-files li")).to_have_count(2)
    assert chiara.get_by_label("Your comment").input_value() == "The map of the river"
    chiara.get_by_role("button", name="Send", exact=True).click()
    for page in (chiara, esi):
        comment = page.locator("article", has_text="The map of the river")
        expect(comment.locator(".file")).to_have_count(2)
        picture = comment.get_by_role("img", name="The river and nine villages")
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 640)
        found += violations(page, "comment")
    expect(chiara.locator(".attaching-files li")).to_have_count(0)
    assert found == []
    with esi.expect_download() as saved:
        comment.get_by_role("link", name="notes.txt").click()
    assert saved.value.suggested_filename == "notes.txt"
    assert saved.value.path().read_text() == "Dropped on the form"
    # Taken back: gone from the other page at once, and from its address.
    address = str(comment.locator(".file > a").first.get_attribute("href"))
    id_ = str(comment.get_attribute("id")).removeprefix("comment-")
    Deeds(house, world).send("Chiara", f"/comments/{id_}/withdrawal")
    expect(esi.locator(f"#comment-{id_} .file")).to_have_count(0)
    assert esi.request.get(address).status == 404


def test_a_file_on_its_way_can_be_cancelled_and_nothing_is_sent_without_it(
    desk: Desk, house: House, world: World
) -> None:
    desk.cuts_expected = True
    chiara = opened(desk, house, world, "Chiara")
    session = chiara.context.new_cdp_session(chiara)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", slow)
    choose(chiara, file("long.txt", attached.noise(3_000_000)))
    way = chiara.locator(".arriving")
    expect(way.get_by_role("progressbar", name="long.txt")).to_be_visible()
    assert violations(chiara, "on its way") == []
    chiara.get_by_label("Your comment").fill("Too early")
    chiara.get_by_role("button", name="Send", exact=True).click()
    expect(chiara.locator("#announcer")).to_contain_text("A file is still on its way")
    expect(chiara.get_by_role("button", name="Cancel")).to_be_focused()
    assert chiara.get_by_label("Your comment").input_value() == "Too early"
    chiara.keyboard.press("Enter")
    expect(way).to_have_count(0)
    session.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    chiara.get_by_role("button", name="Send", exact=True).click()
    expect(chiara.locator("article", has_text="Too early")).to_be_visible()
    expect(chiara.locator("article", has_text="Too early").locator(".file")).to_have_count(0)


def test_what_is_too_large_is_not_even_sent_and_what_fails_can_be_tried_again(
    desk: Desk, house: House, world: World
) -> None:
    desk.cuts_expected = True
    chiara = opened(desk, house, world, "Chiara")
    large = "() => document.getElementById('attachments').dataset.most = '10'"
    chiara.evaluate(large)
    choose(chiara, file("large.txt", b"More than ten bytes"))
    expect(chiara.locator(".arriving")).to_contain_text("This file is larger than 25 MB.")
    chiara.evaluate(large.replace("'10'", "'26214400'"))
    chiara.context.set_offline(True)
    choose(chiara, file("notes.txt", b"Some notes"))
    expect(chiara.locator(".arriving", has_text="notes.txt")).to_contain_text("It could not be attached.")
    chiara.context.set_offline(False)
    chiara.get_by_role("button", name="Try again").click()
    expect(chiara.locator(".attaching-files")).to_contain_text("notes.txt")
    expect(chiara.locator(".arriving")).to_have_count(0)


def test_without_scripts(desk: Desk, house: House, world: World) -> None:
    page = opened(desk, house, world, "Chiara", java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.get_by_label("Your comment").fill("A form without scripts")
    choose(page, file("map.png", PICTURE))
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_label("Your comment")).to_have_value("A form without scripts")
    expect(page.locator(".attaching-files")).to_contain_text(re.compile(r"map\.png\s+Picture"))
    choose(page, file("plan.pdf", b"%PDF-1.7 plan"), file("old.doc", b"\xd0\xcf\x11\xe0"))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#attachments .field-error")).to_contain_text("This is an older Office file")
    expect(page.get_by_label("Your comment")).to_have_value("A form without scripts")
    expect(page.locator(".attaching-files li")).to_have_count(2)
    choose(page, file("more.txt", b"more"))
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("A form without scripts")
    expect(page.locator(".attaching-files li")).to_have_count(2)
    page.get_by_role("button", name="Remove").first.click()
    expect(page.locator(".attaching-files li")).to_have_count(1)
    expect(page.get_by_label("Your comment")).to_have_value("A form without scripts")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("article", has_text="A form without scripts").locator(".file")).to_contain_text("plan.pdf")
