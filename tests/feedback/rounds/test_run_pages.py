"""The facilitator's pages: a round from its plan to its release, what others see of it meanwhile, and wrong input."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cohorts import memberships, teams
from cohorts.models import Cohort, Membership
from feedback.rounds import conflicts, pairs, rounds
from feedback.rounds.rounds import ROUND, RoundFacts
from people import organisations
from server.clock import utc_now
from server.db import Db
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.rounds import DAY, facts_of, pair_of, plan_of, planned
from tests.world import World

PARIS = ZoneInfo("Europe/Paris")
SECRET = "A round nobody may know of"


def typed(days: int) -> str:
    """Noon in Paris, so many days from now, as the box for a time holds it."""
    at = utc_now().astimezone(PARIS) + timedelta(days=days)
    return at.replace(hour=12, minute=0).strftime("%Y-%m-%dT%H:%M")


def form(**changed: str) -> dict[str, str]:
    times = {"opens_at": typed(2), "reveals_at": typed(9), "closes_at": typed(16), "time_zone": "Europe/Paris"}
    said = {"title": SECRET, "asks": "initiative", "protocol": "free", "gives": "1", "repeats": "yes"}
    who = {"shared_with": "team", "attribution": "named", "version": "0"}
    return said | times | who | {"section_1_title": "Our feedback", "section_1_levels": "0"} | changed


def test_from_plan_to_release(house: House, world: World, browse: Browse) -> None:
    farid, list_of = browse("Farid"), f"/cohorts/{world.tide.cohort}/rounds"
    assert "Warm and cool" in farid.get(f"{list_of}/new").text
    box = parsed(farid.get(f"{list_of}/new?protocol=warm%20cool").text).xpath("//input[@id='section_1_title']/@value")
    assert box == ["Warm"]
    made = farid.post(list_of, data=form(key="one"))
    assert made.status_code == 303
    run = made.headers["location"].partition("?")[0]
    assert farid.post(list_of, data=form(key="one")).headers["location"] == made.headers["location"], "twice is once"
    assert SECRET in farid.get(run).text
    hidden_from_others(browse, world, run)
    round_path = run.removesuffix("/run")
    assert farid.post(f"{round_path}/release").status_code == 422, "nobody would have anything to do"
    assert farid.post(f"{round_path}/proposal").status_code == 303
    hidden_from_others(browse, world, run)
    assert farid.post(f"{round_path}/release").status_code == 303
    for name in ("Amara", "Chiara", "Esi"):
        assert SECRET in browse(name).get(round_path).text
        assert SECRET in browse(name).get(f"/cohorts/{world.tide.cohort}").text
        assert browse(name).get(run).status_code == 403
    assert farid.get(f"{round_path}/edit").status_code == 403, "once released, the teams rely on it"
    (facts,) = (one for one in stored(house) if one.title == SECRET)
    assert facts.opens_at.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M") == typed(2)


def stored(house: House) -> list[RoundFacts]:
    with house.database() as db:
        return rounds.read(db)


def hidden_from_others(browse: Browse, world: World, run: str) -> None:
    """Absent, and not countable: no page says a word of it, and its streams cannot be followed."""
    pages = (f"/cohorts/{world.tide.cohort}", f"/cohorts/{world.tide.cohort}/rounds", f"/teams/{world.tide.team}")
    for name in ("Amara", "Chiara", "Esi", "Greta", "Hana"):
        for path in (run, run.removesuffix("/run"), f"{run.removesuffix('/run')}/reminders"):
            answer = browse(name).get(path)
            assert answer.status_code == 404, (name, path)
        assert all(SECRET not in browse(name).get(path).text for path in pages), name


def test_planning_moves_no_stream_others_follow(house: House, world: World, browse: Browse) -> None:
    before = browse("Amara").get(f"/cohorts/{world.tide.cohort}").text
    made = browse("Farid").post(f"/cohorts/{world.tide.cohort}/rounds", data=form())
    browse("Farid").post(made.headers["location"].partition("/run")[0] + "/proposal")
    after = browse("Amara").get(f"/cohorts/{world.tide.cohort}").text
    followed = re.findall(r"/live\?at=([^&\"]+)", before)
    assert followed
    assert re.findall(r"/live\?at=([^&\"]+)", after) == followed
    assert parsed(before).text_content().split() == parsed(after).text_content().split()


@pytest.mark.parametrize(
    ("changed", "box", "words"),
    [
        ({"title": " "}, "title", "Give the round a title"),
        ({"gives": "0"}, "gives", "Give a number"),
        ({"gives": "²"}, "gives", "Give a number"),
        ({"asks": "chapter"}, "chapter", "Choose the chapter"),
        ({"asks": "document"}, "document", "Say what the teams"),
        ({"opens_at": typed(-2)}, "opens_at", "in the past"),
        ({"reveals_at": typed(1)}, "reveals_at", "after the round opens"),
        ({"closes_at": "soon"}, "closes_at", "Give a day and an hour"),
        ({"section_1_title": "", "section_1_hint": "Why?"}, "section_1_title", "Give this section a title"),
        ({"section_1_title": ""}, "section_1_title", "at least one thing"),
        ({"section_1_levels": "99"}, "section_1_title", "2 to 7 levels"),
        ({"time_zone": "Moon/Base"}, "time_zone", "Choose a time zone"),
    ],
)
def test_wrong_plan_comes_back_filled_in(
    house: House, world: World, browse: Browse, changed: dict[str, str], box: str, words: str
) -> None:
    before = len(stored(house))
    answer = browse("Farid").post(f"/cohorts/{world.tide.cohort}/rounds", data=form(intro="Read it twice.", **changed))
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert words in page.xpath(f"string(//*[@id='{box}-error'])")
    assert page.xpath("//textarea[@name='intro']")[0].text.strip() == "Read it twice."
    assert page.xpath("//input[@name='repeats']/@checked")
    assert len(stored(house)) == before


def test_hour_that_comes_twice_is_told(house: House, world: World, browse: Browse) -> None:
    year = utc_now().year + (utc_now() > datetime(utc_now().year, 10, 1, tzinfo=UTC))
    # Clocks in Paris are put back on the last Sunday of October.
    last = max(day for day in range(25, 32) if datetime(year, 10, day, tzinfo=UTC).weekday() == 6)
    doubled = f"{year}-10-{last}T02:30"
    answer = browse("Farid").post(f"/cohorts/{world.tide.cohort}/rounds", data=form(closes_at=doubled))
    assert answer.status_code == 422
    assert "comes twice" in answer.text


def test_pairs_by_hand_say_what_speaks_against_them(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        conflicts.declare(
            db, world.tide.team, world.reed.team, why="WE COMPETE", by_id=world.people["Amara"], now=utc_now()
        )
        facts = planned(db, world.tide.cohort, world.people["Farid"], plan_of(utc_now(), repeats=True), utc_now())
    farid = browse("Farid")
    assert pair_texts(farid.get(f"/rounds/{facts.id}/run").text) == []
    given = {"giver": str(world.tide.team), "receiver": str(world.reed.team)}
    answer = farid.post(f"/rounds/{facts.id}/pairs", data=given, follow_redirects=True)
    (pair,) = pair_texts(answer.text)
    assert "Reed" in pair
    assert "declared a conflict" in pair
    assert "same country" in pair
    again = farid.post(f"/rounds/{facts.id}/pairs", data=given)
    assert again.status_code == 422
    assert "cannot be paired" in again.text
    assert "WE COMPETE" in farid.get(f"/rounds/{facts.id}/run").text
    for name in ("Chiara", "Esi"):
        pages = (f"/teams/{world.tide.team}", f"/teams/{world.reed.team}", f"/cohorts/{world.tide.cohort}")
        assert all("WE COMPETE" not in browse(name).get(page).text for page in pages)
        assert browse(name).get(f"/teams/{world.tide.team}/conflicts").status_code == 404
    assert "WE COMPETE" not in browse("Chiara").get(f"/teams/{world.reed.team}/conflicts").text


def pair_texts(text: str) -> list[str]:
    cells = parsed(text).xpath("//td[@data-heading='Gives feedback to']//li")
    return [" ".join(cell.text_content().split()) for cell in cells]


def test_who_wants_no_reminders_says_so(world: World, browse: Browse) -> None:
    path = f"/rounds/{world.rounds[world.tide.cohort]}"
    amara = browse("Amara")
    assert "no reminders" in amara.post(f"{path}/silence", follow_redirects=True).text
    assert "Remind me no more" in amara.post(f"{path}/reminders", follow_redirects=True).text


Deed = Callable[[Db, World, RoundFacts], object]


def _leave(db: Db, world: World, facts: RoundFacts) -> None:
    held = db.get_one(Membership, world.memberships["Chiara"])
    memberships.remove(db, held, by=world.people["Farid"], now=utc_now())


def _come(db: Db, world: World, facts: RoundFacts) -> None:
    house = organisations.add(db, name="Late office", country="KE", time_zone="UTC")
    teams.create(db, db.get_one(Cohort, world.tide.cohort), house, name="Late")


def _move(db: Db, world: World, facts: RoundFacts) -> None:
    times = {"opens_at": facts.opens_at, "reveals_at": facts.reveals_at + DAY, "closes_at": facts.closes_at + DAY}
    rounds.move(db, facts, **times, zone="UTC", now=utc_now())


ON_RUN: dict[str, Deed] = {
    "add": lambda db, world, facts: pairs.propose(db, facts, utc_now(), anew=False),
    "drop": lambda db, world, facts: pairs.drop(db, facts, pair_of(db, facts.id, world.tide.team), utc_now()),
    "excuse": lambda db, world, facts: pairs.excuse(db, facts, world.reed.team, by_id=1, now=utc_now()),
    "return": lambda db, world, facts: pairs.take_back(db, facts, world.reed.team),
    "move": _move,
    "somebody leaves": _leave,
    "team comes": _come,
    "team is renamed": lambda db, world, facts: teams.describe(db, world.reed.team, name="Rush", part="asks"),
    "conflict": lambda db, world, facts: conflicts.declare(
        db, world.tide.team, world.reed.team, why="Words", by_id=1, now=utc_now()
    ),
    "cancel": lambda db, world, facts: rounds.cancel(db, facts, why="Flood.", by_id=1, now=utc_now()),
}


ORDER = ("drop", "add", "excuse", "return", "add", "move", "somebody leaves", "team comes", "team is renamed")


def test_run_page_kept_open_equals_a_fresh_one(house: House, world: World) -> None:
    round_id = world.rounds[world.tide.cohort]
    for name in (*ORDER, "conflict", "cancel"):

        def act(deed: Deed = ON_RUN[name]) -> None:
            with house.database(writing=True) as db:
                deed(db, world, facts_of(db, round_id))

        assert_live_equals_fresh(house, world.people["Farid"], f"/rounds/{round_id}/run", act)


@pytest.mark.parametrize("name", ["Amara", "Esi", "Farid"])
def test_round_kept_open_equals_a_fresh_one(house: House, world: World, name: str) -> None:
    round_id = world.rounds[world.tide.cohort]
    for page in (f"/rounds/{round_id}", f"/cohorts/{world.tide.cohort}/rounds", f"/cohorts/{world.tide.cohort}"):
        for deed in (_move, ON_RUN["cancel"]) if page.startswith("/rounds") else (_release,):

            def act(deed: Deed = deed) -> None:
                with house.database(writing=True) as db:
                    deed(db, world, facts_of(db, round_id))

            assert_live_equals_fresh(house, world.people[name], page, act)


def _release(db: Db, world: World, facts: RoundFacts) -> None:
    made = planned(db, world.tide.cohort, world.people["Farid"], plan_of(utc_now(), repeats=True), utc_now())
    rounds.release(db, made, by_id=world.people["Farid"], now=utc_now())
    assert rounds.read(db, ROUND.c.id == made.id)[0].released_at
