"""Doors to advice: the way to a prompt goes through its discussion, and so through the initiative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cohorts.web.doors import OpenInitiative, open_initiative
from feedback import threads
from feedback.advice import own, prompts, stances
from feedback.advice.policies import (
    asks_outside,
    may_edit_prompt,
    may_prompt,
    may_read_own_prompt,
    may_respond,
    may_take_stance,
    may_withdraw_prompt,
)
from feedback.advice.prompts import PromptNow
from feedback.advice.web.words import CIRCLES
from feedback.threads import ThreadNow
from feedback.web.doors import OpenThread, open_thread
from server.calls import Call, Door, Region
from server.refusals import NotAllowed, NotYours


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt this reader may see, its discussion, and the initiative's thread for the same audience, whose stream
    carries it. `outside`: it is theirs, but they do not belong to those it is for: nothing may be shown of the
    discussion, and neither stream may be followed."""

    now: PromptNow
    thread: OpenThread
    around: ThreadNow
    outside: bool = False

    @property
    def initiative(self) -> OpenInitiative:
        """The initiative it is on."""
        return self.thread.initiative

    @property
    def regions(self) -> tuple[Region, ...]:
        """What changes of it on the page of whoever does something with it; those outside are poked."""
        return () if self.outside else (Region(self.around.stream_id, f"asked-{self.now.id}"),)


def threads_here(call: Call, initiative: OpenInitiative) -> list[ThreadNow]:
    """The threads on an initiative that was opened, one for each audience the reader belongs to."""
    return call.once(
        ("threads", initiative.id), lambda: threads.on_initiative(call.db, initiative.vantage, initiative.id)
    )


def circles_of(call: Call, initiative: OpenInitiative) -> list[ThreadNow]:
    """The same for every audience there is, to write to: from the team outwards. Nothing may be shown of them."""
    team = initiative.team
    every = own.circles(call.db, initiative.vantage, team.id, team.cohort_id)
    found = threads.on_initiative(call.db, every, initiative.id)
    return sorted(found, key=lambda one: CIRCLES.index(one.kind))


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
    call.given = {**call.given, "initiative": now.initiative_id}
    initiative = open_initiative(call)
    if not may_read_own_prompt(initiative.vantage, call.signed_in.person_id, now):
        raise NotYours
    around = next(one for one in circles_of(call, initiative) if one.audience_id == now.audience_id)
    return OpenPrompt(now, OpenThread(around, initiative), around, outside=True)


def _among(call: Call, now: PromptNow) -> OpenPrompt:
    call.given = {**call.given, "thread": now.thread_id}
    thread = open_thread(call)
    found = (one for one in threads_here(call, thread.initiative) if one.audience_id == now.audience_id)
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
    """A prompt that this reader's own team was given."""
    found = open_prompt(call)
    if not may_respond(found.initiative.vantage, found.now) or found.initiative.held is None:
        raise NotAllowed
    return found


def open_to_judge(call: Call) -> OpenPrompt:
    """Another adviser's prompt that stands."""
    found = open_prompt(call)
    if call.given["stance"] not in stances.WORDS:
        raise NotYours
    initiative = found.initiative
    if not may_take_stance(initiative.vantage, initiative.held, call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


PromptDoor = Annotated[OpenPrompt, Door(open_to_read)]
OutsideDoor = Annotated[OpenInitiative, Door(open_outside)]
ToPromptDoor = Annotated[OpenInitiative, Door(open_to_prompt)]
EditDoor = Annotated[OpenPrompt, Door(open_to_edit)]
WithdrawDoor = Annotated[OpenPrompt, Door(open_to_withdraw)]
RespondDoor = Annotated[OpenPrompt, Door(open_to_respond)]
JudgeDoor = Annotated[OpenPrompt, Door(open_to_judge)]
