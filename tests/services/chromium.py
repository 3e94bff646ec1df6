"""A Chromium for Playwright: $CHROMIUM, else one on PATH, else npm's @sparticuz/chromium, unpacked once.

Nothing beyond the standard library is imported until something is unpacked, so bin/check.py can ask too.
"""

import fcntl
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "node_modules/@sparticuz/chromium"
UNPACKED = ROOT / ".cache/chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Each window would load two pages that suggest what to type into its address bar: most of what a window costs.
ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
# Chromium hears this argument once, and ours comes after Playwright's: what that one leaves out is named again.
LEFT_OUT = (
    *ADDRESS_BAR,
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# A test browser draws in software and asks nobody on the internet for anything.
ARGUMENTS = (
    f"--disable-features={','.join(LEFT_OUT)}",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
)

# More than it takes on the slowest machine.
START_SECONDS = 120.0

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


class ChromiumUnavailable(RuntimeError):
    """No Chromium can be had; the message says why."""


@dataclass(frozen=True)
class Chromium:
    """An executable with what it needs: `environment` comes on top of the process's own."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ARGUMENTS

    def launch_options(self) -> dict[str, Any]:
        """For `playwright.chromium.launch(**options)`."""
        return {
            "executable_path": str(self.executable),
            "timeout": START_SECONDS * 1000,
            "args": list(self.arguments),
            "env": {**os.environ, **self.environment},
        }


def installed() -> Path | None:
    """The Chromium of this machine, if it has one; one that $CHROMIUM names must exist."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise ChromiumUnavailable(f"CHROMIUM names {named}, which is not a program on this machine.")
        return Path(found)
    return next((Path(path) for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """The browser for the length of the block; who starts it is Playwright."""
    found = installed()
    yield allowed(Chromium(found) if found else unpacked())


def allowed(browser: Chromium) -> Chromium:
    """The sandbox stays on wherever this machine lets it: root never may, some containers and kernels do not."""
    if os.geteuid() != 0 and starts(browser):
        return browser
    return Chromium(browser.executable, browser.environment, (*browser.arguments, "--no-sandbox"))


def starts(browser: Chromium) -> bool:
    """True when it gets as far as listening; without a usable sandbox it ends before. At most START_SECONDS."""
    with tempfile.TemporaryDirectory(prefix="sweetspot-chromium-", ignore_cleanup_errors=True) as profile:
        headless = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        trial = subprocess.Popen(
            [str(browser.executable), *browser.arguments, *headless],
            env={**os.environ, **browser.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        limit = threading.Timer(START_SECONDS, os.killpg, (trial.pid, signal.SIGKILL))
        limit.start()
        assert trial.stderr
        listening = any(b"DevTools listening" in line for line in trial.stderr)
        limit.cancel()
        if trial.poll() is None:
            os.killpg(trial.pid, signal.SIGKILL)
        trial.communicate()
    return listening


def unpacked() -> Chromium:
    """npm's Chromium below .cache/chromium/<version>, whole: a killed unpacking leaves nothing under that name."""
    if not (PACKAGE / "bin/chromium.br").exists():
        raise ChromiumUnavailable(
            "There is no Chromium: none named by CHROMIUM, none on PATH, none fetched by npm. Run make test, which "
            "fetches one."
        )
    folder = UNPACKED / json.loads((PACKAGE / "package.json").read_text())["version"]
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unpack(folder)
    environment = {
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, [str(folder / "lib"), os.environ.get("LD_LIBRARY_PATH")])),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }
    return Chromium(folder / "chromium", environment)


def unpack(folder: Path) -> None:
    import brotli

    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=folder.parent))
    for archive in ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"):
        content = brotli.decompress((PACKAGE / "bin" / archive).read_bytes())
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            # Not extractall: its safe filter is missing in Debian 12's Python. The lock's hash vouches for the archive.
            for member in filter(tarfile.TarInfo.isfile, tar):
                target = fresh / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes((tar.extractfile(member) or io.BytesIO()).read())
    (fresh / "fonts.conf").write_text(FONTS_CONF)
    program = fresh / "chromium"
    program.write_bytes(brotli.decompress((PACKAGE / "bin/chromium.br").read_bytes()))
    program.chmod(0o755)
    fresh.chmod(0o755)
    fresh.rename(folder)
