"""Doors to advice: the way to a prompt goes through its discussion, and so through what it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cohorts.policies import Vantage
from cohorts.web.doors import OpenInitiative, open_initiative
from feedback import threads
from feedback.advice import own, prompts, responses, stances
from feedback.advice.policies import (
    asks_outside,
    may_edit_prompt,
    may_prompt,
    may_read_own_prompt,
    may_respond,
    may_take_answer_back,
    may_take_stance,
    may_withdraw_prompt,
)
from feedback.advice.prompts import PromptNow
from feedback.advice.web.words import CIRCLES
from feedback.models import Matter
from feedback.threads import ThreadNow
from feedback.web.doors import OpenThread, open_thread
from feedback.web.matters import OpenMatter, open_matter
from server.calls import Call, Door, Region
from server.refusals import NotAllowed, NotYours


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt this reader may see, its discussion, and the thread on all of its matter for the same audience, whose
    stream carries it. `outside`: it is theirs, but they do not belong to those it is for: nothing may be shown of the
    discussion, and neither stream may be followed."""

    now: PromptNow
    thread: OpenThread
    around: ThreadNow
    outside: bool = False

    @property
    def matter(self) -> OpenMatter:
        """What it is on."""
        return self.thread.matter

    @property
    def regions(self) -> tuple[Region, ...]:
        """What changes of it on the page of whoever does something with it; those outside are poked."""
        return () if self.outside else (Region(self.around.stream_id, f"asked-{self.now.id}"),)


@dataclass(frozen=True, slots=True)
class OpenResponse:
    """An answer this reader may take back, and the prompt it was given to. `text` is empty once it is taken back."""

    id: int
    text: str
    prompt: OpenPrompt


def _wholes(call: Call, ids: Matter, vantage: Vantage) -> list[ThreadNow]:
    if ids.initiative_id is not None:
        return threads.on_initiative(call.db, vantage, ids.initiative_id)
    assert ids.session_id is not None
    return threads.on_session(call.db, vantage, ids.session_id)


def threads_here(call: Call, matter: OpenMatter) -> list[ThreadNow]:
    """The threads on all of a matter that was opened, one for each audience the reader belongs to."""
    key = ("threads", matter.ids.initiative_id or matter.ids)
    return call.once(key, lambda: _wholes(call, matter.ids, matter.vantage))


def circles_of(call: Call, matter: OpenMatter) -> list[ThreadNow]:
    """The same for every audience there is, to write to: from the team outwards. Nothing may be shown of them."""
    team = matter.initiative.team.id if matter.initiative else None
    every = own.circles(call.db, matter.vantage, team, matter.cohort_id)
    return sorted(_wholes(call, matter.ids, every), key=lambda one: CIRCLES.index(one.kind))


def _now(call: Call) -> PromptNow:
    assert call.signed_in
    now = prompts.prompt_now(call.db, call.given["prompt"])
    if now is None:
        raise NotYours
    return now


def open_prompt(call: Call) -> OpenPrompt:
    """The prompt the path names, for those who belong to its audience."""
    return _among(call, _now(call))


def open_to_read(call: Call) -> OpenPrompt:
    """The same, also for its author when they do not."""
    now = _now(call)
    try:
        return _among(call, now)
    except NotYours:
        return _own(call, now)


def _own(call: Call, now: PromptNow) -> OpenPrompt:
    found = threads.around_of(call.db, thread_id=now.thread_id)
    assert found is not None
    matter = open_matter(call, *found)
    if not may_read_own_prompt(matter.vantage, call.signed_in.person_id, now):
        raise NotYours
    around = next(one for one in circles_of(call, matter) if one.audience_id == now.audience_id)
    return OpenPrompt(now, OpenThread(around, matter), around, outside=True)


def _among(call: Call, now: PromptNow) -> OpenPrompt:
    call.given = {**call.given, "thread": now.thread_id}
    thread = open_thread(call)
    found = (one for one in threads_here(call, thread.matter) if one.audience_id == now.audience_id)
    return OpenPrompt(now, thread, next(found))


def open_to_prompt(call: Call) -> OpenInitiative:
    """An initiative whose team this reader may give a prompt."""
    found = open_initiative(call)
    if not may_prompt(found.vantage, found.held):
        raise NotAllowed
    return found


def open_outside(call: Call) -> OpenInitiative:
    """An initiative on which this reader may ask people they do not belong to."""
    found = open_initiative(call)
    if not asks_outside(found.vantage):
        raise NotYours
    return found


def open_to_edit(call: Call) -> OpenPrompt:
    """One's own prompt, as long as it stands."""
    found = open_to_read(call)
    if not may_edit_prompt(call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_to_withdraw(call: Call) -> OpenPrompt:
    """One's own prompt."""
    found = open_to_read(call)
    if not may_withdraw_prompt(call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_to_respond(call: Call) -> OpenPrompt:
    """A prompt that this reader's own team was given, or a session that they run."""
    found = open_prompt(call)
    if not may_respond(found.matter.vantage, found.now) or found.matter.held is None:
        raise NotAllowed
    return found


def open_to_take_back(call: Call) -> OpenResponse:
    """An answer of this reader's own team, or to a prompt on a session that they run; whoever wrote it."""
    assert call.signed_in
    found = responses.response_now(call.db, call.given["response"])
    if found is None:
        raise NotYours
    call.given = {**call.given, "prompt": found.prompt_id}
    prompt = open_prompt(call)
    if not may_take_answer_back(prompt.matter.vantage, prompt.now):
        raise NotAllowed
    return OpenResponse(found.id, found.text, prompt)


def open_to_judge(call: Call) -> OpenPrompt:
    """Another adviser's prompt that stands."""
    found = open_prompt(call)
    if call.given["stance"] not in stances.WORDS:
        raise NotYours
    matter = found.matter
    if not may_take_stance(matter.vantage, matter.held, call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


PromptDoor = Annotated[OpenPrompt, Door(open_to_read)]
OutsideDoor = Annotated[OpenInitiative, Door(open_outside)]
ToPromptDoor = Annotated[OpenInitiative, Door(open_to_prompt)]
EditDoor = Annotated[OpenPrompt, Door(open_to_edit)]
WithdrawDoor = Annotated[OpenPrompt, Door(open_to_withdraw)]
RespondDoor = Annotated[OpenPrompt, Door(open_to_respond)]
TakeBackDoor = Annotated[OpenResponse, Door(open_to_take_back)]
JudgeDoor = Annotated[OpenPrompt, Door(open_to_judge)]
