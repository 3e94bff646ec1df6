"""What is shown of polls: to everybody, without a trace of votes until the results are revealed; and to those who run
the room. Who chose what is named where the poll, the session and the cohort allow it, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cohorts.identity import Author, listed_as, shown_as, stricter
from cohorts.models import Attribution
from cohorts.policies import Vantage
from server.db import Db
from server.live.kinds import shared
from server.pages import Fragment
from sessions.room import polls, tallies
from sessions.room.models import PollKind
from sessions.room.polls import LEVELS, PollFacts
from sessions.room.rooms import RoomFacts
from sessions.room.tallies import Tally, Voted
from sessions.room.web.poll_forms import KINDS

# The weights of open words: the class of the most written has the last of them.
WEIGHTS = 5
# More than there will be polls: what is open stands before what is over.
_FIRST = 10**12


class WordShown(NamedTuple):
    """A word that so many `persons` wrote; `weight` from 1 to WEIGHTS."""

    text: str
    persons: int
    weight: int


class ResultShown(NamedTuple):
    """What came out. `answered`: persons; `rows`: what could be chosen and by how many it was; `named`: who chose it,
    empty where nobody is named."""

    answered: int
    rows: tuple[tuple[str, int], ...]
    words: tuple[WordShown, ...]
    mean: float | None
    named: tuple[tuple[str, tuple[str, ...]], ...]


class PollShown(NamedTuple):
    """A poll as everybody in the room sees it. `order`: those that are open first, then the latest; `result` None: not
    revealed."""

    id: int
    order: int
    kind: str
    question: str
    is_named: bool
    options: tuple[tuple[int, str], ...]
    is_open: bool
    result: ResultShown | None


class PollRunShown(NamedTuple):
    """A poll as those who run the room see it. `kind` is a msgid; `waits`: who came and has not answered a named poll
    that is open, None: that is not told; `result` None: everybody reads it; `is_over`: the room is."""

    id: int
    order: int
    kind: str
    question: str
    is_named: bool
    options: tuple[str, ...]
    is_prepared: bool
    is_open: bool
    is_revealed: bool
    is_over: bool
    result: ResultShown | None
    waits: tuple[str, ...] | None
    version: int


class WallShown(NamedTuple):
    """The poll a room is at, on its wall: nobody is named there. Empty where there is none."""

    polls: tuple[PollShown, ...]


def polls_of(db: Db, room: RoomFacts) -> list[PollFacts]:
    """The polls of a room, the latest first."""
    return shared(db, ("polls of", room.slot_id), lambda: polls.of_slot(db, room.slot_id))


def tallies_of(db: Db, found: Iterable[PollFacts]) -> dict[int, Tally]:
    """How they stand."""
    ids = tuple(poll.id for poll in found)
    return shared(db, ("tallies of", ids), lambda: tallies.of_polls(db, ids))


def choices_of(poll: PollFacts) -> tuple[tuple[int, str], ...]:
    """What can be chosen, and what it is called."""
    return tuple((level, str(level)) for level in LEVELS) if poll.kind == PollKind.SCALE else poll.options


def is_named(poll: PollFacts, vantage: Vantage) -> bool:
    """Whether it may be read who chose what: never where the room's rule tells less."""
    return not poll.secret and vantage.attribution == Attribution.NAMED


def for_all(
    db: Db, vantage: Vantage, room: RoomFacts, found: Sequence[PollFacts], wanted: Sequence[PollFacts]
) -> list[Fragment]:
    """Those polls that are wanted as everybody sees them."""
    revealed = [poll for poll in found if poll.opened_at is not None and poll.revealed_at is not None]
    counted = tallies_of(db, [poll for poll in revealed if poll in wanted])
    shown = [_shown(db, vantage, room, poll, counted.get(poll.id)) for poll in wanted if poll.opened_at is not None]
    return sorted(shown, key=lambda one: one.context.order)  # type: ignore[attr-defined]


def on_wall(db: Db, vantage: Vantage, room: RoomFacts, found: Sequence[PollFacts]) -> Fragment:
    """The latest poll that is open, else the latest whose results are shown."""
    opened = [poll for poll in found if poll.opened_at is not None]
    now = next((poll for poll in opened if poll.is_open), None) or next((p for p in opened if p.revealed_at), None)
    shown = [one.context for one in for_all(db, vantage, room, found, [now])] if now else ()
    polls_ = tuple(one._replace(result=one.result and one.result._replace(named=())) for one in shown)  # type: ignore[attr-defined]
    return Fragment("room/_poll_wall.html", WallShown(polls_), f"poll-wall-{room.slot_id}")


def _shown(db: Db, vantage: Vantage, room: RoomFacts, poll: PollFacts, tally: Tally | None) -> Fragment:
    is_open = poll.is_open and room.ended_at is None
    shown = PollShown(
        poll.id,
        -poll.id - (_FIRST if is_open else 0),
        poll.kind,
        poll.question,
        is_named(poll, vantage),
        choices_of(poll),
        is_open,
        _result(db, vantage, poll, tally) if tally else None,
    )
    return Fragment("room/_poll.html", shown, polls.region(poll.id))


def for_those_who_run(db: Db, vantage: Vantage, room: RoomFacts, wanted: Sequence[PollFacts]) -> list[Fragment]:
    """Those polls with how they stand."""
    counted = tallies_of(db, [poll for poll in wanted if poll.revealed_at is None])
    return [_run_shown(db, vantage, room, poll, counted.get(poll.id)) for poll in wanted]


def _run_shown(db: Db, vantage: Vantage, room: RoomFacts, poll: PollFacts, tally: Tally | None) -> Fragment:
    shown = PollRunShown(
        poll.id,
        -poll.id,
        KINDS[poll.kind][0],
        poll.question,
        is_named(poll, vantage),
        tuple(text for _, text in poll.options),
        poll.opened_at is None,
        poll.is_open,
        poll.revealed_at is not None,
        room.ended_at is not None,
        _result(db, vantage, poll, tally) if tally else None,
        _waits(db, vantage, room, poll),
        poll.version,
    )
    return Fragment("room/_poll_run.html", shown, polls.run_region(poll.id))


def _waits(db: Db, vantage: Vantage, room: RoomFacts, poll: PollFacts) -> tuple[str, ...] | None:
    if not (is_named(poll, vantage) and poll.is_open and room.ended_at is None):
        return None
    missing: list[Author] = shared(db, ("waited for", poll.id), lambda: tallies.waited_for(db, room.slot_id, poll.id))
    return tuple(listed_as(author, vantage).name for author in missing)


def _result(db: Db, vantage: Vantage, poll: PollFacts, tally: Tally) -> ResultShown:
    rows = tuple((text, tally.counts[number]) for number, text in choices_of(poll))
    most = tally.words[0].persons if tally.words else 1
    words = tuple(WordShown(one.text, one.persons, -(-WEIGHTS * one.persons // most)) for one in tally.words)
    mean = round(tally.mean, 1) if tally.mean is not None and poll.kind == PollKind.SCALE else None
    return ResultShown(tally.answered, rows, words, mean, _named(db, vantage, poll) if is_named(poll, vantage) else ())


def _named(db: Db, vantage: Vantage, poll: PollFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[Voted] = shared(db, ("voters in", poll.id), lambda: tallies.voters(db, poll.id))
    told = [one for one in found if stricter(one.attribution, vantage.attribution) == Attribution.NAMED]
    said = [(shown_as(one.author, one.attribution, vantage).name, one) for one in told]
    if poll.kind == PollKind.WORDS:
        return tuple((one.words, (name,)) for name, one in said)
    by_choice = ((text, tuple(name for name, one in said if number in one.chosen)) for number, text in choices_of(poll))
    return tuple((text, names) for text, names in by_choice if names)
