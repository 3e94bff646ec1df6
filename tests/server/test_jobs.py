"""Jobs are done once, tried again, taken over, and never by somebody who lost the lease."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import timedelta

import pytest

from server import jobs, leases
from server.clock import utc_now
from server.db import Database
from server.jobs import GiveUp, LostLease, Running, TryLater, Work, enqueue
from server.live.log import new_stream, positions, touch
from tests.house import PATIENCE
from tests.server.looping import change, ended, jobs_of, looping, until

SOON = timedelta(milliseconds=20)


def asked(database: Database, kind: str = "count", count: int = 1, **given: object) -> None:
    with database.transaction(writing=True) as db:
        for _ in range(count):
            enqueue(db, kind, now=utc_now(), **given)  # type: ignore[arg-type]


def quick(kind: str, run: object, **named: object) -> Work:
    return Work(kind, run, wait=SOON, longest=SOON, **named)  # type: ignore[arg-type]


def test_work_begins_after_the_commit_and_gets_what_was_given(bare: Database) -> None:
    seen: list[dict[str, object]] = []
    with looping(bare, [quick("count", lambda running: seen.append(running.given))]):
        asked(bare, number=3, words="Łódź")
        (job,) = ended(bare, "count")
    assert seen == [{"number": 3, "words": "Łódź"}]
    assert (job.attempts, job.error, job.lease) == (1, "", None)


def test_the_commit_wakes_the_loop(bare: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.job_loop.POLL", 3600)
    with looping(bare, [quick("count", lambda running: None)]):
        for count in (1, 2):
            time.sleep(0.3)
            asked(bare)
            ended(bare, "count", count)


def test_mail_that_hangs_holds_up_no_other_work(bare: Database) -> None:
    go_on = threading.Event()

    def wait(running: Running) -> None:
        go_on.wait(2 * PATIENCE)

    with looping(bare, [quick("hang", wait, lane="mail"), quick("count", lambda running: None)]):
        asked(bare, "hang", 5)
        until(lambda: sum(job.lease is not None for job in jobs_of(bare, "hang")) == 2)
        asked(bare, count=3)
        ended(bare, "count", 3)
        assert not any(job.ended_at for job in jobs_of(bare, "hang"))
        go_on.set()


def test_what_was_rolled_back_is_not_done(bare: Database) -> None:
    seen: list[int] = []
    with looping(bare, [quick("count", lambda running: seen.append(running.id))]):
        with suppress(GiveUp), bare.transaction(writing=True) as db:
            enqueue(db, "count", now=utc_now())
            raise GiveUp
        asked(bare)
        ended(bare, "count")
    assert len(seen) == 1


def test_many_loops_do_each_job_once(bare_url: str) -> None:
    done: list[int] = []
    works = [quick("count", lambda running: done.append(running.id), lane="mail")]
    with ExitStack() as stack:
        databases = [stack.enter_context(closing(Database(bare_url, synchronous="NORMAL"))) for _ in range(3)]
        asked(databases[0], count=40)
        for database in databases:
            stack.enter_context(looping(database, works))
        until(lambda: all(job.ended_at for job in jobs_of(databases[0], "count")))
    assert sorted(done) == sorted(set(done))
    assert len(done) == 40


def test_a_key_is_one_job_until_it_ended(bare: Database) -> None:
    def ask(_: int) -> int:
        with bare.transaction(writing=True) as db:
            return enqueue(db, "count", now=utc_now(), key="the one")

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(ask, range(10)))) == 1
    with looping(bare, [quick("count", lambda running: None)]):
        (first,) = ended(bare, "count")
        assert ask(0) != first.id
        assert len(ended(bare, "count", 2)) == 2
    with bare.transaction(writing=False) as db:
        found = jobs.find(db, "the one")
    assert found is not None
    assert found.id != first.id


def test_progress_is_written_step_by_step_and_touches_live(bare: Database) -> None:
    with bare.transaction(writing=True) as db:
        stream = new_stream(db, "import")
    halfway, go_on = threading.Event(), threading.Event()

    def run(running: Running) -> None:
        for done in (running.done + 1, running.done + 2):
            with running.step(done=done, total=2) as db:
                touch(db, stream, "progress")
            halfway.set()
            go_on.wait(PATIENCE)

    with looping(bare, [quick("count", run)]):
        asked(bare)
        halfway.wait(PATIENCE)
        (job,) = jobs_of(bare, "count")
        assert (job.done, job.total, job.ended_at) == (1, 2, None)
        go_on.set()
        (job,) = ended(bare, "count")
    assert (job.done, job.total) == (2, 2)
    with bare.transaction(writing=False) as db:
        assert positions(db, [stream])[0].seq == 2


def test_a_failure_is_tried_again_then_given_up_with_its_reason(bare: Database) -> None:
    tries: list[int] = []

    def run(running: Running) -> None:
        tries.append(running.attempts)
        raise ZeroDivisionError("by nought")

    with looping(bare, [quick("count", run, attempts=3)]):
        asked(bare)
        (job,) = ended(bare, "count")
    assert tries == [1, 2, 3]
    assert job.error == "ZeroDivisionError: by nought"


def test_a_wait_uses_up_no_attempt(bare: Database) -> None:
    tries: list[int] = []

    def run(running: Running) -> None:
        tries.append(running.attempts)
        if running.delays < 5:
            raise TryLater("The other side is away.")

    with looping(bare, [quick("count", run, attempts=2)]):
        asked(bare)
        (job,) = ended(bare, "count")
    assert tries == [1] * 6
    assert (job.delays, job.error) == (5, "")


def test_what_can_never_be_done_is_given_up_at_once(bare: Database) -> None:
    def run(running: Running) -> None:
        raise GiveUp("The file is not a spreadsheet.")

    with looping(bare, [quick("count", run)]):
        asked(bare)
        (job,) = ended(bare, "count")
    assert (job.attempts, job.error) == (1, "The file is not a spreadsheet.")


def test_the_wait_doubles_up_to_a_bound_and_never_falls_together() -> None:
    first, longest = timedelta(seconds=4), timedelta(seconds=60)
    for times, middle in ((1, 4), (2, 8), (3, 16), (5, 60), (500, 60)):
        waits = {leases.grown(first, longest, times).total_seconds() for _ in range(50)}
        assert middle * 0.75 <= min(waits) < max(waits) <= middle * 1.25


def test_a_kind_of_a_newer_version_is_left_alone(bare: Database) -> None:
    asked(bare, "from the future")
    with looping(bare, [quick("count", lambda running: None)]):
        asked(bare)
        ended(bare, "count")
    (job,) = jobs_of(bare, "from the future")
    assert (job.attempts, job.lease, job.ended_at) == (0, None, None)


def test_what_comes_first_overtakes(bare: Database) -> None:
    order: list[str] = []
    with bare.transaction(writing=True) as db:
        for _ in range(5):
            enqueue(db, "slowly", now=utc_now())
        enqueue(db, "first", now=utc_now())

    def run(running: Running) -> None:
        order.append(running.kind)

    with looping(bare, [quick("slowly", run), quick("first", run, first=True)]):
        ended(bare, "slowly", 5)
    assert order == ["first"] + ["slowly"] * 5


def test_a_job_of_a_process_that_was_killed_is_taken_over(bare: Database) -> None:
    asked(bare)
    work = quick("count", lambda running: None)
    dead = leases.claim(bare, [work], threading.Event(), None)
    assert dead is not None
    with looping(bare, [work]):
        time.sleep(1.3)
        assert jobs_of(bare, "count")[0].ended_at is None
        change(bare, "count", lease_until=utc_now() - timedelta(seconds=1))
        (job,) = ended(bare, "count")
    assert job.attempts == 2
    with pytest.raises(LostLease), dead.step(done=7):
        raise AssertionError("a step began without its lease")
    leases.failed(dead, work, "the dead speak")
    (job,) = jobs_of(bare, "count")
    assert (job.done, job.error, job.ended_at is not None) == (0, "", True)


def test_a_job_that_kills_its_process_each_time_ends(bare: Database) -> None:
    asked(bare)
    change(bare, "count", attempts=3)
    with looping(bare, [quick("count", lambda running: None, attempts=3)]):
        (job,) = ended(bare, "count")
    assert job.error == leases.KILLED


def test_a_lease_is_renewed_while_the_work_is_long(bare: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.job_loop.LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("server.leases.LEASE", timedelta(seconds=4))
    runs: list[int] = []

    def run(running: Running) -> None:
        runs.append(running.attempts)
        time.sleep(5.5)

    with looping(bare, [quick("count", run)]), looping(bare, [quick("count", run)]):
        asked(bare)
        ended(bare, "count")
    assert runs == [1]


def test_the_end_of_the_program_gives_the_rest_back(bare: Database) -> None:
    begun, hurry = threading.Event(), threading.Event()

    def run(running: Running) -> None:
        for done in range(running.done, 50):
            with running.step(done=done + 1, total=50):
                begun.set()
            hurry.wait(0.5)

    with looping(bare, [quick("count", run)]):
        asked(bare)
        begun.wait(PATIENCE)
    (job,) = jobs_of(bare, "count")
    assert 0 < job.done < 50
    assert (job.lease, job.attempts, job.ended_at) == (None, 0, None)
    hurry.set()
    with looping(bare, [quick("count", run)]):
        (after,) = ended(bare, "count")
    assert after.done == 50


def test_periodic_work_is_one_row_for_all_processes(bare: Database) -> None:
    runs: list[int] = []
    work = quick("sweep", lambda running: runs.append(running.id), every=timedelta(hours=1))
    with looping(bare, [work]), looping(bare, [work]), looping(bare, [work]):
        until(lambda: runs)
        time.sleep(1.3)
        assert len(runs) == 1
        change(bare, "sweep", at=utc_now())
        until(lambda: len(runs) == 2)
    (job,) = jobs_of(bare, "sweep")
    assert (job.ended_at, job.attempts, job.lease) == (None, 0, None)
    assert job.at > utc_now() + timedelta(minutes=59)


def test_periodic_work_that_fails_comes_again(bare: Database) -> None:
    def run(running: Running) -> None:
        raise ZeroDivisionError("by nought")

    with looping(bare, [quick("sweep", run, every=timedelta(hours=1), attempts=2)]):
        until(lambda: (rows := jobs_of(bare, "sweep")) and rows[0].at > utc_now() + timedelta(minutes=59))
    assert jobs_of(bare, "sweep")[0].error == "ZeroDivisionError: by nought"


def test_jobs_that_ended_a_month_ago_are_forgotten(bare: Database) -> None:
    asked(bare, count=2)
    change(bare, "count", ended_at=utc_now() - timedelta(days=31))
    asked(bare)
    with bare.transaction(writing=True) as db:
        jobs.clear(db, utc_now())
    assert len(jobs_of(bare, "count")) == 1
