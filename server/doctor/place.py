"""The machine and the folder: Python, settings, secrets, disk, zones, files for the browser."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from server import vendored
from server.clock import zone_names
from server.doctor import Finding, Installation, look, ok, wrong
from server.settings import LOOPBACK, ROOT

MEGABYTE = 1_048_576
GUESSED = {"", "password", "secret", "changeme", "postgres", "sweetspot", "admin", "root", "user", "test"}
SHORTEST = 12
# SQLite's locks do not work on these (https://sqlite.org/faq.html, question 5).
REMOTE = ("nfs", "cifs", "smb", "9p", "ceph", "glusterfs", "afs", "fuse.sshfs", "ncpfs", "lustre")


def python(_installation: Installation) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sqlite3.sqlite_version_info < (3, 38):
        yield wrong("Python", f"{found} comes with SQLite {sqlite3.sqlite_version}: it needs one from 3.38 up.")
    else:
        yield ok("Python", f"{found}, with SQLite {sqlite3.sqlite_version}")


def settings(installation: Installation) -> Iterator[Finding]:
    for sentence in installation.refused:
        yield wrong("Settings", f"{sentence} Until then the server does not start.")
    found = installation.settings
    hostname = urlsplit(found.origin).hostname
    if not installation.refused:
        yield ok("Settings", f"All can be used; people come to {found.origin}")
    if found.demo:
        yield look("Settings", "Demo mode is on: anyone who reaches this may enter as anyone. Not for real people.")
    elif hostname in LOOPBACK:
        yield look(
            "Settings",
            "Only this machine can use it: for other people put a TLS proxy in front and set SWEETSPOT_URL=https://… "
            "and SWEETSPOT_BEHIND_PROXY=yes.",
        )
    elif found.secure and not found.behind_proxy:
        yield look(
            "Settings",
            "SWEETSPOT_BEHIND_PROXY is not yes, so everybody seems to come from the proxy and shares its limits.",
        )
    if found.smtp_url and found.mail_from.endswith("@localhost"):
        yield look(
            "Settings", "Mail is sent from sweetspot@localhost, which few servers take: set SWEETSPOT_MAIL_FROM."
        )


def secrets(installation: Installation) -> Iterator[Finding]:
    found, weak = installation.settings, []
    for variable, url in (("DATABASE_URL", found.database_url), ("SMTP_URL", found.smtp_url)):
        password = urlsplit(url).password
        if password is not None and urlsplit(url).hostname not in LOOPBACK and guessable(unquote(password)):
            weak.append(f"The password in {variable} can be guessed: choose another, of {SHORTEST} characters or more.")
    if found.metrics_token and guessable(found.metrics_token):
        weak.append(f"SWEETSPOT_METRICS_TOKEN can be guessed: choose another, of {SHORTEST} characters or more.")
    file = installation.file
    if file and file.exists() and file.stat().st_mode & stat.S_IROTH and readable_by_all(file.parent):
        weak.append(f"Every user of this machine can read {file}: chmod o-rwx {file.parent}")
    yield from (look("Secrets", words) for words in weak)
    if not weak:
        yield ok("Secrets", "None that could be guessed, and nobody else on this machine can read the data")


def guessable(password: str) -> bool:
    """Whether a password is one of those that everybody tries, or short."""
    return password.lower() in GUESSED or len(password) < SHORTEST


def readable_by_all(folder: Path) -> bool:
    """Whether every user can get into a folder: one closed folder on the way is enough."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents))


def data_folder(installation: Installation) -> Iterator[Finding]:
    file = installation.file
    if file is None:
        return
    folder = file.parent
    if not folder.is_dir():
        yield look("Data folder", f"{folder} is not there yet; the first start makes it.")
        return
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        yield wrong("Data folder", f"{folder} cannot be written ({error.strerror}): give it to the server's user.")
        return
    if file.exists() and not os.access(file, os.W_OK):
        yield wrong("Data folder", f"{file} cannot be written: give it to the server's user.")
        return
    kind = file_system(folder)
    if kind.startswith(REMOTE):
        yield wrong("Data folder", f"{folder} is on a network disk ({kind}), where SQLite loses data: use a local one.")
    else:
        yield ok("Data folder", f"{folder} can be written and is on a local disk ({kind or 'kind not known'})")


def file_system(folder: Path) -> str:
    """The kind of file system a folder is on, as the system names it; empty where it does not say."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    inside = [(place, kind) for _, place, kind, *_ in mounts if folder.resolve().is_relative_to(place)]
    return max(inside, key=lambda mount: len(mount[0]), default=("", ""))[1]


def space(installation: Installation) -> Iterator[Finding]:
    file = installation.file
    folder = next(place for place in ((file or ROOT / "var").parents) if place.is_dir())
    free = shutil.disk_usage(folder).free
    size = file.stat().st_size if file and file.exists() else 0
    words = f"{free // MEGABYTE} MB are free in {folder}"
    if free < 100 * MEGABYTE:
        yield wrong("Disk space", f"Only {words}: make room before the disk is full.")
    elif free < max(1024 * MEGABYTE, 4 * size):
        yield look("Disk space", f"{words}; a backup and an upgrade together need up to {4 * size // MEGABYTE} MB.")
    else:
        yield ok("Disk space", words)


def zones(_installation: Installation) -> Iterator[Finding]:
    if len(zone_names()) < 300 or ZoneInfo("Europe/Brussels").key != "Europe/Brussels":
        yield wrong("Time zones", "The time zone data is not complete: make setup installs it (package tzdata).")
    else:
        yield ok("Time zones", f"{len(zone_names())} places are known")


def front_end(_installation: Installation) -> Iterator[Finding]:
    from server.static import StaticFiles

    if words := vendored.trouble():
        yield wrong("Front end", words)
    else:
        files = StaticFiles().files
        fonts = sum(name.startswith("vendor/fonts/") for name in files)
        yield ok("Front end", f"{len(files)} files, {fonts} of them fonts")
