"""Prompts on a session: advisers leave them on its page, and whoever runs it owes the answer (decision 0055).

All that happens to a prompt is feedback.advice's; here is only what a session is to it. Those who run it are to their
session what a team is to its initiative: they are asked and do not ask, so they see it as its members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.audiences import people_in
from cohorts.identity import stricter
from cohorts.models import AudienceKind, Role
from cohorts.policies import Held, Vantage
from cohorts.web.doors import standing
from cohorts.web.panels import Panel
from feedback.advice.models import PromptKind
from feedback.advice.policies import asks_outside, may_prompt
from feedback.advice.prompts import Draft
from feedback.advice.web import fragments as cards
from feedback.advice.web.composing import Asking, around_in, composer_page, reference_of, write
from feedback.advice.web.doors import circles_of, threads_here
from feedback.advice.web.forms import PromptForm
from feedback.advice.web.fragments import About
from feedback.advice.web.panels import Words, on_matter, own_list
from feedback.advice.web.shown import cards_on
from feedback.models import Matter
from feedback.threads import ThreadNow
from feedback.web.drafting import kept
from feedback.web.drafts import Kind, keep_also
from feedback.web.matters import OpenMatter, openers
from server.calls import Call, Door, Reply
from server.db import Db
from server.languages import N_
from server.live.kinds import Placed
from server.live.log import Position
from server.pages import Fragment, Page, Piece
from server.refusals import NotAllowed, NotYours
from server.routes import page, verb
from sessions.leaders import of_session
from sessions.policies import may_attend
from sessions.sessions import SessionFacts, parts_of
from sessions.web.doors import OpenSession, open_session, session_where

WORDS = Words(
    N_("From the board"), N_("Leave a prompt for this session"), N_("Nobody has left a prompt on this session yet.")
)
HINTS: dict[str, str] = {
    PromptKind.QUESTION: N_("Something this session should find an answer to."),
    PromptKind.PROVOCATION: N_("A thought that goes against what is taken for granted here."),
    PromptKind.EXPERIENCE: N_("What you did or saw yourself, and what came of it."),
    PromptKind.REFERENCE: N_("Something to read, with a sentence on why."),
}
READ_BY_THEM = N_(
    "Exactly these people can read it, your name as it is shown, the answer and what is said about it. "
    "It cannot be changed later."
)
AUDIENCES: dict[str, str] = {
    AudienceKind.COHORT: N_("the whole cohort"),
    AudienceKind.FACILITATORS: N_("facilitators only"),
}
# Whoever leads it and is no facilitator answers what is for the cohort, and reads nothing of this (decision 0055).
BUT_NOT_LEADERS = N_("facilitators only, not the others who lead it")
COUNTED = N_("Readers now: %(num)s.")
COUNTED_BESIDE = N_(
    "Readers now: %(num)s, and you. You read what they do with it, not what they say about it among themselves."
)


class Whereabouts(NamedTuple):
    """The way down to a session."""

    cohort_id: int
    theme: str


@dataclass(frozen=True, slots=True)
class Discussed:
    """A session this reader takes part in, and what it is to a prompt."""

    session: OpenSession
    matter: OpenMatter

    @property
    def id(self) -> int:
        """The session's id."""
        return self.session.id


def whereabouts(facts: SessionFacts) -> Fragment:
    """The way down to a session. Its theme can change while somebody reads."""
    return Fragment("sessions/_whereabouts.html", Whereabouts(facts.cohort_id, facts.theme), f"session-way-{facts.id}")


def discussed(call: Call, opened: OpenSession) -> Discussed:
    """A session as prompts are left on it, for those who take part in its cohort; its sponsors read on. Raises
    NotYours."""
    return call.once(("discussed", opened.id), lambda: _discussed(call, opened))


def _discussed(call: Call, opened: OpenSession) -> Discussed:
    cohort, facts = opened.cohort, opened.now
    if not may_attend(opened.roles):
        raise NotYours
    rule = stricter(facts.attribution, cohort.vantage.attribution)
    runs = opened.plans or call.signed_in.person_id in parts_of(call.db, opened.id)
    roles = opened.roles | {Role.MEMBER} if runs else opened.roles
    matter = OpenMatter(
        ids=Matter(None, opened.id),
        title=facts.theme,
        language="",
        url=f"/sessions/{opened.id}",
        vantage=replace(cohort.vantage, roles=frozenset(roles), attribution=rule),
        held=_held(call, opened, runs=runs),
        cohort_id=cohort.id,
        programme=cohort.programme,
        whereabouts=whereabouts(facts),
    )
    return Discussed(opened, matter)


def _held(call: Call, opened: OpenSession, *, runs: bool) -> Held | None:
    """Whoever runs it answers as a facilitator, where they are one; whoever does not, asks as an adviser."""
    rank = Role.FACILITATOR if runs else Role.ADVISER
    mine = [one for one in standing(call).held if one.programme_id == opened.cohort.programme.id and one.role == rank]
    here = [one for one in mine if one.cohort_id in (None, opened.cohort.id)]
    return min(here, key=lambda one: one.id, default=opened.held)


def open_matter(call: Call, ids: Matter) -> OpenMatter | None:
    """The session a thread or a prompt is on."""
    if ids.session_id is None:
        return None
    return discussed(call, session_where(call, "id", ids.session_id)).matter


def open_to_prompt(call: Call) -> Discussed:
    """A session this reader may leave a prompt on: they advise its cohort, and do not run it."""
    found = discussed(call, open_session(call))
    if not may_prompt(found.matter.vantage, found.matter.held):
        raise NotAllowed
    return found


def open_outside(call: Call) -> Discussed:
    """A session on which this reader may ask people they do not belong to."""
    found = discussed(call, open_session(call))
    if not asks_outside(found.matter.vantage):
        raise NotYours
    return found


AskDoor = Annotated[Discussed, Door(open_to_prompt)]
OutsideDoor = Annotated[Discussed, Door(open_outside)]


def _asking(call: Call, found: Discussed) -> Asking:
    session, url = found.session, found.matter.url
    way = ((call.text(N_("Thematic sessions")), f"/cohorts/{session.cohort.id}/sessions"), (session.now.theme, url))
    place, circles = f"asking-{session.id}", circles_of(call, found.matter)
    return Asking(found.matter, place, f"{url}/prompts", way, WORDS.ask, READ_BY_THEM, HINTS, circles)


def _audiences(call: Call, found: Discussed, circles: Sequence[ThreadNow]) -> list[tuple[str, str, str]]:
    cohort, mine = found.session.cohort, found.matter.vantage.audiences
    # Towards no team of the cohort: only those audiences are asked that it has as a whole.
    people = people_in(call.db, 0, cohort.id, cohort.programme.id)
    led = any(one.author.role != Role.FACILITATOR for one in of_session(call.db, found.id))
    called = AUDIENCES | ({AudienceKind.FACILITATORS: BUT_NOT_LEADERS} if led else {})
    counted = ((one, COUNTED if one.audience_id in mine else COUNTED_BESIDE) for one in circles)
    return [
        (str(one.audience_id), call.text(called[one.kind]), call.text(words, num=people[one.kind]))
        for one, words in counted
    ]


def form_page(call: Call, found: AskDoor) -> Page:
    """The form: empty, as its draft was kept, or as it was refused."""
    asking = _asking(call, found)
    draft = kept(call, asking.place)
    values = dict(call.rejected.values if call.rejected else draft.fields or {})
    return composer_page(call, asking, draft, values, _audiences(call, found, asking.circles))


new = page("/sessions/{session:int}/prompts/new", name="session_prompts.new")(form_page)


@verb("/sessions/{session:int}/prompts", again=form_page, once=True)
def create(call: Call, found: AskDoor, form: PromptForm) -> Reply:
    """Leave a prompt on a session."""
    asking, facts = _asking(call, found), found.session.now
    reference: dict[str, Any] = reference_of(form)
    draft = Draft(form.kind, form.text, **reference)
    around, run_by = around_in(asking.circles, form.audience), parts_of(call.db, found.id)
    return write(call, asking, around, facts, draft, form, run_by)


@page("/sessions/{session:int}/prompts/own", name="session_prompts.own_list")
def show_own(call: Call, found: OutsideDoor) -> Piece:
    """What its reader asked of those who run the session, for a page of it that is open."""
    return own_list(call, found.matter)


def on_session(call: Call, opened: OpenSession) -> Panel | None:
    """What is owed an answer at the top, for those who owe it."""
    if not may_attend(opened.roles):
        return None
    matter = discussed(call, opened).matter
    if Role.MEMBER not in matter.vantage.roles:
        return None
    found = cards_on(call.db, matter.vantage, matter.ids, call.now)
    shown = cards.owed(found, matter.ids, matter.vantage)
    return Panel(call.house.pages.show(shown, call.language), _live(call, matter))


def below_session(call: Call, opened: OpenSession) -> Panel | None:
    """The prompts on a session, for those who take part in its cohort."""
    if not may_attend(opened.roles):
        return None
    matter = discussed(call, opened).matter
    found = on_matter(call, matter, About(matter.ids, matter.programme.time_zone, {}), WORDS)
    return replace(found, live=_live(call, matter))


def _live(call: Call, matter: OpenMatter) -> tuple[Position, ...]:
    return tuple(one.position for one in threads_here(call, matter))


def show_way(db: Db, vantage: Vantage, facts: SessionFacts, regions: Sequence[str]) -> Iterator[Placed]:
    """The way down to a session whose theme may have changed, on the pages of what is said about it and recommended."""
    if f"session-{facts.id}" in regions:
        shown = whereabouts(facts)
        yield Placed(shown.dom_id, shown, elsewhere=True)
        yield Placed(f"reading-list-{facts.cohort_id}", None, poke=True)


openers.append(open_matter)
routes: list[HTTPRouteHandler] = [new, create, show_own]
keep_also(
    "asking",
    Kind("session", open_to_prompt, form_page, lambda found: f"/sessions/{found.id}/prompts/new"),
    ("text", "source"),
    ("kind", "url", "audience", "attribution"),
)
