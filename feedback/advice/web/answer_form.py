"""The form with which those who were asked answer a prompt. It belongs to one reader, so it stands outside
every live region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cohorts.memberships import FEW
from cohorts.models import Attribution, Role
from cohorts.policies import Held
from cohorts.web.forms import in_summary
from feedback.advice import responses
from feedback.advice.web.doors import OpenPrompt
from feedback.advice.web.words import RESPONSE_WORDS
from feedback.web.drafting import kept
from feedback.web.masks import choosing
from server.calls import Call
from server.clock import zone
from server.refusals import Rejected

FIRST = ("kind", "until", "text", "attribution")
# What says that another answer was given meanwhile.
SEEN = "seen"


def answering(call: Call, prompt: OpenPrompt) -> dict[str, Any] | None:
    """What the form shows; None: it is not this reader's to answer."""
    held = prompt.matter.held
    if Role.MEMBER not in prompt.matter.vantage.roles or held is None:
        return None
    draft, refused = kept(call, f"response-{prompt.now.id}"), call.rejected
    values = refused.values if refused else draft.fields or {}
    errors = {name: error for name, error in refused.errors.items() if name in (*FIRST, SEEN)} if refused else {}
    return {
        "prompt": prompt.now,
        "on_session": prompt.matter.initiative is None,
        "draft": draft,
        "values": values,
        "errors": errors,
        "sentences": in_summary(call, {name: error for name, error in errors.items() if name != SEEN}, "text"),
        "kinds": [(kind, call.text(words)) for kind, words in RESPONSE_WORDS.items()],
        "stale": bool(refused and SEEN in refused.errors),
        "seen": _seen(prompt, refused),
        "first_day": (call.now.astimezone(zone(prompt.around.zone)) + timedelta(days=1)).date(),
        "longest": responses.LONGEST,
        **_masks(call, prompt, held, values),
    }


def _seen(prompt: OpenPrompt, refused: Rejected | None) -> str:
    """The answer in force when the form was made; of one that came back because of another, that other one."""
    now = str(prompt.now.response_id or 0)
    return now if refused is None or SEEN in refused.errors else refused.values.get(SEEN, now)


def _masks(call: Call, prompt: OpenPrompt, held: Held, values: Mapping[str, str]) -> dict[str, Any]:
    """In whose name it can be said: not in the role of one of few."""
    found = choosing(call, prompt.thread, values)
    people = responses.how_many_answer(call.db, prompt.now.matter, held.id)
    if people < FEW:
        found["attributions"] = [one for one in found["attributions"] if one[0] != Attribution.ROLE]
        if found["attribution"] == Attribution.ROLE:
            found["attribution"] = Attribution.NONE.value
    return found | {"people": people, "few": people < FEW}
