"""A circle under the Chatham House rule: invented people of three teams and the board speak of what went wrong, and
nobody reads who says what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from cohorts import cohorts, initiatives, memberships, teams
from cohorts.models import Attribution, Cohort, Part, Programme, Role
from demo.conversations import Event, Table
from demo.people import add_organisation
from demo.samples import Remark, SampleOrganisation
from demo.samples import teams as sample_teams
from feedback import threads
from feedback.rounds.rounds import LISTS as ROUND_LISTS
from people.models import Person
from server.clock import zone
from server.db import Db
from sessions import sessions

NAME = "Frank talk"
PURPOSE = "What went wrong, what we would not do again, and what nobody writes into a report."
CIRCLES: dict[str, dict[str, str]] = {
    "The pilot that never ended": {
        "challenge": "Our pilot works, and for three years nobody has decided whether it becomes the normal way.",
        "context": "Every unit that could pay for it has a reason to wait for another one.",
        "tried": "Reports, a prize, and two visits of a minister.",
        "asked": "How did you get from a pilot that everybody likes to a decision that somebody signs?",
    },
    "The consultants left": {
        "challenge": "What was built for us cannot be changed by us.",
        "context": "The contract paid for a product and not for people who understand it.",
        "tried": "A second contract with the same firm.",
        "asked": "What would you write into the contract today?",
    },
    "Nobody used it": {
        "challenge": "We opened a service that a hundred people asked for, and eleven use it.",
        "context": "Those who asked were the people we already knew.",
        "tried": "More posters.",
        "asked": "When did you notice, and what did you stop?",
    },
}
BOARD = ("meilin.goh", "tomas.arriaga", "wilhelmina.boateng")
# Of each circle: who speaks (a number of its people, or of the board), how many days ago, and what; "+" answers.
SAID: dict[str, tuple[tuple[str, int, str], ...]] = {
    "The pilot that never ended": (
        (
            "1",
            19,
            "We stopped asking for a decision and named a day on which we would switch it off. It took nine days.",
        ),
        ("+0", 18, "Did anybody hold it against you afterwards?"),
        ("+1", 18, "One of them still does. I would do it again."),
        ("b0", 12, "Who would lose something if it became normal? Nobody in your text does, and that cannot be right."),
        ("+0", 11, "A colleague would lose a unit. We never said so aloud."),
    ),
    "The consultants left": (
        ("0", 16, "We now ask that two of us can deploy a change before the last invoice is paid."),
        ("b1", 9, "In one city the answer was to pay for a year of sitting beside each other. It was cheaper."),
    ),
    "Nobody used it": (
        ("1", 14, "We knew after a month. We told the board after a year, because the report had praised it."),
        ("+b2", 13, "What would have had to be different for you to tell them after a month?"),
        ("+0", 12, "That somebody else had told of a failure first."),
    ),
}


def open_circle(db: Db, programme: Programme, cast: Mapping[str, Person], began: datetime) -> Cohort:
    """The cohort with its teams, whose people are at home in teams of the learning track too."""
    cohort = cohorts.create(db, programme, name=NAME, purpose=PURPOSE, attribution=Attribution.ROLE)
    ROUND_LISTS.begin(db, cohort)
    sessions.LISTS.begin(db, cohort)
    for handle in BOARD:
        memberships.join(db, person=cast[handle], role=Role.ADVISER, cohort_id=cohort.id, now=began)
    for name, members in _people().items():
        house = SampleOrganisation(f"Circle: {name}", "FR", "public", ("en",), "Europe/Paris")
        team = teams.create(db, cohort, add_organisation(db, house), name=name, part=Part.LEARNS, sample=True)
        for handle in members:
            memberships.join(db, person=cast[handle], role=Role.MEMBER, team_id=team.id, now=began)
        texts: dict[str, Any] = {"title": name, **CIRCLES[name]}
        begun = initiatives.start(db, team, **texts, now=began + timedelta(days=2))
        threads.open_for_new(db, [begun])
    return cohort


def _people() -> dict[str, tuple[str, ...]]:
    """Two people for each circle: the last ones of their teams, who are not the first somebody enters the demo as."""
    last = [team.members[-1].handle for team in sample_teams() if len(team.members) > 1]
    return {name: (last[2 * place], last[2 * place + 1]) for place, name in enumerate(CIRCLES)}


def events(db: Db, cohort: Cohort, cast: Mapping[str, Person], now: datetime) -> Iterator[Event]:
    """What is said there, each by day where its speaker lives."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    by_team = {one.team.name: one for one in initiatives.read(db) if one.team.cohort_id == cohort.id}
    for name, members in _people().items():
        table = Table(db, by_team[name], cast)
        top: Remark | None = None
        for place, (who, days, text) in enumerate(SAID[name]):
            handle = BOARD[int(who[-1])] if "b" in who else members[int(who[-1])]
            day = (midnight - timedelta(days=days)).date()
            spoken = datetime.combine(day, time(10 + place, 20), zone(cast[handle].time_zone))
            remark = Remark(handle, midnight - spoken, text, "en", None, None, ())
            parent = top if who.startswith("+") else None
            top = top if parent else remark
            yield Event(remark.ago, partial(table.say, remark, parent))
