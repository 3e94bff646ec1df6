"""The form with which a prompt is written, whatever it is on: of which kind, in which words, and who exactly will read
it. What an initiative's form asks beside that is in writing.py."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cohorts.web.forms import in_summary
from feedback.advice import prompts
from feedback.advice.models import PromptKind
from feedback.advice.prompts import LONGEST, Draft, Read
from feedback.advice.web.forms import PromptForm
from feedback.advice.web.words import KIND_WORDS
from feedback.threads import ThreadNow
from feedback.web.doors import OpenThread
from feedback.web.drafting import DraftShown, sent
from feedback.web.masks import choosing, need_unnamed
from feedback.web.matters import OpenMatter
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected

NO_REFERENCE = N_("Say what to read: its title, its address, or both.")


@dataclass(frozen=True, slots=True)
class Asking:
    """A form for a prompt on a matter. `place`: its name for drafts; `to`: the address it is sent to, and with `/new`
    behind it that of the form; `way`: the crumbs down to the matter, words and addresses. `head`, `hint`: its title,
    and what is said of who reads it (msgids); `hints`: of each kind (msgids). `circles`: those that may be asked."""

    matter: OpenMatter
    place: str
    to: str
    way: tuple[tuple[str, str], ...]
    head: str
    hint: str
    hints: Mapping[str, str]
    circles: Sequence[ThreadNow]


def composer_page(
    call: Call,
    asking: Asking,
    draft: DraftShown,
    values: Mapping[str, str],
    audiences: Sequence[tuple[str, str, str]],
    **more: Any,
) -> Page:
    """The form with those values. `audiences`: who can be chosen, in words, and how many people that is now."""
    errors = call.rejected.errors if call.rejected else {}
    context = {
        "asking": asking,
        "draft": draft,
        "values": values,
        "errors": errors,
        "sentences": in_summary(call, errors, "text"),
        "kinds": [(kind, call.text(words), call.text(asking.hints[kind])) for kind, words in KIND_WORDS.items()],
        "audiences": audiences,
        "longest": LONGEST,
        "point": None,
        "chapters": (),
        **choosing(call, OpenThread(asking.circles[0], asking.matter), values),
    }
    return Page("advice/new.html", context | more)


def around_in(circles: Sequence[ThreadNow], audience_id: int) -> ThreadNow:
    """The thread for the audience that was chosen."""
    found = next((one for one in circles if one.audience_id == audience_id), None)
    if found is None:
        raise Rejected({"audience": Message(N_("Choose who is to read it."))})
    return found


def reference_of(form: PromptForm) -> dict[str, str]:
    """What is recommended, where that is the kind of prompt."""
    refers = form.kind == PromptKind.REFERENCE
    if refers and not (form.url or form.source):
        raise Rejected({"source": Message(NO_REFERENCE)})
    return {"url": form.url if refers else "", "source": form.source if refers else ""}


def write(
    call: Call,
    asking: Asking,
    around: ThreadNow,
    read: Read,
    draft: Draft,
    form: PromptForm,
    run_by: Collection[int] = (),
) -> Reply:
    """Write the prompt for those who were chosen, and go there."""
    matter, told = asking.matter, "\n".join(words for words in (form.text, form.source, form.url) if words)
    # Also what is recommended may tell who recommends it.
    need_unnamed(call, OpenThread(around, matter), told, form.attribution, form.as_it_is)
    if matter.held is None:
        raise NotAllowed
    who: dict[str, Any] = {"membership_id": matter.held.id, "author_id": call.signed_in.person_id, "run_by": run_by}
    where: dict[str, Any] = {"audience_id": around.audience_id, "attribution": form.attribution}
    id_ = prompts.write(call.db, around, read, draft, now=call.now, **who, **where)
    sent(call, asking.place)
    inside = around.audience_id in matter.vantage.audiences
    regions = (Region(around.stream_id, f"prompt-{id_}"),) if inside else ()
    return Reply(f"/prompts/{id_}?done=prompted", regions, (f"asked-{id_}",))
