"""Giving a team a prompt: the form says on what it is, of which kind, and who exactly will read it."""

from __future__ import annotations

from typing import Any

from cohorts.audiences import AUDIENCE_WORDS, people_in
from cohorts.web.doors import OpenInitiative
from cohorts.web.forms import in_summary
from feedback.advice import prompts
from feedback.advice.anchors import LONGEST as LONGEST_PASSAGE
from feedback.advice.anchors import Anchor, anchor
from feedback.advice.models import PromptKind
from feedback.advice.prompts import LONGEST, Draft
from feedback.advice.web import fragments
from feedback.advice.web.doors import ToPromptDoor, threads_here
from feedback.advice.web.forms import PromptForm
from feedback.advice.web.words import ABOUT_WORDS, KIND_HINTS, KIND_WORDS
from feedback.threads import ThreadNow
from feedback.web.doors import OpenThread
from feedback.web.drafting import kept, sent
from feedback.web.masks import choosing, need_unnamed
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected
from server.routes import page, verb

NOT_THERE = N_("These words do not stand in the text. Copy them from it as they are shown, or leave this empty.")
NO_REFERENCE = N_("Say what to read: its title, its address, or both.")


def place_of(initiative: OpenInitiative) -> str:
    """The name of this form for drafts."""
    return f"prompt-{initiative.id}"


def form_page(call: Call, initiative: ToPromptDoor) -> Page:
    """The form: empty, for the passage that the address names, as its draft was kept, or as it was refused."""
    draft = kept(call, place_of(initiative))
    refused = call.rejected
    values = dict(refused.values if refused else draft.fields or {})
    if not refused and call.method == "GET" and "passage" in call.query:
        values |= {name: call.query.get(name, "")[: 2 * LONGEST_PASSAGE] for name in ("chapter", "passage", "near")}
    here, errors = threads_here(call, initiative), refused.errors if refused else {}
    context = {
        "initiative": initiative,
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


def _audiences(call: Call, initiative: OpenInitiative, here: list[ThreadNow]) -> list[tuple[str, str, str]]:
    """Who can be chosen, in words, with how many people that is now."""
    team = initiative.team
    people = people_in(call.db, team.id, team.cohort_id, team.programme_id)
    counts = {kind: Message(N_("%(num)s people can read it now."), {"num": count}) for kind, count in people.items()}
    return [
        (
            str(one.audience_id),
            call.text(AUDIENCE_WORDS[one.kind]),
            call.house.pages.say(counts[one.kind], call.language),
        )
        for one in here
    ]


show = page("/initiatives/{initiative:int}/prompts/new", name="prompts.new")(form_page)


@verb("/initiatives/{initiative:int}/prompts", again=form_page, once=True)
def create(call: Call, initiative: ToPromptDoor, form: PromptForm) -> Reply:
    """Give the team a prompt."""
    draft, around = _draft(initiative, form), _around(call, initiative, form.audience)
    need_unnamed(call, OpenThread(around, initiative), form.text, form.attribution, form.as_it_is)
    id_ = _write(call, initiative, around, draft, form.attribution)
    sent(call, place_of(initiative))
    return Reply(f"/prompts/{id_}?done=prompted", (Region(around.stream_id, f"prompt-{id_}"),), (f"asked-{id_}",))


def _around(call: Call, initiative: OpenInitiative, audience_id: int) -> ThreadNow:
    found = next((one for one in threads_here(call, initiative) if one.audience_id == audience_id), None)
    if found is None:
        raise Rejected({"audience": Message(N_("Choose who is to read it."))})
    return found


def _draft(initiative: OpenInitiative, form: PromptForm) -> Draft:
    if form.kind == PromptKind.REFERENCE and not (form.url or form.source):
        raise Rejected({"source": Message(NO_REFERENCE)})
    refers = form.kind == PromptKind.REFERENCE
    chapter, found = _found(initiative, form) if form.passage else (form.chapter, None)
    return Draft(
        form.kind, form.text, chapter, found, url=form.url if refers else "", source=form.source if refers else ""
    )


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


routes = [show, create]
notices = {"prompted": N_("Your prompt is there for everybody it is for.")}
