"""The files of others that pages ask for: not in our repository, the setup fetches them."""

from __future__ import annotations

from pathlib import Path

from server.settings import ROOT

# Pages can do without them: plainer, and fresh only when they are loaded again.
VENDORED = (
    "vendor/htmx.min.js",
    "vendor/hx-ws.min.js",
    "vendor/modules/yjs.js",
    "vendor/fonts/source-sans-3-latin-wght-normal.woff2",
    "vendor/fonts/source-serif-4-latin-wght-normal.woff2",
)


def trouble(folder: Path = ROOT / "static") -> str | None:
    """What is missing of them and what to do about it, as one sentence; None: nothing is."""
    gone = [path for path in VENDORED if not (folder / path).is_file()]
    if not gone:
        return None
    more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
    return f"static/{gone[0]}{more} is missing, so pages are plain and not live: run make setup, then start again."
