"""Giving a team a prompt: the form says on what it is, of which kind, and who exactly will read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cohorts.audiences import AUDIENCE_WORDS, people_in
from cohorts.models import AudienceKind
from cohorts.web.doors import OpenInitiative
from feedback.advice.anchors import LONGEST as LONGEST_PASSAGE
from feedback.advice.anchors import Anchor, anchor
from feedback.advice.prompts import Draft
from feedback.advice.web import fragments
from feedback.advice.web.composing import Asking, around_in, composer_page, reference_of, write
from feedback.advice.web.doors import OutsideDoor, ToPromptDoor, circles_of
from feedback.advice.web.forms import PromptForm
from feedback.advice.web.panels import own_list
from feedback.advice.web.points import AMONG_READERS, Point, point_of
from feedback.advice.web.words import ABOUT_WORDS, KIND_HINTS
from feedback.threads import ThreadNow
from feedback.web.drafting import kept
from feedback.web.matters import matter_of
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import Message, NotYours, Rejected
from server.routes import page, verb
from server.settings import LARGEST_ID

NOT_THERE = N_("These words do not stand in the text. Copy them from it as they are shown, or leave this empty.")
COUNTED = N_("Readers now: %(num)s.")
# Of those their author does not belong to.
NOT_AMONG: dict[str, str] = {
    AudienceKind.TEAM: N_(
        "Readers now: %(num)s, and you. You read what the team does with it, not what they say about it."
    ),
    AudienceKind.FACILITATORS: N_("Readers now: %(num)s, and you. The team does not learn of it and owes no answer."),
}
INITIATIVE = N_("Initiative")
READ_BY_THEM = N_(
    "Exactly these people can read it, your name as it is shown, the team’s answer and what is said about it. "
    "It cannot be changed later."
)


def place_of(initiative: OpenInitiative) -> str:
    """The name of this form for drafts."""
    return f"prompt-{initiative.id}"


def _asking(call: Call, initiative: OpenInitiative, point: Point | None) -> Asking:
    cohort, team, at = initiative.cohort, initiative.team, f"/initiatives/{initiative.id}"
    way = ((cohort.name, f"/cohorts/{cohort.id}"), (team.name, f"/teams/{team.id}"), (call.text(INITIATIVE), at))
    head, hint = N_("Give the team a prompt"), READ_BY_THEM
    matter, circles = matter_of(initiative), _circles(call, initiative, point)
    return Asking(matter, place_of(initiative), f"{at}/prompts", way, head, hint, KIND_HINTS, circles)


def form_page(call: Call, initiative: ToPromptDoor) -> Page:
    """The form: empty, for the passage that the address names, as its draft was kept, or as it was refused."""
    draft = kept(call, place_of(initiative))
    values = dict(call.rejected.values) if call.rejected else _begun(call, initiative, draft.fields or {})
    point = _point(call, initiative, values.get("item", ""))
    asking = _asking(call, initiative, point)
    more = {
        "point": point,
        "chapters": [(name, call.text(words)) for name, words in ABOUT_WORDS.items()],
        "longest_passage": LONGEST_PASSAGE,
    }
    return composer_page(call, asking, draft, values, _audiences(call, initiative, asking.circles), **more)


def _begun(call: Call, initiative: OpenInitiative, draft: Mapping[str, str]) -> dict[str, str]:
    """What the form holds before anything was sent: the draft, about what the address names."""
    asks = call.query if call.method == "GET" else {}
    about = dict.fromkeys(("chapter", "passage", "near", "item"), "")
    if "item" in asks:
        return {**draft, **about, "item": asks["item"]}
    if "passage" in asks:
        return {**draft, **about, **{name: asks.get(name, "")[: 2 * LONGEST_PASSAGE] for name in list(about)[:3]}}
    try:
        _point(call, initiative, draft.get("item", ""))
    except NotYours:
        # What it was about is not theirs to read any more; their words are.
        return {**draft, "item": ""}
    return dict(draft)


def _point(call: Call, initiative: OpenInitiative, item: str) -> Point | None:
    if not item:
        return None
    if not item.isdecimal() or len(item) > 10 or int(item) > LARGEST_ID:
        raise NotYours
    return point_of(call, initiative, int(item))


def _circles(call: Call, initiative: OpenInitiative, point: Point | None) -> list[ThreadNow]:
    """The audiences that may be asked: about a point only those who read it."""
    every = circles_of(call, matter_of(initiative))
    return every if point is None or point.shared else [one for one in every if one.kind in AMONG_READERS]


def _audiences(call: Call, initiative: OpenInitiative, here: Sequence[ThreadNow]) -> list[tuple[str, str, str]]:
    """Who can be chosen, in words, with how many people that is now."""
    team = initiative.team
    people, mine = people_in(call.db, team.id, team.cohort_id, team.programme_id), initiative.vantage.audiences
    return [
        (
            str(one.audience_id),
            call.text(AUDIENCE_WORDS[one.kind]),
            call.text(COUNTED if one.audience_id in mine else NOT_AMONG[one.kind], num=people[one.kind]),
        )
        for one in here
    ]


@page("/initiatives/{initiative:int}/prompts/own", name="prompts.own_list")
def show_own(call: Call, initiative: OutsideDoor) -> Piece:
    """What its reader asked of people they do not belong to, for a page of the initiative that is open."""
    return own_list(call, matter_of(initiative))


show = page("/initiatives/{initiative:int}/prompts/new", name="prompts.new")(form_page)


@verb("/initiatives/{initiative:int}/prompts", again=form_page, once=True)
def create(call: Call, initiative: ToPromptDoor, form: PromptForm) -> Reply:
    """Give the team a prompt."""
    point = _point(call, initiative, form.item)
    draft, asking = _draft(initiative, form, point), _asking(call, initiative, point)
    return write(call, asking, around_in(asking.circles, form.audience), initiative, draft, form)


def _draft(initiative: OpenInitiative, form: PromptForm, point: Point | None) -> Draft:
    reference: dict[str, Any] = reference_of(form)
    if point is not None:
        return Draft(form.kind, form.text, "", Anchor(point.words, "", "", 0), item_id=point.id, **reference)
    chapter, found = _found(initiative, form) if form.passage else (form.chapter, None)
    return Draft(form.kind, form.text, chapter, found, **reference)


def _found(initiative: OpenInitiative, form: PromptForm) -> tuple[str, Anchor]:
    """The passage in the chapter that was chosen, or else in the first that has it."""
    texts = fragments.texts_in(fragments.markup_of(initiative))
    for chapter in sorted(texts, key=lambda name: name != form.chapter):
        found = anchor(texts[chapter], form.passage, form.near if chapter == form.chapter else None)
        if found:
            return chapter, found
    raise Rejected({"passage": Message(NOT_THERE)})


routes = [show, show_own, create]
notices = {"prompted": N_("Your prompt is there for everybody it is for.")}
