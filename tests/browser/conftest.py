"""One Chromium for each process of tests, on SQLite: what a browser shows does not depend on the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Desk
from tests.services.chromium import chromium


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Not for the whole run: while it is open, this process cannot run tests that bring an event loop of their own.
    # Each window has a profile of its own, so nothing of one test is there in the next.
    with chromium() as found, sync_playwright() as playwright:
        window = playwright.chromium.launch(**found.launch_options())
        yield window
        window.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Desk]:
    """Windows for this test; afterwards no browser may have complained about anything."""
    desk = Desk(browser)
    yield desk
    desk.close()
    assert desk.complaints == []
