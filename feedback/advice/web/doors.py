"""Doors to advice: the way to a prompt goes through its discussion, and so through the initiative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cohorts.web.doors import OpenInitiative, open_initiative
from feedback import threads
from feedback.advice import prompts, stances
from feedback.advice.policies import may_edit_prompt, may_prompt, may_respond, may_take_stance, may_withdraw_prompt
from feedback.advice.prompts import PromptNow
from feedback.threads import ThreadNow
from feedback.web.doors import OpenThread, open_thread
from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt this reader may see, its discussion, and the initiative's thread for the same audience, whose stream
    carries it."""

    now: PromptNow
    thread: OpenThread
    around: ThreadNow

    @property
    def initiative(self) -> OpenInitiative:
        """The initiative it is on."""
        return self.thread.initiative


def threads_here(call: Call, initiative: OpenInitiative) -> list[ThreadNow]:
    """The threads on an initiative that was opened, one for each audience the reader belongs to."""
    return call.once(
        ("threads", initiative.id), lambda: threads.on_initiative(call.db, initiative.vantage, initiative.id)
    )


def open_prompt(call: Call) -> OpenPrompt:
    """The prompt the path names."""
    assert call.signed_in
    now = prompts.prompt_now(call.db, call.given["prompt"])
    if now is None:
        raise NotYours
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


def open_to_edit(call: Call) -> OpenPrompt:
    """One's own prompt, as long as it stands."""
    found = open_prompt(call)
    if not may_edit_prompt(call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_to_withdraw(call: Call) -> OpenPrompt:
    """One's own prompt."""
    found = open_prompt(call)
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


PromptDoor = Annotated[OpenPrompt, Door(open_prompt)]
ToPromptDoor = Annotated[OpenInitiative, Door(open_to_prompt)]
EditDoor = Annotated[OpenPrompt, Door(open_to_edit)]
WithdrawDoor = Annotated[OpenPrompt, Door(open_to_withdraw)]
RespondDoor = Annotated[OpenPrompt, Door(open_to_respond)]
JudgeDoor = Annotated[OpenPrompt, Door(open_to_judge)]
