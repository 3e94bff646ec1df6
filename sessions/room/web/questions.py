"""Questions in the room: what everybody sees of them, the most wanted first, and what those who run the room do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from cohorts.identity import Byline, shown_as
from cohorts.policies import Vantage
from server.calls import Call, Door
from server.db import Db
from server.live.kinds import Placed, shared
from server.pages import Fragment, Piece
from server.refusals import NotAllowed, NotYours
from sessions.room import groups, questions
from sessions.room.models import QuestionState
from sessions.room.questions import QUESTION, SEEN, QuestionFacts, Spot, in_room
from sessions.room.rooms import RoomFacts
from sessions.room.web.ask_form import asked
from sessions.room.web.doors import OpenRoom, room_of_slot
from sessions.room.web.parts import RoomPart, known_in
from sessions.sessions import SessionFacts

# The way to the place of a group's questions, for those who may be in that group: called with (call, room, group id).
# The part that makes groups puts its own here.
group_spots: list[Callable[[Call, OpenRoom, int], Spot | None]] = []
# Open ones first; in a rank those that most want, then in the order in which they were asked.
_RANKS = (QuestionState.OPEN, QuestionState.PARKED, QuestionState.ANSWERED)
_RANK, _WANT = 10**14, 10**10
ON_WALL = 5


class QuestionShown(NamedTuple):
    """A question as everybody there sees it. `by` None: it is hidden or was withdrawn, and says nothing any more."""

    id: int
    order: int
    state: str
    text: str
    by: Byline | None
    wants: int
    answer: str
    is_over: bool


class WallShown(NamedTuple):
    """The questions that most want, on the wall of a room: words and how many want them, and nobody's name."""

    questions: tuple[tuple[str, int], ...]


class QuestionRunShown(NamedTuple):
    """A question as those who run the room see it. `group`: number and name of the group it was asked in; None: it was
    asked in the room."""

    id: int
    state: str
    text: str
    is_over: bool
    group: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question this reader may see, and where it was asked."""

    now: QuestionFacts
    spot: Spot
    room: OpenRoom
    is_own: bool

    @property
    def id(self) -> int:
        """The question's id."""
        return self.now.id

    @property
    def place(self) -> str:
        """Where it stands in its room."""
        group = "" if self.spot.group_id is None else f"/groups/{self.spot.group_id}"
        return f"/slots/{self.room.id}/room{group}#{questions.region(self.id)}"

    @property
    def run_place(self) -> str:
        """Where those who run the room find it: what groups ask comes to them in the room."""
        if self.spot.group_id is None:
            return self.place
        return f"/slots/{self.room.id}/room#{questions.run_region(self.id)}"


def open_question(call: Call) -> OpenQuestion:
    """The question the path names; what is hidden or withdrawn is there for its author and those who run the room."""
    found = questions.read(call.db, QUESTION.c.id == call.given["question"])
    if not found:
        assert call.signed_in
        raise NotYours
    one = found[0]
    room = room_of_slot(call, one.slot_id)
    spot = spot_of(call, room, one.group_id)
    is_own = one.author_id == call.signed_in.person_id
    may_see = one.state in SEEN or is_own or (room.runs and one.state == QuestionState.HIDDEN)
    if spot is None or not may_see:
        raise NotYours
    return OpenQuestion(one, spot, room, is_own)


def spot_of(call: Call, room: OpenRoom, group_id: int | None) -> Spot | None:
    """The place of the room, or of one of its groups; None: not theirs to be in."""
    if group_id is None:
        return in_room(room.now)
    return next((spot for way in group_spots if (spot := way(call, room, group_id))), None)


def _only(may: Callable[[OpenQuestion], bool]) -> Callable[[Call], OpenQuestion]:
    def opened(call: Call) -> OpenQuestion:
        found = open_question(call)
        if not (found.room.is_open and may(found)):
            raise NotAllowed
        return found

    return opened


OwnQuestionDoor = Annotated[OpenQuestion, Door(_only(lambda one: one.is_own))]
OthersQuestionDoor = Annotated[OpenQuestion, Door(_only(lambda one: not one.is_own))]
RunQuestionDoor = Annotated[OpenQuestion, Door(_only(lambda one: one.room.runs))]


def shown(one: QuestionFacts, vantage: Vantage, *, is_over: bool) -> Fragment:
    """A question as everybody there sees it."""
    seen = one.state in SEEN
    rank = _RANKS.index(QuestionState(one.state)) if seen else len(_RANKS)
    context = QuestionShown(
        one.id,
        rank * _RANK - (one.wants * _WANT if seen else 0) + one.id,
        one.state,
        one.text if seen else "",
        shown_as(one.author, one.attribution, vantage) if seen else None,
        one.wants if seen else 0,
        one.answer if seen else "",
        is_over,
    )
    return Fragment("room/_question.html", context, questions.region(one.id))


def runs_shown(db: Db, room: RoomFacts, found: Sequence[QuestionFacts]) -> list[Fragment]:
    """The same for those who run the room, whose own are those of all its groups too."""
    asked_in = {one.group_id for one in found} - {None}
    known = groups.known_in(db, room.slot_id) if asked_in else {}
    labels = {id_: (one.number, one.name) for id_, one in known.items()}
    is_over = room.ended_at is not None
    return [
        Fragment(
            "room/_question_run.html",
            QuestionRunShown(one.id, one.state, one.text, is_over, labels.get(one.group_id or 0)),
            questions.run_region(one.id),
        )
        for one in found
    ]


def placed(db: Db, vantage: Vantage, spot: Spot, regions: Sequence[str], *, is_over: bool) -> list[Placed]:
    """Those of the regions that are questions of that place."""
    ids = [int(end) for name in regions if (end := name.removeprefix("question-")).isdecimal()]
    found = questions.read(db, questions.here(spot), QUESTION.c.id.in_(sorted(ids))) if ids else ()
    return [
        Placed(one.dom_id, one, spot.list_id, owner_id=facts.author_id, elsewhere=True)
        for facts in found
        for one in [shown(facts, vantage, is_over=is_over)]
    ]


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown_now = placed(db, vantage, in_room(room), regions, is_over=room.ended_at is not None)
    wall = _on_wall(shared(db, ("questions of", room.slot_id), lambda: _all(db, room)), room)
    return [*shown_now, Placed(wall.dom_id, wall, elsewhere=True)]


def _all(db: Db, room: RoomFacts) -> list[QuestionFacts]:
    return questions.of_spot(db, in_room(room))


def _on_wall(found: Sequence[QuestionFacts], room: RoomFacts) -> Fragment:
    still = sorted((one for one in found if one.state == QuestionState.OPEN), key=lambda one: (-one.wants, one.id))
    shown_now = WallShown(tuple((one.text, one.wants) for one in still[:ON_WALL]))
    return Fragment("room/_question_wall.html", shown_now, f"question-wall-{room.slot_id}")


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    ids = [int(end) for name in regions if (end := name.removeprefix("question-run-")).isdecimal()]
    there = (QUESTION.c.slot_id == room.slot_id) & QUESTION.c.id.in_(sorted(ids))
    found = questions.read(db, there) if ids else []
    still = [one for one in found if one.state != QuestionState.WITHDRAWN]
    gone = [Placed(questions.run_region(one.id), None) for one in found if one.state == QuestionState.WITHDRAWN]
    into = f"questions-run-{room.slot_id}"
    return gone + [Placed(one.dom_id, one, into, elsewhere=True) for one in runs_shown(db, room, still)]


def listed(call: Call, room: OpenRoom, spot: Spot) -> list[Fragment]:
    """The questions of a place in the order of the page."""
    is_over = room.now.ended_at is not None
    found = [shown(one, room.vantage, is_over=is_over) for one in _of(call, spot)]
    return sorted(found, key=lambda one: one.context.order)  # type: ignore[attr-defined]


def _of(call: Call, spot: Spot) -> list[QuestionFacts]:
    return call.once(("questions of", spot), lambda: questions.of_spot(call.db, spot))


def _piece(call: Call, room: OpenRoom) -> Piece:
    spot = in_room(room.now)
    context = {
        "room": room,
        "spot": spot,
        "questions": listed(call, room, spot),
        "run": _run(call, room) if room.runs else None,
        "ask": asked(call, room, spot) if room.is_open else None,
    }
    return Piece("room/questions.html", context)


def _run(call: Call, room: OpenRoom) -> list[Fragment]:
    in_groups = questions.read(call.db, QUESTION.c.slot_id == room.id, QUESTION.c.group_id.is_not(None))
    found = sorted([*_of(call, in_room(room.now)), *in_groups], key=lambda one: one.id)
    return runs_shown(call.db, room.now, [one for one in found if one.state != QuestionState.WITHDRAWN])


def mine_in(call: Call, spot: Spot) -> tuple[str, ...]:
    """The ids of the reader's own questions in a place, and of what they want answered."""
    me, found = call.signed_in.person_id, _of(call, spot)
    asked = tuple(questions.region(one.id) for one in found if one.author_id == me)
    wanted = questions.wanted_by(call.db, me, [one.id for one in found]) if found else set()
    return (*asked, *(own_id(id_) for id_ in sorted(wanted)))


def _mine(call: Call, room: OpenRoom) -> tuple[str, ...]:
    known = known_in(call, room)
    return (*(questions.region(id_) for id_ in known.asked), *(own_id(id_) for id_ in known.wanted))


def own_id(question_id: int) -> str:
    """The id inside a question that belongs to those who want it answered."""
    return f"{starts(question_id)}own"


def starts(question_id: int) -> str:
    """How it begins, and nothing of another question does."""
    return f"want-{question_id}-"


def own_wants(db: Db, person_id: int, regions: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """What somebody wants answered of the questions that their own stream names."""
    ids = questions.named_in(regions)
    wanted = questions.wanted_by(db, person_id, ids) if ids else set()
    return [(starts(id_), (own_id(id_),) if id_ in wanted else ()) for id_ in ids]


def over(db: Db, facts: SessionFacts, room: RoomFacts, now: datetime) -> None:
    """What was taken back in a room that is over comes back no more."""
    questions.erase_withdrawn(db, room.slot_id)


questions_part = RoomPart(
    "questions",
    ("question-",),
    _piece,
    _placed,
    _placed_run,
    mine=_mine,
    made_of=lambda known, room: (known.questions,),
    projected=lambda call, room: (_on_wall(_all(call.db, room.now), room.now),),
)
