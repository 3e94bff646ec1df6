"""What a browser calls itself, in words somebody recognises: "Firefox on Windows". A guess, and shown as no more."""

from __future__ import annotations

import re

# Every browser also names those it wants to be taken for, so the first that matches wins.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def described(agent: str) -> tuple[str, str]:
    """The names of browser and system in a User-Agent header (RFC 9110, 10.1.5); empty where it tells none we know.

    A program that names only itself, as `curl/8.5.0`, keeps its name.
    """
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if not browser and (plain := re.match(r"([A-Za-z][\w-]{1,30})/\d", agent)) and plain[1] != "Mozilla":
        browser = plain[1]
    return browser, system
