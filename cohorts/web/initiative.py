"""Writing an initiative: a form with per-field merge, and a conflict shown instead of an update lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cohorts import initiatives
from cohorts.differences import Part, both, differences
from cohorts.identity import Author, for_deeds, shown_as
from cohorts.initiatives import FIELDS, Merge
from cohorts.models import Role
from cohorts.web.doors import EditInitiativeDoor, OpenInitiative
from cohorts.web.forms import (
    MOST_CHAPTER,
    MOST_SUMMARY,
    MOST_TITLE,
    Clash,
    SummaryForm,
    VersionForm,
    in_summary,
    mark_of,
    too_old,
)
from cohorts.web.panels import panels_of
from server.calls import Call, Region, Reply
from server.forms import clean
from server.languages import N_
from server.pages import Page, date_time
from server.refusals import Message, Rejected
from server.routes import page, verb

LABELS = {
    "title": N_("Title"),
    "challenge": N_("The challenge"),
    "context": N_("The context"),
    "tried": N_("What we tried"),
    "asked": N_("What we ask"),
}

HINTS = {
    "title": N_("One line that says what it is about."),
    "challenge": N_("What is the problem, for whom, and how do you know?"),
    "context": N_("What should somebody from another country know to understand it?"),
    "tried": N_("What did you do, and what came of it?"),
    "asked": N_("What do you want to hear from the other teams and the advisers?"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form; label and hint are msgids. `theirs` None: nobody else changed it."""

    name: str
    label: str
    hint: str
    most: int
    value: str
    error: Message | None = None
    mine: str = ""
    theirs: str | None = None
    chosen: str = "mine"

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is different between the two texts of a conflict."""
        return differences(self.mine, self.theirs or "")

    @property
    def shown(self) -> str:
        """The mark of what stands in the box."""
        return mark_of(self.value)


def form_page(call: Call, initiative: EditInitiativeDoor) -> Page:
    """The form, fresh, filled in again after an error, or with both texts where two people changed one."""
    rejected = call.rejected
    # A conflict answers with its own status; the house gives every other rejected form 422.
    status = 409 if isinstance(rejected, Clash) else 200
    draft = _draft(call, f"initiative-{initiative.id}")
    base, questions = _asked(call, initiative, rejected, draft)
    context = {
        "initiative": initiative,
        "draft": draft,
        "base": base,
        "questions": questions,
        "changed": _changed(call, initiative, base),
        "sentences": in_summary(call, rejected.errors if rejected and status == 200 else {}, "title"),
        "panels": panels_of(call, initiative, "initiative form"),
    }
    return Page("cohorts/edit_initiative.html", context, status=status)


edit = page("/initiatives/{initiative:int}/edit", name="initiatives.edit")(form_page)


def _draft(call: Call, place: str) -> Any:
    """What the form shows of the draft that a package above keeps for it."""
    (kept,) = call.house.panels["draft kept"]
    return kept(call, place)


def _changed(call: Call, initiative: OpenInitiative, version: int) -> str:
    """Who saved the text that stands there now, and when, in the reader's time."""
    saved = initiatives.saved(call.db, initiative.id, version)
    if saved is None:
        return ""
    at = date_time(saved.at, call.viewer.time_zone or initiative.programme.time_zone, call.language)
    author = Author(saved.name or "", "", "", Role.MEMBER, initiative.team.name, initiative.team.sample)
    by = shown_as(author, for_deeds(initiative.cohort.attribution), initiative.vantage)
    if saved.name is None or by.masked:
        return call.text(N_("Saved on %(time)s."), time=at)
    return call.text(N_("%(name)s saved this on %(time)s."), name=by.name, time=at)


def _asked(call: Call, initiative: OpenInitiative, rejected: Rejected | None, draft: Any) -> tuple[int, list[Question]]:
    if rejected is None:
        base, texts = _begun(call, initiative, draft.fields or {})
        return base, [_question(name, texts[name]) for name in FIELDS]
    if isinstance(rejected, Clash):
        return rejected.merged.version, [_merged(name, rejected.merged) for name in FIELDS]
    return _typed(call, initiative, rejected)


def _begun(call: Call, initiative: OpenInitiative, typed: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
    """The draft over what it was begun with; what it left alone is shown as others have written it since."""
    now = {name: getattr(initiative, name) for name in FIELDS}
    base = int(typed.get("base", 0))
    stood = initiatives.texts_at(call.db, initiative.id, base) if typed else None
    if stood is None:
        return initiative.version, now
    mine = {name: clean(typed.get(name, stood[name])).strip() for name in FIELDS}
    return base, initiatives.merge(stood, now, mine, initiative.version).texts


def _merged(name: str, merged: Merge) -> Question:
    mine, theirs = merged.texts[name], merged.theirs[name]
    if name not in merged.conflicts:
        return _question(name, mine)
    # The box for one text from both begins with both.
    value = " / ".join(one for one in (mine, theirs) if one) if name == "title" else both(mine, theirs)
    return _question(name, value, mine=mine, theirs=theirs)


def _typed(call: Call, initiative: OpenInitiative, rejected: Rejected) -> tuple[int, list[Question]]:
    """The form as it was sent, errors beside their fields and conflicts still open."""
    values = rejected.values
    sent = values.get("base", "")
    base = int(sent) if sent.isdecimal() and len(sent) < 16 else initiative.version
    stood = initiatives.texts_at(call.db, initiative.id, base)
    if stood is None:
        base, stood = initiative.version, {name: getattr(initiative, name) for name in FIELDS}
    return base, [_as_sent(name, values, stood[name], rejected.errors.get(name)) for name in FIELDS]


def _as_sent(name: str, values: Mapping[str, str], stood: str, error: Message | None) -> Question:
    choice = values.get(f"{name}_choice", "")
    if choice not in ("mine", "theirs", "both"):
        return _question(name, values.get(name, ""), error=error)
    mine, value = values.get(f"{name}_mine", ""), values.get(name, "")
    if choice == "mine" and values.get(f"{name}_shown") != mark_of(value):
        # What was written in the box is meant, and must be when the form comes again.
        choice = "both"
    return _question(name, value, error=error, mine=mine, theirs=stood, chosen=choice)


def _question(
    name: str,
    value: str,
    *,
    error: Message | None = None,
    mine: str | None = None,
    theirs: str | None = None,
    chosen: str = "mine",
) -> Question:
    most = MOST_TITLE if name == "title" else MOST_CHAPTER
    mine = value if mine is None else mine
    return Question(name, LABELS[name], HINTS[name], most, value, error, mine, theirs, chosen)


@verb("/initiatives/{initiative:int}/versions", again=form_page)
def save(call: Call, initiative: EditInitiativeDoor, form: VersionForm) -> Reply:
    """Merge what was written into what stands there now."""
    base = initiatives.texts_at(call.db, initiative.id, form.base)
    if base is None:
        raise too_old()
    by_id, texts = call.signed_in.person_id, form.texts(base)
    merged = initiatives.save(call.db, initiative, base=base, texts=texts, by_id=by_id, now=call.now)
    if merged.conflicts:
        raise Clash(merged)
    for forget in call.house.panels["draft sent"]:
        forget(call, f"initiative-{initiative.id}")
    return _saved(initiative)


def _saved(initiative: OpenInitiative) -> Reply:
    regions = (Region(initiative.stream_id, f"initiative-{initiative.id}"),)
    return Reply(to=f"/initiatives/{initiative.id}?done=initiative-saved", regions=regions)


def summary_page(call: Call, initiative: EditInitiativeDoor) -> Page:
    """The form for what sponsors may read."""
    rejected = call.rejected
    value = rejected.values.get("summary", "") if rejected else initiative.released_summary
    errors = rejected.errors if rejected else {}
    context = {"initiative": initiative, "value": value, "errors": errors, "most": MOST_SUMMARY}
    return Page("cohorts/edit_summary.html", context | {"sentences": in_summary(call, errors, "summary")})


edit_summary = page("/initiatives/{initiative:int}/summary", name="initiatives.summary")(summary_page)


@verb("/initiatives/{initiative:int}/summary", again=summary_page)
def release(call: Call, initiative: EditInitiativeDoor, form: SummaryForm) -> Reply:
    """Release a summary to sponsors, or take it back by leaving it empty."""
    initiatives.release(call.db, initiative, form.summary)
    return _saved(initiative)


routes = [edit, save, edit_summary, release]
notices = {"initiative-saved": N_("The initiative is saved.")}
