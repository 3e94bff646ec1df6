"""Giving a team a prompt: the form says on what it is, of which kind, and who exactly will read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cohorts.audiences import AUDIENCE_WORDS, people_in
from cohorts.models import AudienceKind
from cohorts.web.doors import OpenInitiative
from cohorts.web.forms import in_summary
from feedback.advice import prompts
from feedback.advice.anchors import LONGEST as LONGEST_PASSAGE
from feedback.advice.anchors import Anchor, anchor
from feedback.advice.models import PromptKind
from feedback.advice.prompts import LONGEST, Draft
from feedback.advice.web import fragments
from feedback.advice.web.doors import OutsideDoor, ToPromptDoor, circles_of
from feedback.advice.web.forms import PromptForm
from feedback.advice.web.panels import own_list
from feedback.advice.web.points import AMONG_READERS, Point, point_of
from feedback.advice.web.words import ABOUT_WORDS, KIND_HINTS, KIND_WORDS
from feedback.threads import ThreadNow
from feedback.web.doors import OpenThread
from feedback.web.drafting import kept, sent
from feedback.web.masks import choosing, need_unnamed
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import Message, NotAllowed, NotYours, Rejected
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
NO_REFERENCE = N_("Say what to read: its title, its address, or both.")


def place_of(initiative: OpenInitiative) -> str:
    """The name of this form for drafts."""
    return f"prompt-{initiative.id}"


def form_page(call: Call, initiative: ToPromptDoor) -> Page:
    """The form: empty, for the passage that the address names, as its draft was kept, or as it was refused."""
    draft = kept(call, place_of(initiative))
    refused = call.rejected
    values = dict(refused.values) if refused else _begun(call, initiative, draft.fields or {})
    point = _point(call, initiative, values.get("item", ""))
    here, errors = _circles(call, initiative, point), refused.errors if refused else {}
    context = {
        "initiative": initiative,
        "point": point,
        "draft": draft,
        "values": values,
        "errors": errors,
        "sentences": in_summary(call, errors, "text"),
        "kinds": [(kind, call.text(words), call.text(KIND_HINTS[kind])) for kind, words in KIND_WORDS.items()],
        "chapters": [(name, call.text(words)) for name, words in ABOUT_WORDS.items()],
        "audiences": _audiences(call, initiative, here),
        "longest": LONGEST,
        "longest_passage": LONGEST_PASSAGE,
        **choosing(call, OpenThread(here[0], initiative), values),
    }
    return Page("advice/new.html", context)


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
    every = circles_of(call, initiative)
    return every if point is None or point.shared else [one for one in every if one.kind in AMONG_READERS]


def _audiences(call: Call, initiative: OpenInitiative, here: list[ThreadNow]) -> list[tuple[str, str, str]]:
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
    return own_list(call, initiative)


show = page("/initiatives/{initiative:int}/prompts/new", name="prompts.new")(form_page)


@verb("/initiatives/{initiative:int}/prompts", again=form_page, once=True)
def create(call: Call, initiative: ToPromptDoor, form: PromptForm) -> Reply:
    """Give the team a prompt."""
    point = _point(call, initiative, form.item)
    draft, around = _draft(initiative, form, point), _around(call, initiative, form.audience, point)
    need_unnamed(call, OpenThread(around, initiative), _told(form), form.attribution, form.as_it_is)
    id_ = _write(call, initiative, around, draft, form.attribution)
    sent(call, place_of(initiative))
    inside = around.audience_id in initiative.vantage.audiences
    regions = (Region(around.stream_id, f"prompt-{id_}"),) if inside else ()
    return Reply(f"/prompts/{id_}?done=prompted", regions, (f"asked-{id_}",))


def _told(form: PromptForm) -> str:
    """All words of a prompt that are shown: also what is recommended may tell who recommends it."""
    return "\n".join(words for words in (form.text, form.source, form.url) if words)


def _around(call: Call, initiative: OpenInitiative, audience_id: int, point: Point | None) -> ThreadNow:
    found = next((one for one in _circles(call, initiative, point) if one.audience_id == audience_id), None)
    if found is None:
        raise Rejected({"audience": Message(N_("Choose who is to read it."))})
    return found


def _draft(initiative: OpenInitiative, form: PromptForm, point: Point | None) -> Draft:
    if form.kind == PromptKind.REFERENCE and not (form.url or form.source):
        raise Rejected({"source": Message(NO_REFERENCE)})
    refers = form.kind == PromptKind.REFERENCE
    reference: dict[str, Any] = {"url": form.url if refers else "", "source": form.source if refers else ""}
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


def _write(call: Call, initiative: OpenInitiative, around: ThreadNow, draft: Draft, attribution: str) -> int:
    if initiative.held is None:
        raise NotAllowed
    who: dict[str, Any] = {"membership_id": initiative.held.id, "author_id": call.signed_in.person_id}
    return prompts.write(
        call.db,
        around,
        initiative,
        draft,
        audience_id=around.audience_id,
        attribution=attribution,
        now=call.now,
        **who,
    )


routes = [show, show_own, create]
notices = {"prompted": N_("Your prompt is there for everybody it is for.")}
