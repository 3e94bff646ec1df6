"""The demo as it stands in the database: what is real says nothing, what speaks is marked as invented."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from cohorts.models import Cohort, Initiative, InitiativeVersion, Membership, Part, Programme, Team
from demo.programme import fill
from demo.state import DemoState, state_of
from feedback.advice.models import (
    Prompt,
    PromptKind,
    PromptWithdrawal,
    Response,
    ResponseKind,
    Stance,
    StanceKind,
)
from feedback.models import (
    Comment,
    CommentVersion,
    Hiding,
    Mention,
    Notice,
    Report,
    Resolution,
    Subject,
    Thread,
    Withdrawal,
)
from feedback.rounds import bells
from feedback.rounds.models import FeedbackItem, ItemAnswer, Pair, Round
from feedback.rounds.rounds import TELLS
from people.models import Organisation, Person
from server.clock import zone
from server.db import Database, Db
from server.jobs import Job
from server.live.log import Change
from server.migrate import migrate
from sessions.models import ThematicSession
from tests.conftest import BOTH, Databases

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module", params=BOTH)
def filled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    with closing(Database(databases.empty(request.param))) as database:
        migrate(database)
        fill(database, NOW)
        yield database


@pytest.fixture
def db(filled: Database) -> Iterator[Db]:
    with filled.transaction(writing=False) as db:
        yield db


def all_of(db: Db, table: type[Any]) -> list[Any]:
    return list(db.execute(select(table)).scalars())


def test_programme_has_six_cohorts_of_the_right_size(db: Db) -> None:
    (programme,) = all_of(db, Programme)
    assert (programme.edition, programme.time_zone) == ("First edition", "Europe/Paris")
    cohorts = sorted(all_of(db, Cohort), key=lambda cohort: cohort.id)
    parts = {cohort.id: sorted(t.part for t in all_of(db, Team) if t.cohort_id == cohort.id) for cohort in cohorts}
    *challenges, track, frank = cohorts
    assert [parts[cohort.id] for cohort in challenges] == [["asks", "brings", "brings"]] * 4
    assert parts[track.id] == ["learns"] * 30
    assert (parts[frank.id], frank.attribution) == (["learns"] * 3, "role")
    assert [(s.cohort_id, s.place) for s in all_of(db, ThematicSession)] == [(track.id, place) for place in range(1, 6)]


def test_nobody_is_invented_for_a_real_organisation(db: Db) -> None:
    organisations = {found.id: found for found in all_of(db, Organisation)}
    teams = {team.id: team for team in all_of(db, Team)}
    real = [team for team in teams.values() if not organisations[team.organisation_id].sample]
    assert len(real) == 14
    assert all(team.sample != (team in real) for team in teams.values())
    assert all(organisations[person.organisation_id].sample and person.sample for person in all_of(db, Person))
    peopled = {member.team_id for member in all_of(db, Membership)} - {None}
    assert peopled == {team.id for team in teams.values() if team.sample}


def test_only_invented_people_talk_and_only_with_each_other(db: Db) -> None:
    sample = {team.id for team in all_of(db, Team) if team.sample}
    theirs = {initiative.id for initiative in all_of(db, Initiative) if initiative.team_id in sample}
    threads = {thread.id: thread for thread in all_of(db, Thread)}
    comments = all_of(db, Comment)
    assert len(comments) > 80
    talks = {comment.thread_id for comment in comments if threads[comment.thread_id].subject == Subject.INITIATIVE}
    assert len(talks) == 15
    assert all(threads[comment.thread_id].initiative_id in theirs for comment in comments)


def test_prompts_are_in_every_state_and_only_invented_teams_are_asked(db: Db) -> None:
    sample = {team.id for team in all_of(db, Team) if team.sample}
    theirs = {initiative.id for initiative in all_of(db, Initiative) if initiative.team_id in sample}
    prompts, responses = all_of(db, Prompt), {one.id: one for one in all_of(db, Response)}
    assert {prompt.initiative_id for prompt in prompts if prompt.session_id is None} <= theirs
    assert [prompt.initiative_id for prompt in prompts if prompt.session_id is not None] == [None]
    assert {prompt.kind for prompt in prompts} == set(PromptKind)
    answers = [responses[prompt.response_id] for prompt in prompts if prompt.response_id]
    assert {answer.kind for answer in answers} == set(ResponseKind)
    assert {answer.back_at <= NOW for answer in answers if answer.back_at} == {True, False}
    assert any(prompt.response_id is None for prompt in prompts)
    assert len(all_of(db, PromptWithdrawal)) == 1
    assert {stance.kind for stance in all_of(db, Stance)} == set(StanceKind)
    assert len([prompt for prompt in prompts if prompt.item_id and prompt.quote]) == 1
    (masked,) = (prompt for prompt in prompts if prompt.attribution == "role")
    assert {stance.attribution for stance in all_of(db, Stance) if stance.prompt_id == masked.id} == {"role"}
    # Two people are in that team: their role would name them.
    assert responses[masked.response_id].attribution == "none"


def test_some_are_named_and_one_remark_is_hidden(db: Db) -> None:
    assert {bool(one.person_id) for one in all_of(db, Mention)} == {True, False}
    (hidden,) = all_of(db, Hiding)
    assert [(report.comment_id, report.outcome) for report in all_of(db, Report)] == [(hidden.comment_id, "hidden")]
    assert {"mention", "new", "hidden", "reported"} <= {notice.kind for notice in all_of(db, Notice)}


def test_rounds_told_their_teams_once_and_when_it_was(db: Db) -> None:
    """A visitor is not told today, and by mail, of what a round did weeks ago."""
    told = [one for one in all_of(db, Notice) if one.kind in (bells.REVEALED, bells.OPENED)]
    rounds = {f"/rounds/{one.id}/": one for one in all_of(db, Round)}
    assert len({(one.person_id, one.url) for one in told}) == len(told) > 40
    for one in told:
        facts = next(found for start, found in rounds.items() if one.url.startswith(start))
        assert one.at == (facts.reveals_at if one.kind == bells.REVEALED else facts.opens_at)
    assert not [one for one in all_of(db, Notice) if one.kind in bells.KINDS and one.mailed_at is None]
    assert not [one for one in all_of(db, Job) if one.kind == TELLS and one.ended_at is None and one.at <= NOW]


def test_no_team_reads_or_answers_the_same_twice_in_rounds(db: Db) -> None:
    receiver = {one.id: one.receiver_id for one in all_of(db, Pair)}
    items = {one.id: one for one in all_of(db, FeedbackItem)}
    points = [(receiver[one.pair_id], one.text) for one in items.values()]
    answers = [(receiver[items[one.item_id].pair_id], one.text) for one in all_of(db, ItemAnswer) if one.text]
    assert len(points) > 30
    assert len(answers) > 10
    assert len(set(points)) == len(points)
    assert len(set(answers)) == len(answers)


def test_real_initiatives_hold_facts_and_leave_the_rest_empty(db: Db) -> None:
    brings = {team.id for team in all_of(db, Team) if team.part == Part.BRINGS}
    found = [one for one in all_of(db, Initiative) if one.team_id in brings]
    assert len(found) == 8
    assert all(one.tried and one.context and not one.challenge and not one.asked for one in found)
    assert all(one.language == "en" and one.changed_at < NOW for one in all_of(db, Initiative))


def test_each_initiative_has_its_thread(db: Db) -> None:
    on = {thread.initiative_id for thread in all_of(db, Thread) if thread.session_id is None}
    assert on == {one.id for one in all_of(db, Initiative)}


def test_conversations_show_what_can_become_of_a_remark(db: Db) -> None:
    comments = {comment.id: comment for comment in all_of(db, Comment)}
    assert len(all_of(db, Resolution)) == 2
    assert {comments[version.comment_id].version for version in all_of(db, CommentVersion)} == {2}
    (withdrawal,) = all_of(db, Withdrawal)
    assert comments[withdrawal.comment_id].text == ""  # taken back more than a day ago
    assert {"en", "ar", "es", "pt", "vi"} == {comment.language for comment in comments.values()}


def test_all_was_said_in_the_weeks_before_now_in_order(db: Db) -> None:
    said = sorted(all_of(db, Comment), key=lambda comment: comment.id)
    times = [comment.at for comment in said]
    assert times == sorted(times)
    assert NOW - timedelta(days=42) < times[0] < times[-1] < NOW
    began = db.execute(select(func.max(Membership.began_at))).scalar_one()
    assert began < times[0]
    on_work = [thread for thread in all_of(db, Thread) if thread.session_id is None]
    written = {thread.id: db.get_one(InitiativeVersion, (thread.initiative_id, 1)).at for thread in on_work}
    assert all(written[comment.thread_id] < comment.at for comment in said)


@pytest.mark.parametrize("hour", range(0, 24, 8))
def test_everybody_writes_by_day_wherever_they_live(databases: Databases, hour: int) -> None:
    with closing(Database(databases.empty("sqlite"))) as database:
        migrate(database)
        fill(database, NOW.replace(hour=hour))
        with database.transaction(writing=False) as db:
            zones = {person.id: zone(person.time_zone) for person in all_of(db, Person)}
            for comment in all_of(db, Comment):
                # An hour to each side: clocks change on different days in different places.
                assert 7 <= comment.at.astimezone(zones[comment.author_id]).hour <= 20, comment.text


def test_people_live_on_every_continent_and_in_odd_zones(db: Db) -> None:
    zones = {person.time_zone for person in all_of(db, Person)}
    assert {name.split("/")[0] for name in zones} >= {"Africa", "America", "Asia", "Atlantic", "Australia", "Pacific"}
    assert {"Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Australia/Adelaide"} <= zones


def test_filling_is_quiet(db: Db) -> None:
    assert all_of(db, Change) == []


def test_filling_twice_changes_nothing(filled: Database) -> None:
    def counts() -> list[int]:
        with filled.transaction(writing=False) as db:
            return [len(all_of(db, table)) for table in (Programme, Team, Person, Comment)]

    before = counts()
    fill(filled, NOW)
    assert counts() == before
    assert state_of(filled) is DemoState.FILLED


def test_two_starts_fill_once(databases: Databases, database_kind: str) -> None:
    url, together = databases.empty(database_kind), threading.Barrier(2)
    with closing(Database(url)) as database:
        migrate(database)

        def start() -> None:
            with closing(Database(url)) as mine:
                together.wait()
                fill(mine, NOW)

        with ThreadPoolExecutor(2) as pool:
            for one in [pool.submit(start) for _ in range(2)]:
                one.result(180)
        with database.transaction(writing=False) as db:
            assert (len(all_of(db, Programme)), len(all_of(db, Team))) == (1, 45)


def seconds_of(act: Callable[[], object]) -> float:
    """Of a processor."""
    began = time.process_time()
    act()
    return time.process_time() - began


def test_filling_is_the_same_every_time_and_quick(databases: Databases, filled: Database) -> None:
    columns = "SELECT id, thread_id, parent_id, membership_id, text, version, at FROM comment ORDER BY id"
    with closing(Database(databases.empty("sqlite"))) as again:
        making = seconds_of(lambda: migrate(again))
        filling = seconds_of(lambda: fill(again, NOW))
        # Nobody who starts the demo should wait: it takes 4 times as long as making the tables, on any machine.
        assert filling < 10 * making, (filling, making)
        with again.transaction(writing=False) as fresh, filled.transaction(writing=False) as db:
            wanted = [tuple(row)[:-1] for row in db.execute(text(columns))]
            assert [tuple(row)[:-1] for row in fresh.execute(text(columns))] == wanted


def test_filling_needs_no_particular_now(databases: Databases) -> None:
    with closing(Database(databases.empty("sqlite"))) as database:
        migrate(database)
        fill(database)
        with database.transaction(writing=False) as db:
            assert max(comment.at for comment in all_of(db, Comment)) < datetime.now(UTC)


def test_real_people_are_recognised(databases: Databases) -> None:
    with closing(Database(databases.empty("sqlite"))) as database:
        migrate(database)
        assert state_of(database) is DemoState.EMPTY
        fill(database, NOW)
        with database.transaction(writing=True) as db:
            db.execute(text("UPDATE person SET sample = false WHERE id = (SELECT max(id) FROM person)"))
        assert state_of(database) is DemoState.REAL
