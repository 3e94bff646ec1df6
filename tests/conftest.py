"""What the tests stand on. Servers start once per process; the world is built once per database, then copied."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator, Set
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import hypothesis
import pytest
from sqlalchemy import update

from server.clock import utc_now
from server.db import Database
from server.jobs import JOB, Job
from server.migrate import migrate
from tests import world as worlds
from tests.house import House, running
from tests.server.looping import until
from tests.services.postgres import Postgres, postgres
from tests.services.smtp import Postbox, smtp
from tests.world import World

# How long an example takes, or how long it takes to think of one, is the machine's affair.
hypothesis.settings.register_profile("here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("here")

BOTH = ("sqlite", "postgresql")
Opened = tuple[House, World]


# Longest first, files and then folders: they should end beside the others, not after them. Among the first are some
# that mostly wait, so that one processor is never waited for by all.
LONGEST = (
    *("browser/test_accessibility.py", "faults/test_killed_server.py", "live/test_second_process.py"),
    *("masking/test_canary.py", "browser/test_languages.py", "access/test_every_answer.py", "faults/"),
    *("browser/test_session_day.py", "browser/test_long_thread.py", "browser/test_shared_text.py", "browser/"),
    *("masking/test_same_bytes.py", "masking/", "access/test_r", "live/test_windows.py", "access/", "server/", "live/"),
)


# Their tests are about the database, or about what must hold on any of them: each runs on both.
ON_BOTH = ("faults/", "masking/test_canary.py", "migrations/", "people/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files and folders come first; in each the order stays. The tests of most folders run on one of
    the two databases, half of them on either; with `ALL_DATABASES=yes` on both (docs/decisions/0015)."""
    if os.environ.get("ALL_DATABASES") != "yes" and config.option.keyword == "":
        collected = {item.nodeid for item in items}
        left_out = {item for item in items if _is_on_the_other(item, collected)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
        assert {on_either(one) for one in collected} == {on_either(item.nodeid) for item in items}, "a test never runs"
    items.sort(key=place_of)


def place_of(item: pytest.Item) -> int:
    """Its place among the longest, or after all of them."""
    return next((place for place, start in enumerate(LONGEST) if file_of(item).startswith(start)), len(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded stays: whoever looks for garbage need not look through a million things each time."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


def file_of(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).as_posix()


def on_either(name: str) -> str:
    """The name of a test without that of the database it runs on."""
    return re.sub("|".join(BOTH), "", name)


def _is_on_the_other(item: pytest.Item, collected: Set[str]) -> bool:
    """Whether the same test on the other database is the one to run; what has no such twin always runs."""
    kind = getattr(item, "callspec", None) and next((one for one in item.callspec.params.values() if one in BOTH), None)  # type: ignore[attr-defined]
    if kind is None or file_of(item).startswith(ON_BOTH):
        return False
    chosen = BOTH[crc32(on_either(item.nodeid).encode()) % 2]
    return chosen != kind and item.nodeid.replace(str(kind), chosen) in collected


def settle(url: str) -> None:
    """An installation that runs for a while: what its jobs do at the start is done, and comes round no more today.

    In each copy they would do it again, 0.04 s for a thousand houses, in the middle of what a test counts.
    """
    with running(url) as house:
        until(lambda: every_round_is_done(house))
        with house.database(writing=True) as db:
            db.execute(update(JOB).where(JOB.c.key.startswith("every ")).values(at=utc_now() + timedelta(days=1)))


def every_round_is_done(house: House) -> bool:
    rounds = [job for job in house.rows(Job) if job.key and job.key.startswith("every ")]
    return bool(rounds) and all(job.at > utc_now() and job.lease is None for job in rounds)


@dataclass
class Databases:
    """New databases with the whole cast in them, by kind, each a copy of one that was built once."""

    folder: Path
    stack: ExitStack
    templates: dict[str, tuple[str, World]] = field(default_factory=dict)
    made: int = 0
    _server: Postgres | None = None

    @property
    def server(self) -> Postgres:
        if self._server is None:
            self._server = self.stack.enter_context(postgres())
        return self._server

    def empty(self, kind: str) -> str:
        """The URL of a new database with nothing in it."""
        if kind == "postgresql":
            return self.server.new_database()
        self.made += 1
        return f"sqlite:///{self.folder / f'{self.made}.db'}"

    def template(self, kind: str) -> tuple[str, World]:
        if kind not in self.templates:
            url = self.empty(kind)
            with closing(Database(url)) as database:
                migrate(database)
                self.templates[kind] = (url, worlds.build(database))
            settle(url)
        return self.templates[kind]

    @contextmanager
    def copy(self, kind: str) -> Iterator[tuple[str, World]]:
        """A database of that kind with the cast in it, for the length of the block."""
        original, world = self.template(kind)
        if kind == "postgresql":
            url = self.server.new_database(template=original)
            yield url, world
            self.server.drop(url)
        else:
            url = self.empty(kind)
            shutil.copyfile(original.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
            yield url, world


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(tmp_path_factory.mktemp("databases"), stack)


@pytest.fixture(scope="session")
def postgres_server(databases: Databases) -> Postgres:
    """The PostgreSQL of this process, started when first asked for."""
    return databases.server


@pytest.fixture(scope="session")
def _postbox() -> Iterator[Postbox]:
    with smtp() as postbox:
        yield postbox


@pytest.fixture
def postbox(_postbox: Postbox) -> Postbox:
    """A real SMTP server, empty."""
    _postbox.clear()
    return _postbox


@pytest.fixture(params=BOTH)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other; a module that wants one of them overrides this."""
    return str(request.param)


@pytest.fixture
def world_database(databases: Databases, database_kind: str) -> Iterator[tuple[str, World]]:
    """The URL of this test's own database, and who is in it."""
    with databases.copy(database_kind) as copy:
        yield copy


@pytest.fixture
def world(world_database: tuple[str, World]) -> World:
    return world_database[1]


@pytest.fixture
def house(world_database: tuple[str, World]) -> Iterator[House]:
    """The application on this test's own database."""
    with running(world_database[0]) as house:
        yield house


@pytest.fixture(scope="module", params=BOTH)
def read_house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Opened]:
    """One house for all tests of a module that only read: starting one for each took most of their time."""
    with databases.copy(request.param) as (url, world), running(url) as house:
        yield house, world


@pytest.fixture
def open_house(databases: Databases, database_kind: str) -> Iterator[Callable[..., Opened]]:
    """Further houses with settings of their own, each on its own copy of the world."""
    with ExitStack() as stack:

        def opened(**settings: object) -> Opened:
            url, world = stack.enter_context(databases.copy(database_kind))
            return stack.enter_context(running(url, **settings)), world

        yield opened
