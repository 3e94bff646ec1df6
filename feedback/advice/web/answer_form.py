"""The form with which those who were asked answer a prompt. It belongs to one reader, so it stands outside
every live region."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cohorts.models import Role
from cohorts.web.forms import in_summary
from feedback.advice import responses
from feedback.advice.web.doors import OpenPrompt
from feedback.advice.web.words import RESPONSE_WORDS
from feedback.web.drafting import kept
from feedback.web.masks import choosing
from server.calls import Call
from server.clock import zone

FIRST = ("kind", "until", "text", "attribution")


def answering(call: Call, prompt: OpenPrompt) -> dict[str, Any] | None:
    """What the form shows; None: it is not this reader's to answer."""
    if Role.MEMBER not in prompt.matter.vantage.roles:
        return None
    draft, refused = kept(call, f"response-{prompt.now.id}"), call.rejected
    values = refused.values if refused else draft.fields or {}
    errors = {name: error for name, error in refused.errors.items() if name in FIRST} if refused else {}
    return {
        "prompt": prompt.now,
        "on_session": prompt.matter.initiative is None,
        "draft": draft,
        "values": values,
        "errors": errors,
        "sentences": in_summary(call, errors, "text"),
        "kinds": [(kind, call.text(words)) for kind, words in RESPONSE_WORDS.items()],
        "first_day": (call.now.astimezone(zone(prompt.around.zone)) + timedelta(days=1)).date(),
        "longest": responses.LONGEST,
        **choosing(call, prompt.thread, values),
    }
