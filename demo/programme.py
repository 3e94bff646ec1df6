"""Fills an empty database: the first edition with its cohorts and real teams, then the invented people around them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cohorts import cohorts, initiatives, programmes, teams
from cohorts.models import Cohort, Part, Programme, Role
from demo import advice, attached, chatham, conversations, given, invited, people, rounds, talk
from demo import sessions as scheduled
from demo.samples import board
from demo.state import DemoState, state_in
from feedback import threads
from feedback.rounds.phases import Phase
from feedback.rounds.rounds import LISTS as ROUND_LISTS
from people import organisations
from people.models import Sector
from server.clock import utc_now
from server.db import Database, Db, refusal_of
from server.live.log import TOUCHED
from server.refusals import Busy
from sessions import sessions

FACTS = Path(__file__).parent / "first_edition.json"
LEARNING_TRACK = "learning track"
# The programme began some weeks before the visitor came, so that its conversations lie in the past.
BEGAN = timedelta(days=42)
# Seconds for which one start waits for another.
PATIENCE = 120.0

Facts = Mapping[str, Any]


def fill(database: Database, now: datetime | None = None) -> None:
    """Put the demo into the database if it is empty: all of it in one transaction, or nothing."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _fill(database, now)
        except DBAPIError as error:
            # Another start fills the same database, which takes seconds.
            if not isinstance(refusal_of(error), Busy) or time.monotonic() > until:
                raise


def _fill(database: Database, now: datetime | None) -> None:
    with database.transaction(writing=True) as db:
        if not database.is_sqlite:
            # Another start may be filling the same database; on SQLite the write lock sees to it.
            db.execute(text("LOCK TABLE programme IN EXCLUSIVE MODE"))
        if state_in(db) is DemoState.EMPTY:
            build(db, now or utc_now())
            # Nobody can have followed what was not there, so nothing needs to be told.
            db.info.pop(TOUCHED, None)


def build(db: Db, now: datetime) -> None:
    """The whole demo, in a database without a programme."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    began = now - BEGAN
    about = facts["programme"]
    calls = {name: about.pop(name) for name in ("call", "solutions")}
    programme = programmes.create(db, **about)
    places = {
        str(number): challenge_cohort(db, programme, challenge, calls, began)
        for number, challenge in enumerate(facts["challenges"], start=1)
    }
    places[LEARNING_TRACK] = track = learning_track(db, programme, facts["learning_track"], began)
    cast = people.add_board(db, programme, places, began) | people.add_teams(db, track, began)
    frank = chatham.open_circle(db, programme, cast, began)
    also = [
        *advice.events(db, track, cast, now),
        *advice.events(db, frank, cast, now),
        *chatham.events(db, frank, cast, now),
        *talk.events(db, track, cast, now),
    ]
    conversations.hold(db, track, cast, now, also=also)
    attached.add(db, now)
    host = next(cast[one.handle] for one in board() if one.role == Role.FACILITATOR)
    invited.add_invitations(db, track, host, now)
    held = rounds.hold(db, track, host, now)
    given.fill(db, held, now)
    advice.ask_about_a_point(db, held[Phase.CLOSED], cast, now - timedelta(days=4))
    scheduled.hold(db, track, cast, now)


def challenge_cohort(db: Db, programme: Programme, challenge: Facts, calls: Facts, began: datetime) -> Cohort:
    """The owner who asks and the two providers who bring, with nothing but what is known of them."""
    cohort = cohorts.create(db, programme, name=challenge["title"], purpose=challenge["question"])
    ROUND_LISTS.begin(db, cohort)
    sessions.LISTS.begin(db, cohort)
    owner = challenge["owner"]
    themes = ", ".join(challenge["themes"])
    asking = {
        "title": challenge["title"],
        "challenge": challenge["problem"],
        "context": f"{calls['call']} Themes: {themes}.",
        "asked": challenge["question"],
    }
    real_team(db, cohort, owner, Part.ASKS, asking, began)
    for provider in challenge["providers"]:
        bringing = {
            "title": provider["title"],
            "context": f"Brings its experience to the challenge “{challenge['title']}” of {owner['name']}. "
            + calls["solutions"],
            "tried": provider["brings"],
        }
        real_team(db, cohort, provider, Part.BRINGS, bringing, began)
    return cohort


def learning_track(db: Db, programme: Programme, track: Facts, began: datetime) -> Cohort:
    """The cohort of thirty with its themes and the two teams that are known by name."""
    cohort = cohorts.create(db, programme, name=track["name"], purpose=track["purpose"])
    ROUND_LISTS.begin(db, cohort)
    assert cohort.id is not None
    sessions.announce(db, cohort, track["themes"], by_id=None, now=began)
    for team in track["teams"]:
        texts = {name: team[name] for name in ("title", "challenge", "asked")}
        real_team(db, cohort, team, Part.LEARNS, texts, began)
    return cohort


def real_team(db: Db, cohort: Cohort, facts: Facts, part: Part, texts: Mapping[str, Any], began: datetime) -> None:
    """The team of a real organisation: it has no members here, because nobody may be invented for it."""
    organisation = organisations.add(
        db,
        name=facts["name"],
        country=facts["country"],
        sector=Sector(facts.get("sector", Sector.PUBLIC)),
        languages=facts["languages"],
        time_zone=facts["time_zone"],
    )
    team = teams.create(db, cohort, organisation, name=facts["name"], part=part)
    threads.open_for_new(db, [initiatives.start(db, team, **texts, now=began)])
