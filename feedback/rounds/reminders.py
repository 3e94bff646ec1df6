"""Reminders: mails to the people of teams that owe feedback, 48 and 12 hours before the reveal or by a facilitator; and
to those of teams that owe a document, as long before it is due.

Each is written once for a person and a reveal, in their language and their zone, and none after their team has signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from cohorts.models import Cohort, Membership, Programme, Removal, Role, Team
from feedback.rounds import bells, documents
from feedback.rounds.models import Reminded, Unreminded
from feedback.rounds.pairs import GIVEN, PAIR
from feedback.rounds.phases import Phase, phase
from feedback.rounds.rounds import DOCUMENT, ROUND, ROUND_TEAM, RoundFacts, read
from feedback.rounds.telling import Concerned, concerned
from people.models import Person
from server.clock import utc_now
from server.db import Db
from server.jobs import Running, enqueue
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
_NOT: Any = Unreminded.__table__  # type: ignore[attr-defined]

BY_HAND, REMINDS_ALL = "by hand", "round reminds all"
# Nobody is written to by hand twice in that time, however many facilitators press the button.
AGAIN_AFTER = timedelta(hours=6)
# So many mails are written in one transaction: SQLite has one writer.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Owing:
    """Somebody whose team, or teams (`team_ids`), owe feedback to `teams`, by name. `zone` is an IANA name, the
    programme's where theirs is not known."""

    person_id: int
    name: str
    email: str
    language: str
    zone: str
    teams: tuple[str, ...]
    team_ids: tuple[int, ...]


def owing(db: Db, facts: RoundFacts, team_id: int | None = None) -> list[Owing]:
    """Who owes feedback now and wants to be reminded, of all teams or of one: one query."""
    refused = select(_NOT.c.person_id).where(_NOT.c.round_id == facts.id)
    rows = db.execute(
        select(*(_PERSON.c[name] for name in ("id", "name", "email", "language", "time_zone")))
        .add_columns(_PROGRAMME.c.time_zone.label("there"), _TEAM.c.name.label("team"), PAIR.c.giver_id)
        .select_from(PAIR.outerjoin(GIVEN, GIVEN.c.pair_id == PAIR.c.id))
        .join(_TEAM, _TEAM.c.id == PAIR.c.receiver_id)
        .join(_COHORT, _COHORT.c.id == _TEAM.c.cohort_id)
        .join(_PROGRAMME, _PROGRAMME.c.id == _COHORT.c.programme_id)
        .join(_HELD, (_HELD.c.team_id == PAIR.c.giver_id) & (_HELD.c.role == Role.MEMBER))
        .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
        .join(_PERSON, _PERSON.c.id == _HELD.c.person_id)
        .where(PAIR.c.round_id == facts.id, PAIR.c.dropped_at.is_(None), GIVEN.c.pair_id.is_(None))
        .where(_GONE.c.membership_id.is_(None), _PERSON.c.id.not_in(refused))
        .where(*([PAIR.c.giver_id == team_id] if team_id is not None else []))
        .order_by(_PERSON.c.id, _TEAM.c.name)
    )
    found: dict[int, Owing] = {}
    for id_, name, email, language, own, there, team, giver_id in rows:
        before = found.get(id_)
        teams = (*before.teams, team) if before else (team,)
        givers = (*before.team_ids, giver_id) if before else (giver_id,)
        each = tuple(dict.fromkeys(teams)), tuple(dict.fromkeys(givers))
        found[id_] = Owing(id_, name, email, language, own or there, *each)
    return list(found.values())


def owing_documents(db: Db, facts: RoundFacts, team_id: int | None = None) -> list[Concerned]:
    """Who is to hand in a document and wants to be reminded, of all teams or of one."""
    lacking = documents.lacking(db, facts)
    here = lacking if team_id is None else lacking & {team_id}
    refused = set(db.execute(select(_NOT.c.person_id).where(_NOT.c.round_id == facts.id)).scalars())
    found = concerned(db, facts, ROUND_TEAM.c.team_id.in_(here)) if here else []
    return [one for one in found if one.person_id not in refused]


def run_reminders(running: Running) -> None:
    """Write to everybody who owes. A round that was moved, revealed or called off meanwhile writes to nobody."""
    given, house = running.given, running.tools
    left = True
    while left:
        with running.step() as db:
            left = remind_some(
                db,
                house.pages,
                house.settings.origin,
                round_id=given["round"],
                kind=given["when"],
                due_at=datetime.fromisoformat(given["due"]),
                now=utc_now(),
            )


def remind_some(
    db: Db, pages: Pages, origin: str, *, round_id: int, kind: str, due_at: datetime, now: datetime
) -> bool:
    """Write to some of those who owe and were not written to for this time; False: nobody is left."""
    for facts in read(db, ROUND.c.id == round_id):
        document = kind.startswith(DOCUMENT)
        due, wanted = (facts.hand_in_by, Phase.WAITING) if document else (facts.reveals_at, Phase.OPEN)
        if due != due_at or phase(facts, now) != wanted:
            continue
        told = (_TOLD.c.round_id == facts.id) & (_TOLD.c.kind == kind) & (_TOLD.c.due_at == due_at)
        done = set(db.execute(select(_TOLD.c.person_id).where(told)).scalars())
        owe: Sequence[Owing | Concerned] = owing_documents(db, facts) if document else owing(db, facts)
        waiting = [one for one in owe if one.person_id not in done]
        _write(db, pages, origin, facts, waiting[:AT_ONCE], kind, due_at, now)
        return len(waiting) > AT_ONCE
    return False


def remind_all(db: Db, facts: RoundFacts, now: datetime) -> None:
    """Ask for a mail to everybody who owes something now. Asked for twice, it is written once."""
    enqueue(db, REMINDS_ALL, now=now, key=f"round-{facts.id}-reminds-all", round=facts.id)


def run_reminding_all(running: Running) -> None:
    """Write to everybody who owes, as if each team had been reminded by hand."""
    house, left = running.tools, True
    while left:
        with running.step() as db:
            found = read(db, ROUND.c.id == running.given["round"])
            left = any(remind_now(db, house.pages, house.settings.origin, one, utc_now()) for one in found)


def remind_now(
    db: Db, pages: Pages, origin: str, facts: RoundFacts, now: datetime, *, team_id: int | None = None
) -> int:
    """Write to some of those who owe now, of all teams or of one; how many. Nobody gets two of these in a few hours."""
    sent, reached = 0, phase(facts, now)
    owed: dict[str, Sequence[Owing | Concerned]] = {}
    if reached in (Phase.WAITING, Phase.OPEN):
        owed[f"{DOCUMENT}{BY_HAND}"] = owing_documents(db, facts, team_id)
    if reached in (Phase.OPEN, Phase.REVEALED):
        owed[BY_HAND] = owing(db, facts, team_id)
    for kind, owe in owed.items():
        told = (_TOLD.c.round_id == facts.id) & (_TOLD.c.kind == kind) & (_TOLD.c.at > now - AGAIN_AFTER)
        recent = set(db.execute(select(_TOLD.c.person_id).where(told)).scalars())
        waiting = [one for one in owe if one.person_id not in recent][:AT_ONCE]
        _write(db, pages, origin, facts, waiting, kind, now, now)
        sent += len(waiting)
    return sent


def _write(
    db: Db,
    pages: Pages,
    origin: str,
    facts: RoundFacts,
    waiting: Sequence[Owing | Concerned],
    kind: str,
    due_at: datetime,
    now: datetime,
) -> None:
    document = kind.startswith(DOCUMENT)
    words = N_("Your document is due: %(round)s") if document else N_("Your feedback is due: %(round)s")
    late = phase(facts, now) == Phase.REVEALED
    expires_at = facts.opens_at if document and facts.opens_at > now else facts.reveals_at
    expires_at = facts.closes_at if late else expires_at
    for one in waiting:
        language = choose(one.language, "", tuple(pages.languages.values()))
        context = {"to": one, "round": facts, "at": f"{origin}/rounds/{facts.id}", "late": late}
        subject = pages.say(Message(words, {"round": facts.title}), language)
        text = pages.text(f"mail/round_{'document' if document else 'reminder'}.txt", context, language)
        post(db, one.email, subject[:200], text, now, kind="feedback reminder", expires_at=expires_at)
        named = {"round_id": facts.id, "person_id": one.person_id, "kind": kind, "due_at": due_at, "at": now}
        db.execute(insert(Reminded).values(**named))
    _ring(db, facts, waiting, bells.DOCUMENT_DUE if document else bells.DUE, now)


def _ring(db: Db, facts: RoundFacts, waiting: Sequence[Owing | Concerned], kind: str, now: datetime) -> None:
    """The same at their bells; the mail is written already."""
    by_team: dict[int, list[int]] = {}
    for one in waiting:
        for team_id in one.team_ids:
            by_team.setdefault(team_id, []).append(one.person_id)
    for team_id, people in by_team.items():
        url = f"/rounds/{facts.id}/teams/{team_id}"
        bells.tell_team(db, facts, team_id, kind, url=url, people=people, now=now)
    bells.mailed(db, [one.person_id for one in waiting], kind, now)


def wants_reminders(db: Db, round_id: int, person_id: int) -> bool:
    """Whether somebody is reminded of that round."""
    return db.get(Unreminded, (round_id, person_id)) is None


def stop(db: Db, round_id: int, person_id: int, now: datetime) -> None:
    """Remind somebody of that round no more. Harmless twice."""
    if wants_reminders(db, round_id, person_id):
        db.add(Unreminded(round_id=round_id, person_id=person_id, at=now))


def start(db: Db, round_id: int, person_id: int) -> None:
    """Remind them again."""
    db.execute(delete(_NOT).where(_NOT.c.round_id == round_id, _NOT.c.person_id == person_id))
