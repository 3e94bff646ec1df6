"""How much JavaScript does a thread page load, ours and third-party, compressed?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.lines import line
from server.static import StaticFiles

BUDGET = 40 * 1024


def measure() -> Iterator[dict[str, Any]]:
    """Every script the layout can load, as it goes over the wire."""
    files = {name: file for name, file in StaticFiles().files.items() if name.endswith(".js")}
    size = sum(len(file.zipped) for file in files.values())
    yield line("page.javascript_bytes", size, "bytes, gzip", BUDGET, files=len(files))
