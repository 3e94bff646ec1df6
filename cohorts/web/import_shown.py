"""How an import looks, and its stream: how far it is, and what its rows would do or have done.

The audience are those who run the cohort; all of them see the same, so there is one vantage for each language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cohorts import imports
from cohorts.checking import WHOLE, Plan
from cohorts.columns import COLUMNS
from cohorts.imports import Counts, ImportFacts, Outcome, RowFacts, State
from cohorts.models import Role
from cohorts.policies import Vantage
from cohorts.web.import_doors import open_import_of_stream
from server.calls import Call
from server.db import Db
from server.languages import N_
from server.live.kinds import Kind, Placed
from server.pages import Fragment
from server.refusals import Message

# So many rows stand on the page of an import; all of them are on pages of their own.
ON_PAGE = 50

COLUMN_WORDS: dict[str, str] = {
    WHOLE: N_("The whole row"),
    "team": N_("Team"),
    "organisation": N_("Organisation"),
    "country": N_("Country"),
    "sector": N_("Sector"),
    "part": N_("Part"),
    "role": N_("Role"),
    "name": N_("Name"),
    "email": N_("Email address"),
    "language": N_("Language"),
    "time zone": N_("Time zone"),
}
PLAN_WORDS: dict[str, str] = {
    Plan.WRONG: N_("Has errors"),
    Plan.FOUND: N_("A new team, and an invitation"),
    Plan.INVITE: N_("An invitation"),
    Plan.MEMBER: N_("Has this role already"),
    Plan.ASKED: N_("Is invited already"),
}
OUTCOME_WORDS: dict[str, str] = {
    Outcome.FOUNDED: N_("Team made, person invited"),
    Outcome.INVITED: N_("Invited"),
    Outcome.MEMBER: N_("Had this role already"),
    Outcome.ASKED: N_("Was invited already"),
    Outcome.STOPPED: N_("Stopped before its turn"),
    Outcome.LOST: N_("The person asked to be erased"),
    Outcome.REFUSED: N_("The team has another organisation by now"),
}
ROLE_WORDS: dict[str, str] = {Role.ADVISER: N_("Adviser"), Role.SPONSOR: N_("Sponsor")}
FORGOTTEN = "forgotten"
DONE_WELL = (Outcome.FOUNDED, Outcome.INVITED)


class Values(dict[str, object]):
    """Values of a message in a fragment: what a fragment shows is the key under which it is kept."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


def _kept(message: Message) -> Message:
    return Message(message.msgid, Values(message.values))


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one cell: the column's msgid, what was typed there, and why it cannot be taken."""

    column: str
    typed: str
    why: Message


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row as a line of a table. `word` is the msgid of what will happen or has happened, `role` that of a role that
    is no team's; empty for members."""

    number: int
    name: str
    email: str
    team: str
    organisation: str
    country: str
    role: str
    word: str
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is; `mails` and `teams`: what confirming it would send and make."""

    id: int
    cohort_id: int
    state: str
    done: int
    total: int
    problem: Message | None
    rows: int
    wrong: int
    there: int
    teams: int
    mails: int
    invited: int
    founded: int
    stopped: int
    confirmed_at: datetime | None
    applied_at: datetime | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The first rows of an import, those with errors before the others; `more`: how many are not shown."""

    id: int
    ignored: tuple[str, ...]
    wrong: tuple[RowShown, ...]
    good: tuple[RowShown, ...]
    more_wrong: int
    more_good: int
    over: bool


def row_shown(row: RowFacts) -> RowShown:
    """A row in words. What was understood is shown where the cell is right, what was typed where it is not."""
    wrong_in = set(COLUMNS) if WHOLE in row.errors else set(row.errors)
    said = {name: row.meant.get(name, "") if name not in wrong_in else row.typed.get(name, "") for name in COLUMNS}
    word = OUTCOME_WORDS.get(row.outcome) or PLAN_WORDS[row.plan]
    wrong = tuple(Wrong(COLUMN_WORDS[name], row.typed.get(name, ""), _kept(why)) for name, why in row.errors.items())
    country, role = row.meant.get("country", ""), ROLE_WORDS.get(row.meant.get("role", ""), "")
    return RowShown(
        row.number, said["name"], said["email"], said["team"], said["organisation"], country, role, word, wrong
    )


def progress(one: ImportFacts, told: Counts) -> Fragment:
    """How far it is."""
    shown = Progress(
        id=one.id,
        cohort_id=one.cohort_id,
        # A list that was imported has rows, unless they were cleared away since.
        state=one.state.value if told.rows or one.state is not State.DONE else FORGOTTEN,
        done=one.done,
        total=one.total,
        problem=_kept(one.problem) if one.problem else None,
        rows=told.rows,
        wrong=told.plans.get(Plan.WRONG, 0),
        there=told.there,
        teams=told.plans.get(Plan.FOUND, 0),
        mails=told.to_do,
        invited=sum(told.outcomes.get(outcome, 0) for outcome in DONE_WELL),
        founded=told.outcomes.get(Outcome.FOUNDED, 0),
        stopped=told.outcomes.get(Outcome.STOPPED, 0),
        confirmed_at=one.confirmed_at,
        applied_at=one.applied_at,
        time_zone=one.time_zone,
    )
    return Fragment("cohorts/_import_progress.html", shown, imports.progress(one.id))


def listing(db: Db, one: ImportFacts, told: Counts) -> Fragment:
    """What is in it, once it has been read. While it is applied the rows stand still: 5,000 of them would not help."""
    wrong: Sequence[RowFacts] = ()
    good: Sequence[RowFacts] = ()
    if one.read_at and one.state in (State.READY, State.APPLYING, State.DONE, State.STUCK):
        wrong = imports.rows(db, one.id, most=ON_PAGE, wrong=True)
        good = imports.rows(db, one.id, most=ON_PAGE, wrong=False)
    all_wrong = told.plans.get(Plan.WRONG, 0)
    over = one.state is State.DONE
    applying = one.state in (State.APPLYING, State.STUCK)
    shown = Listing(
        id=one.id,
        ignored=one.ignored if one.state is State.READY else (),
        wrong=tuple(row_shown(row) for row in wrong),
        good=tuple(row_shown(row) for row in good) if not applying else (),
        more_wrong=max(all_wrong - len(wrong), 0),
        more_good=max(told.rows - all_wrong - len(good), 0) if wrong or good else 0,
        over=over,
    )
    return Fragment("cohorts/_import_rows.html", shown, imports.listing(one.id))


def _listen(call: Call, stream_id: int) -> Vantage:
    open_import_of_stream(call, stream_id)
    return Vantage(frozenset(), frozenset(), call.language.tag)


def _show(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    one = imports.of_stream(db, stream_id)
    if one is None:
        return [Placed(name, None) for name in regions]
    told = imports.counts(db, one.id)
    makers = {
        imports.progress(one.id): lambda: progress(one, told),
        imports.listing(one.id): lambda: listing(db, one, told),
    }
    return [Placed(name, makers[name]()) for name in regions if name in makers]


kinds = [Kind("import", _listen, _show)]
