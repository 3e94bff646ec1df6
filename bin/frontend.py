"""Front-end files: npm fetches what package-lock.json names, and the few files the pages use go to static/vendor/.

The folder is built beside the old one and swapped in whole, with a note of what it was made from.
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap import CACHE, ROOT, VENV, SetupFailed, alone, fingerprint, quiet_environment, run_logged, say
from joined import joined

if TYPE_CHECKING:
    from bootstrap import Environment

NOTE = ".made-from"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
SOURCES = (ROOT / "package.json", ROOT / "package-lock.json", Path(__file__), ROOT / "bin/joined.py")

SCRIPTS = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-ws.min.js": "hx-ws.min.js",
}
# Packages that come in pieces, and the folder below static/vendor/ of what pages import by name.
IN_PIECES = ("yjs",)
IMPORTED = "modules"
FONTS = ("source-serif-4", "source-sans-3")
SUBSETS = ("latin", "latin-ext")
STYLES = ("normal", "italic")
LICENCES = ("htmx.org", "yjs", "lib0", *(f"@fontsource-variable/{font}" for font in FONTS))

OLDEST_NPM = 7  # the first that reads a lock file of version 3


def files() -> dict[str, str]:
    """Where each vendored file comes from below node_modules/, and its name below static/vendor/."""
    chosen = dict(SCRIPTS)
    for font in FONTS:
        for subset in SUBSETS:
            for style in STYLES:
                name = f"{font}-{subset}-wght-{style}.woff2"
                chosen[f"@fontsource-variable/{font}/files/{name}"] = f"fonts/{name}"
    for package in LICENCES:
        chosen[f"{package}/LICENSE"] = f"licences/{package.removeprefix('@').replace('/', '-')}.txt"
    return chosen


def vendor(environment: "Environment") -> None:
    """Fill static/vendor/, unless it was made from just these locked files."""
    made_from = fingerprint(*SOURCES)
    if noted(VENDOR) == made_from:
        return
    with alone():
        if noted(VENDOR) == made_from:
            return
        say("Fetching front-end files from package-lock.json ...")
        fetch(environment, "--omit=dev")
        fresh, old = (CACHE / name for name in ("vendor.new", "vendor.old"))
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        for source, name in files().items():
            place(MODULES / source, fresh / name)
        for package in IN_PIECES:
            put(joined(MODULES, package).encode(), fresh / IMPORTED / f"{package}.js")
        (fresh / NOTE).write_text(made_from)
        VENDOR.parent.mkdir(exist_ok=True)
        if VENDOR.exists():
            VENDOR.rename(old)
        fresh.rename(VENDOR)
        shutil.rmtree(old, ignore_errors=True)


def noted(folder: Path) -> str:
    """What `folder` says it was made from; empty when it says nothing."""
    note = folder / NOTE
    return note.read_text() if note.exists() else ""


def place(source: Path, target: Path) -> None:
    """Copy one file out of a package."""
    if not source.is_file():
        raise SetupFailed(f"{source} is missing from the npm package that should hold it: package-lock.json is wrong.")
    put(source.read_bytes(), target)


def put(content: bytes, target: Path) -> None:
    """Write one file for browsers."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".js":
        # The comment that would make browsers ask for a source map.
        content = re.sub(rb"\n?//[#@] sourceMappingURL=\S*", b"", content)
    target.write_bytes(content)
    target.chmod(0o644)


def browser(environment: "Environment") -> None:
    """Fetch npm's Chromium too, for tests on a machine that has no browser."""
    made_from = fingerprint(*SOURCES[:2])
    if noted(MODULES) == made_from:
        return
    with alone():
        say("Fetching a Chromium for the tests (70 MB) ...")
        fetch(environment, "--include=dev")
        (MODULES / NOTE).write_text(made_from)


def fetch(environment: "Environment", which: str) -> None:
    """`npm ci`, which empties node_modules/ first, so a killed run leaves nothing that counts."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--prefer-offline"]
    patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    command = [*npm(environment), "ci", which, *options, *patience]
    run_logged(command, "Fetching the front-end files", node_environment())


def node_environment() -> dict[str, str]:
    """NODE_ENV=production in the user's shell must not decide what is fetched."""
    return {name: value for name, value in quiet_environment().items() if name != "NODE_ENV"}


def npm(environment: "Environment") -> list[str]:
    """The npm on PATH when it is new enough, else the one that comes from PyPI into .venv."""
    found = shutil.which("npm")
    if found:
        asked = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, cwd=CACHE)
        major = asked.stdout.strip().partition(".")[0]
        if asked.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM:
            return [found]
    environment.bring("node")
    return [str(VENV / "bin/npm")]
