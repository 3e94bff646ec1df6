"""What whoever writes in a round is told beforehand: who reads it, and in whose name it is shown."""

from __future__ import annotations

from cohorts.identity import RULES, in_place_of, stricter
from cohorts.models import Attribution, AudienceKind, Role
from feedback.rounds.web.team_doors import TeamInRound
from feedback.web.masks import SEEN_BY_FACILITATORS
from server.calls import Call
from server.languages import N_

WHO = N_("Who can read this: %(audience)s.")
OF_FEEDBACK: dict[str, str] = {
    AudienceKind.TEAM: N_("the team that receives it, the facilitators, and your own team"),
    AudienceKind.COHORT: N_("the whole cohort"),
}
OF_ANSWERS: dict[str, str] = {
    AudienceKind.TEAM: N_("the team that received it, the team that gave it, and the facilitators"),
    AudienceKind.COHORT: N_("the whole cohort"),
}
SIGNED = N_("Shown as from your team, with the name of whoever signs.")
SIGNED_MASKED = N_("Shown as “From a team of this cohort”, signed by “%(words)s”.")
ANSWERED = N_("What is answered is shown with the name of whoever answers.")
ANSWERED_MASKED = N_("What is answered is shown as by “%(words)s”. Which team received it is known.")
PAIRS_ARE_KNOWN = N_("Facilitators know which team gives to which.")


def of_feedback(call: Call, giver: TeamInRound) -> tuple[str, ...]:
    """Of what a team gives, in sentences of the reader's language."""
    who = call.text(WHO, audience=call.text(OF_FEEDBACK[giver.round.now.shared_with]))
    under = _under(giver)
    if under == Attribution.NAMED:
        return who, call.text(SIGNED)
    masked = call.text(SIGNED_MASKED, words=in_place_of(Role.MEMBER, under, call.language.tag))
    return who, masked, call.text(PAIRS_ARE_KNOWN), *_unmasked(call, giver)


def of_answers(call: Call, receiver: TeamInRound) -> tuple[str, ...]:
    """Of what a team answers to what it received; with the cohort's rule, which holds for readers too."""
    who = call.text(WHO, audience=call.text(OF_ANSWERS[receiver.round.now.shared_with]))
    under = _under(receiver)
    if under == Attribution.NAMED:
        return who, call.text(ANSWERED)
    masked = call.text(ANSWERED_MASKED, words=in_place_of(Role.MEMBER, under, call.language.tag))
    return call.text(RULES[under]), who, masked, *_unmasked(call, receiver)


def _under(team: TeamInRound) -> Attribution:
    return stricter(team.vantage.attribution, team.round.now.attribution)


def _unmasked(call: Call, team: TeamInRound) -> tuple[str, ...]:
    sees = team.round.cohort.programme.facilitators_see_authors
    return (call.text(SEEN_BY_FACILITATORS),) if sees else ()
