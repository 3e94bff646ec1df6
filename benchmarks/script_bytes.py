"""How much JavaScript does a thread page load, ours and third-party, compressed?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from benchmarks.lines import line
from server.settings import ROOT
from server.static import StaticFiles

STATIC = re.compile(r"static\('([\w/.-]+\.js)'\)")
IMPORTED = re.compile(r'"sweetspot/(\w+)"')
BUDGET = 40 * 1024


def measure() -> Iterator[dict[str, Any]]:
    """Every script the layout can load, as it goes over the wire. A page that holds something else brings its own."""
    files = StaticFiles().files
    loaded = set(STATIC.findall((ROOT / "templates/layouts/links.html").read_text()))
    waiting = list(loaded)
    while waiting:
        names = {f"js/{name}.js" for name in IMPORTED.findall(files[waiting.pop()].body.decode())} & files.keys()
        waiting += names - loaded
        loaded |= names
    size = sum(len(files[name].zipped) for name in loaded)
    yield line("page.javascript_bytes", size, "bytes, gzip", BUDGET, files=len(loaded))
