"""What is told when the clock opens or reveals a round: a notice for everybody concerned, and of the reveal a mail too.

It is told in steps beside the pages' turning over, and noted with each notice: a process that is killed tells nobody
twice, and nobody is forgotten. Whoever wants mail once a day, or none, gets no mail of its own about the reveal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select

from cohorts.models import Cohort, Membership, Programme, Removal, Role, Team
from feedback import follows
from feedback.follows import SETTING
from feedback.models import MailWish
from feedback.rounds import bells
from feedback.rounds.models import Reminded
from feedback.rounds.pairs import GIVEN, PAIR
from feedback.rounds.phases import Phase, phase
from feedback.rounds.rounds import ROUND, ROUND_TEAM, RoundFacts, read
from people.models import Person
from server.clock import utc_now
from server.db import Db
from server.jobs import Running
from server.languages import N_, choose
from server.mail import post
from server.pages import Pages
from server.refusals import Message

_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
_TOLD: Any = Reminded.__table__  # type: ignore[attr-defined]

# By the time at which it is told: the notice, and the phase the round must be in then.
AT = {"opens_at": (bells.OPENED, Phase.OPEN), "reveals_at": (bells.REVEALED, Phase.REVEALED)}
# So many people are told in one transaction: SQLite has one writer.
AT_ONCE = 50
_WISH = func.coalesce(SETTING.c.mail, MailWish.AT_ONCE)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody to be told, with the teams it is about, by id and name. `zone` is an IANA name, the programme's where
    theirs is not known; `wish`: when they want mail."""

    person_id: int
    name: str
    email: str
    language: str
    zone: str
    wish: str
    teams: tuple[tuple[int, str], ...]

    @property
    def team_ids(self) -> tuple[int, ...]:
        """The teams alone."""
        return tuple(id_ for id_, _ in self.teams)


def at_time(facts: RoundFacts, time: str) -> ColumnElement[bool]:
    """The condition on the teams of a round whose people are told at that time: they give, or they received."""
    mine = (PAIR.c.round_id == facts.id) & PAIR.c.dropped_at.is_(None)
    if time == "opens_at":
        return select(PAIR.c.id).where(mine, PAIR.c.giver_id == ROUND_TEAM.c.team_id).exists()
    got = select(PAIR.c.id).join_from(PAIR, GIVEN, GIVEN.c.pair_id == PAIR.c.id)
    return got.where(mine, PAIR.c.receiver_id == ROUND_TEAM.c.team_id).exists()


def concerned(db: Db, facts: RoundFacts, *which: ColumnElement[bool]) -> list[Concerned]:
    """The people of the teams in a round that meet the conditions (on ROUND_TEAM): one query."""
    rows = db.execute(
        select(*(_PERSON.c[name] for name in ("id", "name", "email", "language", "time_zone")))
        .add_columns(_PROGRAMME.c.time_zone.label("there"), _WISH.label("wish"), _TEAM.c.id.label("team_id"))
        .add_columns(_TEAM.c.name.label("team"))
        .select_from(ROUND_TEAM.join(_TEAM, _TEAM.c.id == ROUND_TEAM.c.team_id))
        .join(_COHORT, _COHORT.c.id == _TEAM.c.cohort_id)
        .join(_PROGRAMME, _PROGRAMME.c.id == _COHORT.c.programme_id)
        .join(_HELD, (_HELD.c.team_id == _TEAM.c.id) & (_HELD.c.role == Role.MEMBER))
        .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
        .join(_PERSON, _PERSON.c.id == _HELD.c.person_id)
        .outerjoin(SETTING, SETTING.c.person_id == _PERSON.c.id)
        .where(ROUND_TEAM.c.round_id == facts.id, _GONE.c.membership_id.is_(None))
        .where(*which)
        .order_by(_PERSON.c.id, _TEAM.c.id)
    )
    found: dict[int, Concerned] = {}
    for row in rows:
        before = found[row.id].teams if row.id in found else ()
        teams = tuple(dict.fromkeys((*before, (row.team_id, row.team))))
        who = row.id, row.name, row.email, row.language
        found[row.id] = Concerned(*who, row.time_zone or row.there, row.wish, teams)
    return list(found.values())


def run_telling(running: Running) -> None:
    """Tell everybody concerned. A round that was moved or called off meanwhile tells nobody."""
    given, house = running.given, running.tools
    left = True
    while left:
        with running.step() as db:
            said = {"round_id": given["round"], "time": given["time"], "at": datetime.fromisoformat(given["told"])}
            left = tell_some(db, house.pages, house.settings.origin, **said, now=utc_now())


def tell_some(db: Db, pages: Pages, origin: str, *, round_id: int, time: str, at: datetime, now: datetime) -> bool:
    """Tell some of those concerned who were not told of that time yet; False: nobody is left."""
    kind, wanted = AT[time]
    for facts in read(db, ROUND.c.id == round_id):
        if getattr(facts, time) != at or phase(facts, now) != wanted:
            continue
        told = (_TOLD.c.round_id == facts.id) & (_TOLD.c.kind == kind) & (_TOLD.c.due_at == at)
        done = set(db.execute(select(_TOLD.c.person_id).where(told)).scalars())
        waiting = [one for one in concerned(db, facts, at_time(facts, time)) if one.person_id not in done]
        _tell(db, pages, origin, facts, waiting[:AT_ONCE], time, now)
        return len(waiting) > AT_ONCE
    return False


def _tell(
    db: Db, pages: Pages, origin: str, facts: RoundFacts, these: Sequence[Concerned], time: str, now: datetime
) -> None:
    if not these:
        return
    kind, behind = AT[time][0], "/received" if time == "reveals_at" else ""
    by_team: dict[int, list[int]] = defaultdict(list)
    for one in these:
        for team_id in one.team_ids:
            by_team[team_id].append(one.person_id)
    for team_id, people in by_team.items():
        url = f"/rounds/{facts.id}/teams/{team_id}{behind}"
        bells.tell_team(db, facts, team_id, kind, url=url, people=people, now=now)
    named = {"round_id": facts.id, "kind": kind, "due_at": getattr(facts, time), "at": now}
    db.connection().execute(insert(Reminded), [{**named, "person_id": one.person_id} for one in these])
    if time == "reveals_at":
        at_once = [one for one in these if one.wish == MailWish.AT_ONCE]
        for one in at_once:
            _write(db, pages, origin, facts, one, now)
        bells.mailed(db, [one.person_id for one in at_once], kind, now)


def _write(db: Db, pages: Pages, origin: str, facts: RoundFacts, one: Concerned, now: datetime) -> None:
    language = choose(one.language, "", tuple(pages.languages.values()))
    stop = f"{origin}/unsubscribe/{follows.new_link(db, one.person_id, None, now=now)}"
    context = {"to": one, "round": facts, "at": f"{origin}/rounds/{facts.id}", "origin": origin, "stop": stop}
    subject = pages.say(Message(N_("Your feedback is here: %(round)s"), {"round": facts.title}), language)
    text = pages.text("mail/round_reveal.txt", context, language)
    told: dict[str, Any] = {"kind": "feedback reveal", "expires_at": facts.closes_at, "unsubscribe": stop}
    post(db, one.email, subject[:200], text, now, **told)
