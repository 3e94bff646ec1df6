"""Copies of the SQLite file: made while it is written to, checked before they are trusted.

A plain copy of the file would miss what is still in its write-ahead log; SQLite's own backup takes both, as they are at
one moment. A program that has the database open must never open the file by itself as well: closing it would drop
SQLite's locks (https://sqlite.org/howtocorrupt.html, 2.2). Nothing here does, except `held`, which says so.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.clock import utc_now

KEPT = 5
MEGABYTE = 1_048_576
# Every connection that has read the file holds a shared lock on these bytes (https://sqlite.org/src/file/src/os.h).
SHARED_FIRST, SHARED_SIZE = 0x40000000 + 2, 510


class NotCopied(Exception):
    """A copy that could not be made or trusted; the text is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made and checked; `size` in bytes."""

    file: Path
    size: int


def stamp(now: datetime) -> str:
    """A moment in a file's name: in UTC, to be sorted as text."""
    return f"{now:%Y-%m-%d-%H%M%S}"


def folder_of(file: Path) -> Path:
    """Where the copies of that database go unless told otherwise."""
    return file.parent / "backups"


def size_of(file: Path) -> int:
    """The bytes of a database and its write-ahead log."""
    log = file.with_name(f"{file.name}-wal")
    return file.stat().st_size + (log.stat().st_size if log.exists() else 0)


def need_space(folder: Path, needed: int, what: str) -> None:
    """Refuse before half of it is written. Raises NotCopied."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NotCopied(
            f"There is not enough space in {folder} for {what}: {-(-needed // MEGABYTE)} MB are needed and "
            f"{free // MEGABYTE} MB are free. Make room, then try again."
        )


def opened(file: Path) -> sqlite3.Connection:
    """The database in that file, which must be there."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=5, isolation_level=None)


def version_in(file: Path) -> str:
    """The version a file is at. Raises NotCopied when it is not a database of ours."""
    try:
        with closing(opened(file)) as connection:
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT count(*) FROM (SELECT 1 FROM stream LIMIT 1)")
            return str(version)
    except (sqlite3.Error, TypeError) as error:
        if "malformed" in str(error):
            raise NotCopied(f"{file} is damaged ({error}): restore an earlier backup.") from None
        if file.exists() and "unable to open" not in str(error):
            raise NotCopied(f"{file} is not a database of Sweetspot ({error}).") from None
        raise NotCopied(f"{file} cannot be read: name a file that is there and that you may read and write.") from None


def damage(connection: sqlite3.Connection) -> str | None:
    """What is broken in a database, in SQLite's words; None: nothing."""
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != "ok":
        return found.splitlines()[-1]
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    return f"rows of {orphan[0]} refer to rows of {orphan[2]} that are not there" if orphan else None


def back_up(file: Path, to: Path) -> Copied:
    """Copy the database in `file` to the new file `to`, as it is at one moment, and check the copy. Raises NotCopied.

    Only the owner may read the copy. It appears under its name when it is complete.
    """
    if to.exists():
        raise NotCopied(f"{to} is there already: name a new file.")
    need_space(to.parent, size_of(file) + MEGABYTE, "a copy of the database")
    part = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(opened(file)) as source, closing(opened(part)) as copy:
            source.backup(copy)
            # One file, with nothing beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            if broken := damage(copy):
                raise NotCopied(f"{file} is damaged ({broken}): restore an earlier backup.")
        keep_on_disk(part)
        part.rename(to)
        keep_on_disk(to.parent)
    except (OSError, sqlite3.Error) as error:
        raise NotCopied(f"{file} could not be copied to {to} ({plain(error)}).") from None
    finally:
        part.unlink(missing_ok=True)
    return Copied(to, to.stat().st_size)


def plain(error: OSError | sqlite3.Error) -> str:
    """What went wrong, without a file's name."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def keep_on_disk(path: Path) -> None:
    """A power cut after this finds the file, or the folder's list of files, as it is now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def back_up_before_upgrade(file: Path, version: str) -> Copied:
    """A copy of a database that is about to be changed from `version`; only the last few stay. Raises NotCopied."""
    folder = folder_of(file)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NotCopied(f"{folder} cannot be made ({error.strerror}), so there is no place for a backup.") from None
    # A table that changes its shape is written anew, beside the old one.
    need_space(folder, 2 * size_of(file) + 16 * MEGABYTE, "the backup that is made before an upgrade")
    made = back_up(file, folder / f"{file.stem}-{stamp(utc_now())}-before-upgrade-from-{version}.db")
    for old in sorted(folder.glob(f"{file.stem}-*-before-upgrade-from-*.db"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return made


@contextmanager
def held(file: Path) -> Iterator[bool]:
    """Whether nobody has this database open; if so, nobody can read or write it during the block.

    Tells even for a damaged file. This process must not have it open: the lock would not notice, and would end its.
    """
    descriptor = os.open(file, os.O_RDWR)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def in_use(file: Path) -> bool:
    """Whether another process has this database open."""
    if not file.exists():
        return False
    with held(file) as alone:
        return not alone


def restore(backup: Path, file: Path, renew: Callable[[Path], None]) -> Path | None:
    """Put a copy of `backup` in the place of `file`; where the present file was put, None: there was none.

    `renew` brings the copy up to date before it counts. Raises NotCopied, and then everything is as it was.
    """
    if backup.exists() and file.exists() and backup.samefile(file):
        raise NotCopied(f"{backup} is the database itself: name a backup of it.")
    need_unused(file)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}.restored")
    try:
        back_up(backup, fresh)
        renew(fresh)
        take_after(file if file.exists() else file.parent, fresh)
        keep_on_disk(fresh)
        return swap(fresh, file)
    except OSError as error:
        raise NotCopied(f"{file} could not be replaced ({plain(error)}).") from None
    finally:
        for name in (fresh.name, f"{fresh.name}-wal", f"{fresh.name}-shm"):
            fresh.with_name(name).unlink(missing_ok=True)


def take_after(old: Path, fresh: Path) -> None:
    """Root may restore what belongs to the server's own user; the server must be able to write it."""
    known = old.stat()
    if os.geteuid() == 0:
        os.chown(fresh, known.st_uid, known.st_gid)
    if old.is_file():
        fresh.chmod(known.st_mode & 0o777)


def need_unused(file: Path) -> None:
    """Refuse while anybody has the database open. Raises NotCopied."""
    if in_use(file):
        raise NotCopied(f"{file} is in use: stop the server, then try again.")


def swap(fresh: Path, file: Path) -> Path | None:
    """`fresh` takes the place of `file`, which is put aside with its write-ahead log."""
    if not file.exists():
        fresh.rename(file)
        return None
    try:
        with closing(opened(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        pass  # damaged: then it is put aside in two pieces
    aside = file.with_name(f"{file.stem}-{stamp(utc_now())}-put-aside{file.suffix}")
    with held(file) as alone:
        if not alone:
            raise NotCopied(f"{file} is in use: stop the server, then try again.")
        log, index = (file.with_name(f"{file.name}-{part}") for part in ("wal", "shm"))
        file.rename(aside)
        if log.exists():
            log.rename(aside.with_name(f"{aside.name}-wal"))
        index.unlink(missing_ok=True)
        fresh.rename(file)
    keep_on_disk(file.parent)
    return aside
