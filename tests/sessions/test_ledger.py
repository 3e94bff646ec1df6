"""The fairness ledger: who carried what, and that it never tells who came to a session that must not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cohorts import teams
from cohorts.models import Cohort
from people import organisations
from server.db import Database, Db
from sessions import ledger, sessions, slots
from sessions.hours import Place
from sessions.ledger import Carried, TeamPlace, Went
from sessions.models import Attendance, SlotAnswer
from sessions.slots import SLOT, Time
from tests.scheduled import drafted, session_now, session_plan
from tests.world import World

# Monday to Friday of a week without holidays in the Netherlands; 11:00 in Lagos is at work, 23:00 is not.
DAY, NIGHT = datetime(2026, 1, 14, 10, tzinfo=UTC), datetime(2026, 1, 14, 22, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)
HOMES = (Place("NL", "Europe/Amsterdam"), Place("JP", "Asia/Tokyo"), Place("NP", "Asia/Kathmandu"))
TEAMS = tuple(TeamPlace(number, f"Team {number}", HOMES[number % 3]) for number in range(5))
WENT = st.builds(
    Went,
    st.integers(1, 4),
    st.integers(0, 7),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.integers(5, 480),
)


@given(st.lists(WENT, max_size=12))
def test_it_is_never_negative_and_never_more_than_there_was(people: list[Went]) -> None:
    found = ledger.ledger(TEAMS, people)
    longest: dict[int, int] = {}
    for one in people:
        longest[one.session_id] = max(longest.get(one.session_id, 0), one.minutes)
    assert set(found) == {"NL", "JP", "NP"}
    for country, carried in found.items():
        assert (carried.country, carried.minutes >= 0) == (country, True)
        assert carried.minutes <= sum(longest.values())
        assert carried.sessions <= len(longest)


def test_teams_and_countries_count_by_their_means() -> None:
    late, day = (1, NIGHT, 60), (1, DAY, 60)
    people = [Went(one[0], team, *one[1:]) for team, one in ((0, late), (0, day), (0, late), (3, day))]
    # Team 0: two at night and one by day, 40 minutes; team 3, of the same country, none.
    assert ledger.ledger(TEAMS, people)["NL"] == Carried("NL", 20, 1)


def test_most_comes_first() -> None:
    listed = [Carried("NL", 60, 1), Carried("JP", 90, 1), Carried("NP", 60, 2)]
    assert [one.country for one in ledger.most_first(listed)] == ["JP", "NP", "NL"]


def held(db: Db, world: World, *times: datetime, attribution: str = "named") -> list[int]:
    """A published session at those times in the cohort of Tide and Reed; the ids of its slots."""
    by, before = world.people["Farid"], NOW - timedelta(days=60)
    facts = drafted(db, world.tide.cohort, by, session_plan(by, attribution=attribution), before)
    made = [slots.offer(db, facts, Time(at, 60, "Europe/Paris"), now=before).id for at in times]
    sessions.publish(db, session_now(db, facts.id), by_id=by, now=before)
    return [id_ for id_ in made if id_]


def came(db: Db, world: World, slot_id: int, *names: str) -> None:
    for name in names:
        held_by = {"person_id": world.people[name], "membership_id": world.memberships[name]}
        db.add(Attendance(slot_id=slot_id, **held_by, came_at=NIGHT))
    db.flush()


def minutes(db: Db, world: World, rule: str = "named", now: datetime = NOW) -> dict[str, int]:
    return ledger.so_far(db, world.tide.cohort, rule, now).minutes


def test_who_came_at_night_carried_it(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        (slot,) = held(db, world, NIGHT)
        assert minutes(db, world) == {"NL": 0}
        came(db, world, slot, "Amara", "Chiara")
        assert minutes(db, world) == {"NL": 60}
        assert minutes(db, world, now=NIGHT + timedelta(minutes=59)) == {"NL": 0}, "it is not over"


def test_seats_count_where_nobody_noted_who_came(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        night, day = held(db, world, NIGHT, DAY)
        mine = {"person_id": world.people["Amara"], "membership_id": world.memberships["Amara"]}
        db.add(SlotAnswer(slot_id=night, **mine, answer="yes", at=DAY, asked_at=DAY, seated_at=DAY))
        db.flush()
        assert minutes(db, world) == {"NL": 60}
        came(db, world, night, "Chiara")
        assert minutes(db, world) == {"NL": 60}
        came(db, world, day, "Amara")
        assert minutes(db, world) == {"NL": 30}


def test_what_was_called_off_or_never_published_counts_for_nothing(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        first, second = held(db, world, NIGHT, NIGHT + timedelta(hours=2))
        came(db, world, first, "Amara")
        came(db, world, second, "Amara")
        facts = session_now(db, slots.read(db, SLOT.c.id == first)[0].session_id)
        slots.cancel(db, facts, slots.read(db, SLOT.c.id == first)[0], why="", now=NOW)
        assert minutes(db, world) == {"NL": 60}
        sessions.cancel(db, facts, why="", by_id=world.people["Farid"], now=NOW)
        assert minutes(db, world) == {"NL": 0}


def test_masked_session_does_not_tell_who_came(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        masked, named = held(db, world, NIGHT, attribution="none")[0], held(db, world, NIGHT + timedelta(days=1))[0]
        before = minutes(db, world)
        came(db, world, masked, "Amara", "Chiara")
        assert minutes(db, world) == before == {"NL": 60}
        told = minutes(db, world, "role")
        came(db, world, named, "Amara")
        assert minutes(db, world) != before, "where names are told, who came counts"
        assert minutes(db, world, "role") == told == {"NL": 120}, "the rule of the cohort masks every session"


def test_masked_session_counts_the_slot_that_suits_each_team(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        home = organisations.add(db, name="Kyoto", country="JP", time_zone="Asia/Tokyo")
        cohort = db.get_one(Cohort, world.tide.cohort)
        teams.create(db, cohort, home, name="Moss")
        # 10:00 UTC is 19:00 in Tokyo; 22:00 is 7:00 there the next day: each has a time that is none of night.
        held(db, world, NIGHT, attribution="role")
        assert minutes(db, world) == {"JP": 0, "NL": 60}
        held(db, world, NIGHT + timedelta(days=1), DAY + timedelta(days=1), attribution="role")
        assert minutes(db, world) == {"JP": 0, "NL": 60}


def test_cohort_without_teams_has_an_empty_ledger(database: Database) -> None:
    with database.transaction(writing=False) as db:
        assert ledger.so_far(db, 987_654, "named", NOW).countries == {}
