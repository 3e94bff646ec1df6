"""An adviser's desk: what waits for them, and what is new in the teams entrusted to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

from cohorts.audiences import AUDIENCE_WORDS
from cohorts.identity import Author, Byline, shown_as
from cohorts.web.doors import standing
from feedback.advice import desk, own
from feedback.advice.desk import PROMPTING, REVISING, TALKING, Begun, Entrusted
from feedback.advice.following import of_initiatives
from feedback.advice.models import ResponseKind
from feedback.advice.policies import may_open_desk
from feedback.advice.web.words import KIND_WORDS, STATE_NAMES, STATE_WORDS, state_of
from feedback.models import Subject
from feedback.web.forms import NOT_OURS
from server.calls import Call, Door, Reply
from server.forms import Form, number
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import NotYours
from server.routes import page, verb

# How much of what is new a team's part lists, and how much of a draft is read there.
MOST, FIRST_WORDS = 5, 100
MOST_ON_SESSIONS = 20
DRAFT_WORDS: dict[str, str] = {
    PROMPTING: N_("A prompt you began"),
    TALKING: N_("A comment you began"),
    REVISING: N_("A prompt you began to edit"),
}


class Asked(NamedTuple):
    """A prompt on the desk. `word` is a msgid: its kind, or what the team did with it (`state`)."""

    id: int
    word: str
    state: str
    opening: str
    at: Any
    by: Byline | None


class Said(NamedTuple):
    """A conversation with something new: how much, the first of it; `audience` is a msgid."""

    comments: int
    first: int
    audience: str
    on_prompt: bool


class OnSession(NamedTuple):
    """What its adviser left on a session, and what became of it. `kind` and `state_word` are msgids."""

    id: int
    session_id: int
    theme: str
    kind: str
    opening: str
    state: str
    state_word: str
    parked_until: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A team on the desk. Of `prompts` the newest; `more`: how many others are new."""

    one: Entrusted
    replies: tuple[Asked, ...]
    answers: tuple[Asked, ...]
    drafts: tuple[tuple[str, Begun], ...]
    prompts: tuple[Asked, ...]
    more: int
    talks: tuple[Said, ...]

    @property
    def fields(self) -> Iterator[tuple[str, int]]:
        """What the button that says "seen" names: nothing of what comes after this page."""
        one = self.one
        yield "version", one.head.version
        yield "prompt", max((row.id for row in one.prompts), default=0)
        yield "response", max((row.response_id for row in (*one.answers, *one.replies)), default=0)
        yield "upto", max((row.last for row in one.talks), default=0)


class SeenForm(Form):
    """What was on the desk: the version of the initiative, the newest prompt, response and comment."""

    version: Annotated[int, number(NOT_OURS)] = 0
    prompt: Annotated[int, number(NOT_OURS)] = 0
    response: Annotated[int, number(NOT_OURS)] = 0
    upto: Annotated[int, number(NOT_OURS)] = 0


def open_desk(call: Call) -> list[Entrusted]:
    """The desk of whoever advises a cohort; nobody else has one."""
    mine = standing(call)
    if not may_open_desk(mine):
        raise NotYours
    return desk.read(call.db, mine, call.language.tag)


def open_entrusted(call: Call) -> Entrusted:
    """The team the path names, on the reader's desk."""
    found = (one for one in open_desk(call) if one.head.place.team_id == call.given["team"])
    one = next(found, None)
    if one is None:
        raise NotYours
    return one


DeskDoor = Annotated[list[Entrusted], Door(open_desk)]
EntrustedDoor = Annotated[Entrusted, Door(open_entrusted)]


def _asked(one: Entrusted, rows: Sequence[Any]) -> tuple[Asked, ...]:
    return tuple(Asked(row.id, KIND_WORDS[row.kind], "", row.opening, row.at, _by(one, row)) for row in rows)


def _by(one: Entrusted, row: Any) -> Byline:
    return shown_as(Author(*row[:6]), row.attribution, one.vantage)


def _answered(rows: Sequence[Any]) -> tuple[Asked, ...]:
    told = ((row, row.kind_of_response) for row in rows)
    return tuple(
        Asked(row.id, STATE_WORDS[kind], STATE_NAMES[kind], row.opening, row.answered_at, None) for row, kind in told
    )


def _shown(one: Entrusted) -> Shown:
    talks = (
        Said(row.said, row.first, AUDIENCE_WORDS[row.audience], row.subject == Subject.PROMPT) for row in one.talks
    )
    return Shown(
        one,
        replies=_answered(one.replies),
        answers=_answered(one.answers),
        drafts=tuple((DRAFT_WORDS[draft.kind], draft) for draft in one.drafts),
        prompts=_asked(one, one.prompts[:MOST]),
        more=max(len(one.prompts) - MOST, 0),
        talks=tuple(talks),
    )


def _context(call: Call, entrusted: Sequence[Entrusted]) -> dict[str, Any]:
    teams = [_shown(one) for one in entrusted]
    several = len({one.head.place.cohort_id for one in entrusted}) > 1
    zone = call.signed_in.time_zone or "UTC"
    mine = own.on_sessions(call.db, standing(call), call.now, MOST_ON_SESSIONS)
    told = {"on_sessions": [_on_session(row) for row in mine], "first_words": FIRST_WORDS}
    return {"teams": teams, "several": several, "zone": zone, **told}


def _on_session(row: Any) -> OnSession:
    state = state_of(False, row.owed, row.response)
    until = row.parked_until if state == ResponseKind.PARKED else None
    words = KIND_WORDS[row.kind], row.opening, STATE_NAMES[state], STATE_WORDS[state]
    return OnSession(row.id, row.session_id, row.theme, *words, until, row.answered_at or row.at)


@page("/desk")
def show(call: Call, entrusted: DeskDoor) -> Page:
    """What waits, and what is new, team by team."""
    ids = [one.head.id for one in entrusted]
    live = of_initiatives(call.db, ids, desk.audiences_of(entrusted))
    return Page("advice/desk.html", _context(call, entrusted), live)


@page("/desk/list", name="desk.list")
def show_list(call: Call, entrusted: DeskDoor) -> Piece:
    """The desk alone, for a page of it that is open."""
    return Piece("advice/desk_list.html", _context(call, entrusted))


@verb("/desk/teams/{team:int}/reading")
def read_one(call: Call, one: EntrustedDoor, form: SeenForm) -> Reply:
    """Mark what was on the desk of a team as seen."""
    # Nobody has seen a version that is not there yet.
    given = {"version": min(form.version, one.head.version), "prompt_id": form.prompt, "response_id": form.response}
    desk.note_seen(call.db, call.signed_in.person_id, one, upto=form.upto, now=call.now, **given)
    return Reply(f"/desk?done=desk-read#team-{one.head.place.team_id}")


routes = [show, show_list, read_one]
notices = {"desk-read": N_("Marked as seen.")}
