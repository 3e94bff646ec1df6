"""What sessions are called on the pages: words by value."""

from __future__ import annotations

from cohorts.identity import RULES
from cohorts.models import Attribution
from server.languages import N_
from sessions.models import OpenTo, Rsvp, SessionPart
from sessions.states import SessionState

STATES: dict[str, str] = {
    SessionState.DRAFT: N_("Draft"),
    SessionState.TO_COME: N_("To come"),
    SessionState.RUNNING: N_("On now"),
    SessionState.PAST: N_("Over"),
    SessionState.CANCELLED: N_("Called off"),
}
UNDATED = N_("No date yet")
ANSWERS: dict[str, str] = {
    Rsvp.YES: N_("I will come"),
    Rsvp.IF_NEED_BE: N_("If need be"),
    Rsvp.NO: N_("I cannot come"),
}
OPEN: dict[str, str] = {
    OpenTo.COHORT: N_("The cohort"),
    OpenTo.PROGRAMME: N_("The cohort, and the sponsors of the programme"),
}
PARTS: dict[str, str] = {
    SessionPart.LEADS: N_("leads"),
    SessionPart.HELPS: N_("helps"),
}
# What is told at most of who said what: the choice, and what it means.
ATTRIBUTIONS: dict[str, tuple[str, str]] = {
    Attribution.NAMED: (
        N_("With names"),
        N_("What is said in the session stands under the name of whoever said it. Only those who may read it see it."),
    ),
    Attribution.ROLE: (
        N_("Chatham House rule, by role"),
        N_("What is said may be used. Shown is only whether a member, an adviser or a facilitator said it."),
    ),
    Attribution.NONE: (
        N_("Chatham House rule, unattributed"),
        N_("What is said may be used. It is not shown who said it, nor in which role, nor from which country."),
    ),
}
# The rule of a session, as those who come to it read it.
RULE: dict[str, str] = {Attribution.NAMED: N_("What is said stands under the name of whoever said it."), **RULES}
REMINDERS: dict[int, str] = {
    7 * 24 * 60: N_("A week before"),
    24 * 60: N_("A day before"),
    60: N_("An hour before"),
    15: N_("15 minutes before"),
}
