"""Imports when things go wrong: killed, doubled, without their facilitator, cancelled on the way; and shown live."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cohorts import importing, imports, memberships
from cohorts.checking import Plan
from cohorts.imports import APPLY, IMPORT, READ, Counts, ImportFacts, State
from cohorts.models import Import, Initiative, Invitation, Membership, Team
from server.app import build_house
from server.clock import utc_now
from server.db import Database, Db
from server.jobs import JOB, Running
from server.live.log import Stream
from server.mail import Mail
from server.settings import Settings
from tests.cohorts.lists import as_csv, person, previewed, table, until, upload
from tests.conftest import Databases
from tests.house import PATIENCE, House, free_port, running
from tests.live.harness import assert_same, following
from tests.server.command import answer, started
from tests.world import World


@dataclass(slots=True)
class Watched(Running):
    """A job driven by a test, which does something after each of its steps."""

    after: Callable[[int], None] = lambda step: None
    steps: int = 0
    totals: list[int] = field(default_factory=list)

    @contextmanager
    def step(self, *, done: int | None = None, total: int | None = None) -> Iterator[Db]:
        with Running.step(self, done=done, total=total) as db:
            yield db
        self.steps += 1
        self.after(self.steps)


@dataclass
class Quiet:
    """A house without a loop: the test does the jobs, when and as often as it likes."""

    house: Any
    world: World

    @property
    def database(self) -> Database:
        database: Database = self.house.database
        return database

    def uploaded(self, rows: list[dict[str, str]], by: str = "Farid") -> int:
        with self.database.transaction(writing=True) as db:
            return imports.upload(
                db,
                cohort_id=self.world.tide.cohort,
                by_id=self.world.people[by],
                file_name="list.csv",
                content=as_csv(table(rows)),
                now=utc_now(),
            )

    def confirmed(self, rows: list[dict[str, str]]) -> int:
        import_id = self.uploaded(rows)
        self.do(READ, import_id)
        with self.database.transaction(writing=True) as db:
            assert imports.confirm(db, import_id, by_id=self.world.people["Farid"], now=utc_now())
        return import_id

    def do(self, kind: str, import_id: int, after: Callable[[int], None] = lambda step: None) -> None:
        with self.database.transaction(writing=True) as db:
            here = (JOB.c.key == imports.job_key(kind, import_id)) & JOB.c.ended_at.is_(None)
            job = db.execute(update(JOB).where(here).values(lease="ours").returning(JOB.c.id)).one()
        given = {"import_id": import_id, "by_id": self.world.people["Farid"]}
        run = {READ: importing.run_read, APPLY: importing.run_apply}[kind]
        run(Watched(job.id, kind, given, "ours", 1, 0, 0, self.database, self.house, after=after))

    def now(self, import_id: int) -> tuple[ImportFacts, Counts]:
        with self.database.transaction(writing=False) as db:
            return imports.read(db, IMPORT.c.id == import_id)[0], imports.counts(db, import_id)

    def rows(self, table_: type[Any]) -> list[Any]:
        with self.database.transaction(writing=False) as db:
            return list(db.execute(select(table_)).scalars())

    def made(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """Teams by name, invitations by address and mails by address, of those that come from lists."""
        teams = Counter(team.name for team in self.rows(Team) if team.name.startswith("Team "))
        asked = Counter(one.email for one in self.rows(Invitation) if one.email.startswith("person"))
        mails = Counter(mail.to for mail in self.rows(Mail) if mail.to.startswith("person"))
        return teams, asked, mails


@pytest.fixture
def quiet(world_database: tuple[str, World]) -> Iterator[Quiet]:
    url, world = world_database
    house = build_house(Settings(database_url=url, sqlite_synchronous="NORMAL"))
    yield Quiet(house, world)
    house.database.close()


def once_each(quiet: Quiet, people: int) -> None:
    teams, asked, mails = quiet.made()
    assert set(teams.values()) == set(asked.values()) == set(mails.values()) == {1}
    assert (len(teams), len(asked), len(mails)) == ((people + 4) // 5, people, people)
    assert len({one.team_id for one in quiet.rows(Initiative)}) == len(quiet.rows(Initiative))


class Killed(BaseException):
    """The process is gone: nothing in it is asked."""


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_what_was_killed_goes_on_behind_the_last_step(quiet: Quiet, at: int) -> None:
    import_id = quiet.confirmed([person(number) for number in range(120)])

    def kill(step: int) -> None:
        if step == at:
            raise Killed

    with pytest.raises(Killed):
        quiet.do(APPLY, import_id, kill)
    waiting = quiet.now(import_id)[1].waiting
    assert waiting == max(120 - at * importing.APPLY_STEP, 0)
    quiet.do(APPLY, import_id)
    one, told = quiet.now(import_id)
    assert (one.state, told.outcomes) == (State.DONE, {"founded": 24, "invited": 96})
    once_each(quiet, 120)


def test_reading_that_was_killed_begins_again(quiet: Quiet) -> None:
    import_id = quiet.uploaded([person(number) for number in range(250)])

    def kill(step: int) -> None:
        if step == 3:
            raise Killed

    with pytest.raises(Killed):
        quiet.do(READ, import_id, kill)
    assert (quiet.now(import_id)[0].state, quiet.now(import_id)[1].rows) == (State.READING, 200)
    quiet.do(READ, import_id)
    one, told = quiet.now(import_id)
    assert (one.state, told.plans) == (State.READY, {Plan.FOUND: 50, Plan.INVITE: 200})
    assert b"" in {row.content for row in quiet.rows(Import)}


def test_a_list_cancelled_while_it_is_read_leaves_nothing(quiet: Quiet) -> None:
    import_id = quiet.uploaded([person(number) for number in range(250)])

    def cancel(step: int) -> None:
        if step == 2:
            with quiet.database.transaction(writing=True) as db:
                assert imports.cancel(db, import_id, now=utc_now())

    quiet.do(READ, import_id, cancel)
    assert (quiet.now(import_id)[0].state, quiet.now(import_id)[1].rows) == (State.CANCELLED, 0)


def test_a_removed_facilitator_stops_the_rest(quiet: Quiet) -> None:
    import_id = quiet.confirmed([person(number) for number in range(120)])

    def remove(step: int) -> None:
        if step == 1:
            with quiet.database.transaction(writing=True) as db:
                held = db.get_one(Membership, quiet.world.memberships["Farid"])
                memberships.remove(db, held, by=None, now=utc_now())

    quiet.do(APPLY, import_id, remove)
    one, told = quiet.now(import_id)
    assert one.state is State.DONE
    assert told.outcomes == {"founded": 10, "invited": 40, "stopped": 70}
    assert len(quiet.made()[1]) == importing.APPLY_STEP


def test_an_erased_person_is_not_invited(quiet: Quiet) -> None:
    import_id = quiet.confirmed([person(number) for number in range(3)])
    with quiet.database.transaction(writing=True) as db:
        here = (imports.ROW.c.import_id == import_id) & (imports.ROW.c.number == 3)
        db.execute(update(imports.ROW).where(here).values(cells="{}", errors=""))
    quiet.do(APPLY, import_id)
    assert quiet.now(import_id)[1].outcomes == {"founded": 1, "invited": 1, "lost": 1}


def test_two_imports_of_the_same_people_at_once(quiet: Quiet) -> None:
    rows = [person(number) for number in range(150)]
    first, second = quiet.confirmed(rows), quiet.confirmed(rows)
    threads = [threading.Thread(target=quiet.do, args=(APPLY, one)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    outcomes = quiet.now(first)[1].outcomes + quiet.now(second)[1].outcomes  # type: ignore[operator]
    assert outcomes["founded"] + outcomes["invited"] == outcomes["asked"] == 150
    once_each(quiet, 150)


def killed_on_the_way(databases: Databases) -> bool:
    """Whether a server was killed before its import was done; afterwards everything is there once."""
    with databases.copy("sqlite") as (url, world):
        with running(url) as house:
            import_id = previewed(house, house.visit(world.people["Farid"]), world.tide.cohort, people(600))
        port = free_port()
        with started("serve", "--port", str(port), DATABASE_URL=url) as process:
            answer(process, f"http://127.0.0.1:{port}/")
            with closing(Database(url)) as database:
                quiet = Quiet(type("Only", (), {"database": database}), world)
                with database.transaction(writing=True) as db:
                    imports.confirm(db, import_id, by_id=world.people["Farid"], now=utc_now())
                while quiet.now(import_id)[1].waiting > 500:
                    assert process.poll() is None
                process.kill()
                process.wait(PATIENCE)
                left = quiet.now(import_id)[1].waiting
                assert left <= 500
                with database.transaction(writing=True) as db:
                    past = {"lease_until": utc_now() - timedelta(seconds=1)}
                    db.execute(update(JOB).where(JOB.c.lease.is_not(None)).values(**past))
        with running(url) as house:
            until(house, import_id, lambda one, _: one.state is State.DONE)
            once_each(Quiet(house.inside, world), 600)
        return left > 0


def test_sigkill_on_a_real_server(databases: Databases) -> None:
    # A test that has to wait for its turn may look too late.
    assert any(killed_on_the_way(databases) for _ in range(5))


def people(count: int) -> bytes:
    return as_csv(table([person(number) for number in range(count)]))


def test_the_page_follows_from_reading_to_the_end(house: House, world: World) -> None:
    farid = house.visit(world.people["Farid"])
    import_id = int(upload(farid, world.tide.cohort, people(400)).headers["location"].rpartition("/")[2])
    with following(house, world.people["Farid"], f"/imports/{import_id}") as page:
        until(house, import_id, lambda one, _: one.state is State.READY)
        assert_same(*page.settle(), "ready")
        assert farid.post(f"/imports/{import_id}/confirmation").status_code == 303
        until(house, import_id, lambda one, _: one.state is State.DONE)
        assert_same(*page.settle(), "done")
        assert page.resyncs == 0
        told = [frame["content"] for frame in page.frames if "import-progress" in frame.get("content", "")]
        assert any("of 400 rows" in content for content in told)


def test_who_may_follow_an_import(house: House, world: World) -> None:
    with house.database() as db:
        stream_id = imports.read(db, IMPORT.c.id == world.imports[world.tide.cohort])[0].stream_id
        row = imports.of_stream(db, stream_id)
    assert row is not None
    position = f"{stream_id}.{house_epoch(house, stream_id)}.0"
    for name, status in (("Farid", 200), ("Hana", 200), ("Amara", 404), ("Esi", 404), ("Greta", 404), ("Kofi", 404)):
        assert house.visit(world.people[name]).get(f"/live/frames?at={position}").status_code == status, name


def house_epoch(house: House, stream_id: int) -> str:
    with house.database() as db:
        return str(db.get_one(Stream, stream_id).epoch)
