"""Every page, light and dark, on a phone and a desk: no violation of WCAG 2.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, ViewportSize

from feedback import follows
from server.clock import utc_now
from tests.access.test_every_answer import is_static
from tests.access.walk import every_route, ids_in
from tests.browser.desk import Desk
from tests.cohorts.test_invitation_links import invited
from tests.conftest import Opened
from tests.house import House
from tests.live.deeds import Deeds
from tests.scheduled import planning_pages
from tests.world import World

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Without it everything that is right is counted out too, node by node.
    "resultTypes": ["violations"],
}
# A page's markup is the same on a phone in the dark: there only what depends on colour and size is asked again.
LOOKS = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]}, "resultTypes": ["violations"]}
DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=900)
# Not pages: a part of one, frames, and an address that only leads on.
PARTS = {"feedback.web.composer.show", "live.frames", "feedback.web.comments.show", "feedback.web.drafts.show"}
# Files to keep, and answers for machines.
PARTS |= {"health", "ready", "cohorts.web.imports.template", "cohorts.web.imports.errors"}
# Lists that pages fetch for themselves.
PARTS |= {"feedback.web.mentioning.show", "feedback.web.noticing.show_list", "quotes.list", "asked.list", "desk.list"}
PARTS |= {"prompts.alone", "prompts.own_list", "session_prompts.own_list", "asked.points", "reading.list"}
PARTS |= {"cohorts.web.cohort.show_day", "cohorts.web.arrivals.show_list"}
PARTS |= {"feedback.web.attachments.show", "feedback.web.attachments.preview", "texts.changes", "slots.calendar"}
PARTS |= {"clock", "sessions.room.web.sentences.show"}


def paths(house: House, world: World) -> list[str]:
    """The address of every page, as Amara or a stranger would reach it."""
    ids = ids_in(world.tide, world)
    routes = [route for route in every_route(house.app) if route.method == "GET" and not is_static(route)]
    return [route.filled(ids) for route in routes if route.name not in PARTS]


def violations(page: Page, where: str, rules: dict[str, Any] = RULES) -> list[str]:
    # Half a megabyte: once for each page, however often it is asked.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async (rules) => (await axe.run(rules)).violations", rules)
    return [
        f"{where} {violation['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for violation in found
        for node in violation["nodes"][:3]
    ]


def too_wide(page: Page, where: str) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{where} is {over} px wider than the window"] if over > 0 else []


def shown(
    desk: Desk, open_house: Callable[..., Opened], language: str, *, turning: bool = False
) -> Iterator[tuple[Page, str]]:
    """Every page in that language, open to whoever sees it otherwise than others do, and where it is; each has to fit
    a desk and a phone, and is left on the phone. `turning`: each is loaded in the size in which the last was left."""
    sizes = [DESK, PHONE]
    house, world = open_house(demo=True)
    deeds, found = Deeds(house, world), []
    deeds.edit_comment()
    for name in ("Amara", "Farid", "Esi", "Hana", "Ivo", "Greta", None):
        person = world.people[name] if name else None
        if name:
            deeds.send(name, "/profile/preferences", name=f"{name} Okoro", time_zone="Europe/Paris", language=language)
        page = desk.window(house, person, locale=language)
        for path in looked_at(house, world, name):
            where = f"{path} as {name}"
            if page.viewport_size != sizes[0]:
                page.set_viewport_size(sizes[0])
            if not turning:
                page.emulate_media(color_scheme="light")
            page.goto(path)
            found += too_wide(page, where)
            assert page.locator("html").get_attribute("lang") == language, where
            page.set_viewport_size(sizes[1])
            found += too_wide(page, where)
            yield page, where
            if turning:
                sizes.reverse()
    assert found == []


def test_no_page_shuts_anybody_out(desk: Desk, open_house: Callable[..., Opened]) -> None:
    found = []
    for page, where in shown(desk, open_house, "en"):
        found += violations(page, where)
        page.emulate_media(color_scheme="dark")
        found += violations(page, f"{where} at night", LOOKS)
    assert found == []


def stopping(house: House, world: World) -> str:
    """The link of a mail that stops such mail."""
    with house.database(writing=True) as db:
        token = follows.new_link(db, world.people["Farid"], world.tide.thread, now=utc_now())
    return f"/unsubscribe/{token}"


def looked_at(house: House, world: World, name: str | None) -> list[str]:
    """Amara sees every page; of the others' only those that differ."""
    if name == "Amara":
        return [*paths(house, world), "/no/such/page"]
    tide = world.tide
    if name == "Farid":
        changing = [
            f"/cohorts/{tide.cohort}/edit",
            f"/teams/{tide.team}/edit",
            f"/memberships/{world.memberships['Bram']}/removal",
            f"/memberships/{world.memberships['Bram']}/move",
            *(f"/programmes/{tide.programme}{path}" for path in ("", "/edit", "/people", "/cohorts/new")),
            f"/cohorts/{tide.cohort}/teams/new",
            "/audit",
            f"/programmes/{tide.programme}/reports",
            *(f"/rounds/{world.rounds[tide.cohort]}/{path}" for path in ("run", "pairs", "times", "cancellation")),
            *(f"/cohorts/{tide.cohort}/rounds{path}" for path in ("", "/new", "/new?protocol=rubric")),
            *(f"/comments/{tide.comments['Amara']}/{path}" for path in ("report", "report/done", "moderation")),
            stopping(house, world),
            *planning_pages(tide.cohort, world.sessions[tide.cohort], world.slots[tide.cohort][0]),
            *(f"/cohorts/{tide.cohort}/{path}" for path in ("arrivals", "arrivals/mails", "invitations/new")),
            f"/cohorts/{tide.cohort}/follow-through",
            f"/cohorts/{tide.cohort}/arrivals?show=expired",
            f"/teams/{tide.team}/invitations/new",
            f"/programmes/{tide.programme}/invitations",
            f"/invited/{world.invitations[tide.cohort]}/retraction",
            *(f"/comments/{tide.comments['Amara']}/quotes", "/quotes"),
            invited(house, world),
        ]
        return ["/", f"/cohorts/{tide.cohort}", f"/teams/{tide.team}", *changing]
    if name == "Esi":
        return ["/desk"]
    if name == "Hana":
        return ["/", "/programmes/new", "/owners", "/audit", "/owners/invitations", "/owners/invitations/new"]
    if name == "Ivo":
        return ["/", "/access-ended"]
    if name == "Greta":
        return ["/", f"/cohorts/{tide.cohort}", f"/teams/{tide.team}", f"/initiatives/{tide.initiative}"]
    return ["/", "/sign-in", "/sign-in/code/nobody", "/sign-in/link/nobody", invited(house, world, "new@example.org")]


def test_forms_that_were_refused_shut_nobody_out(desk: Desk, house: House, world: World) -> None:
    page, found = desk.window(house, world.people["Amara"]), []
    for path, button in ((f"/initiatives/{world.tide.initiative}/edit", "Save"), ("/profile", "Save")):
        page.goto(path)
        page.locator("main input[type=text]").first.fill("")
        page.get_by_role("main").get_by_role("button", name=button).first.click()
        page.wait_for_selector("[aria-invalid=true]")
        found += violations(page, f"refused {path}")
        assert "Error" in page.title()
    assert found == []


def test_scan_finds_what_is_wrong(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto("/profile")
    page.evaluate("document.querySelector('main label').remove()")
    assert any("label" in violation for violation in violations(page, "/profile"))
