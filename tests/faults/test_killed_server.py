"""`sweetspot serve` killed while twenty people post: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

from websockets.exceptions import ConnectionClosed

from cohorts import initiatives, teams
from cohorts.models import Cohort, Part, Team
from feedback import threads
from people.models import Organisation
from server.clock import utc_now
from tests.faults.crowd import Crowd, arrive, joined, said_in
from tests.faults.installation import Installation, installed
from tests.live.follower import Follower
from tests.live.harness import assert_same
from tests.world import World, of

ROUNDS, PEOPLE, MOST_EACH = 20, 20, 12
WATCHING = ("Amara", "Chiara", "Farid")


def initiative(house: Installation, world: World, number: int) -> tuple[int, int]:
    """A new team's initiative: its id, and that of its talk. One page for twenty rounds would only be slow."""
    with house.database(writing=True) as db:
        cohort, tide = db.get_one(Cohort, world.tide.cohort), db.get_one(Team, world.tide.team)
        office = db.get_one(Organisation, tide.organisation_id)
        team = teams.create(db, cohort, office, name=f"Team {number}", part=Part.ASKS)
        texts = dict.fromkeys(("challenge", "context", "tried", "asked", "released_summary"), "Words.")
        new = initiatives.start(db, team, title=f"Round {number}", by_id=world.people["Amara"], now=utc_now(), **texts)
        threads.open_for_new(db, [new])
        return of(new.id), threads.of_cohort(db, of(new.id))


def catches_up(page: Follower) -> tuple[str, str]:
    """What a browser does by itself after its server was away: connect again from where the page is."""
    for _ in range(5):
        if page.socket is None:
            page.connect()
        try:
            return page.settle()
        except ConnectionClosed:
            page.socket = None
    raise AssertionError("the page is closed again and again")


def test_nothing_is_lost_or_doubled(durable: tuple[str, World], tell: Callable[[str], None]) -> None:
    seed = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1_000_000))
    chance, began = random.Random(seed), time.monotonic()
    taken, cut, reloads = 0, 0, 0
    with installed(durable[0]) as house:
        crowd = Crowd(house, arrive(house, durable[1], PEOPLE))
        for number in range(ROUNDS):
            where, thread = initiative(house, durable[1], number)
            pages = [Follower(house, durable[1].people[name], f"/initiatives/{where}") for name in WATCHING]
            for page in pages:
                page.connect()
            speakers = crowd.talk(thread, f"seed {seed} round {number}", MOST_EACH)
            time.sleep(chance.uniform(0.05, 0.4))
            house.kill()
            crowd.enough.set()
            house.start()
            joined(speakers)
            heard, there = crowd.heard, said_in(house, thread)
            assert set(heard.answers) <= {0, 303, 503}, f"seed {seed}, round {number}: {heard.answers}"
            assert there == dict.fromkeys(heard.taken, 1), f"seed {seed}, round {number}"
            for page in pages:
                assert_same(*catches_up(page), f"seed {seed}, round {number}, {page.path}")
                reloads += page.resyncs
                page.cut()
            taken, cut = taken + len(heard.taken), cut + heard.answers[0]
        starts = sum(house.started_in) / len(house.started_in)
        assert "Traceback" not in house.log(), house.log()[-3000:]
    assert cut > ROUNDS, "nobody was cut"
    tell(
        f"{ROUNDS} kills (seed {seed}): {taken} comments acknowledged, each there once; {cut} requests cut, "
        f"{reloads} of {ROUNDS * len(WATCHING)} pages loaded again; a start {starts:.2f} s; "
        f"{time.monotonic() - began:.0f} s in all"
    )
