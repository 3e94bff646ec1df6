"""Browser windows of several people, watched for everything a browser complains about."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.house import PATIENCE, House

WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# A browser notes every refused form itself, however well the page copes with it.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d)")
NETWORK = re.compile(r"Failed to load resource|WebSocket connection to|net::ERR_|htmx:ws:error")

# What is waited for comes at once, or on the slowest machine much later; Playwright would give up after 5 s.
expect.set_options(timeout=PATIENCE * 1000)


class Desk:
    """Opens windows. `complaints` are errors in any console and violations of the policy, none of them expected."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.cuts_expected = False

    def window(self, house: House, person_id: int | None = None, **options: Any) -> Page:
        """A window of its own browser profile, signed in as that person; None: a stranger's."""
        options.setdefault("locale", "en-GB")
        options.setdefault("timezone_id", "Europe/Paris")
        context = self.browser.new_context(base_url=house.settings.origin, **options)
        context.set_default_timeout(PATIENCE * 1000)
        self.contexts.append(context)
        # A window that outlived its server would complain about that.
        house.before_closing.append(self.close)
        if person_id is not None:
            name, value = house.settings.login_cookie, house.sign_in(person_id)
            context.add_cookies([{"name": name, "value": value, "url": house.settings.origin}])
        page = context.new_page()
        if options.get("java_script_enabled", True):
            page.add_init_script(WATCH_POLICY)
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def heard(self, message: ConsoleMessage) -> None:
        if message.type != "error" or REFUSED.match(message.text):
            return
        if self.cuts_expected and NETWORK.search(message.text):
            return
        self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def close(self) -> None:
        while self.contexts:
            self.contexts.pop().close()


def live(page: Page) -> None:
    """Wait until the page's socket works."""
    page.wait_for_selector("html[data-live=live]", state="attached")


def eventually(page: Page, true: Callable[[], object], what: str) -> None:
    """Wait for something that no selector can tell."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what}: it did not come"
        page.wait_for_timeout(50)


def unfolded(item: Locator) -> Locator:
    """The item, with the menu "More" of its row open."""
    item.get_by_text("More", exact=True).first.click()
    return item
