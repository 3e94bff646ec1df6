"""Words of what teams do in a round, as msgids."""

from __future__ import annotations

from enum import StrEnum

from feedback.rounds.models import AnswerKind
from feedback.rounds.phases import Phase
from server.languages import N_


class State(StrEnum):
    """How far a team is with one feedback. EARLY: nobody may write yet; MISSED: the round ended before it was signed;
    TAKEN_OUT: a facilitator took it out of the round."""

    EARLY = "early"
    NOT_BEGUN = "not begun"
    BEGUN = "begun"
    SIGNED = "signed"
    MISSED = "missed"
    TAKEN_OUT = "taken out"


STATES: dict[str, str] = {
    State.EARLY: N_("Not open yet"),
    State.NOT_BEGUN: N_("Not begun"),
    State.BEGUN: N_("Begun by %(name)s"),
    State.SIGNED: N_("Signed by %(name)s"),
    State.MISSED: N_("Not signed"),
    State.TAKEN_OUT: N_("Taken out of the round"),
}
# What the state means for somebody who writes, by state and phase.
MEANS: dict[tuple[str, str], str] = {
    (State.EARLY, Phase.WAITING): N_("You can read their work now, and write when the round opens."),
    (State.NOT_BEGUN, Phase.OPEN): N_("Anybody of your team can begin. You write in it together."),
    (State.BEGUN, Phase.OPEN): N_("Your team alone reads this until it is signed and revealed."),
    (State.SIGNED, Phase.OPEN): N_(
        "The other team reads it from the reveal on. Until then you can take it back and change it."
    ),
    (State.NOT_BEGUN, Phase.REVEALED): N_(
        "The reveal is over. You can still write and sign: then they read it at once."
    ),
    (State.BEGUN, Phase.REVEALED): N_(
        "It was not signed before the reveal, so nobody else has read it. You can still sign: then they "
        "read it at once."
    ),
    (State.SIGNED, Phase.REVEALED): N_("The other team reads it now. What they answer appears below."),
    (State.SIGNED, Phase.CLOSED): N_("The round is closed. It can be read, and answered no more."),
    (State.MISSED, Phase.CLOSED): N_(
        "The round closed before this was signed. Nobody else has read it; your team keeps what it wrote."
    ),
}
TAKEN_OUT = N_(
    "A facilitator took this pair out of the round, so nobody else reads it. Your words are kept for "
    "your team until the round closes: copy what you need."
)
CALLED_OFF = N_("The round was called off, so nobody else reads this. Your team keeps what it wrote.")

DONE: dict[str, str] = {
    AnswerKind.ANSWERED: N_("answered"),
    AnswerKind.THANKED: N_("thanked for this"),
    AnswerKind.TAKEN_ON: N_("took this on"),
}
TAKEN_BACK = N_("An answer was taken back.")
NOT_YET: dict[str, str] = {
    Phase.WAITING: N_("The round has not begun yet."),
    Phase.OPEN: N_(
        "The teams are writing. What they sign appears here at the reveal, for everybody at the same moment."
    ),
    Phase.CANCELLED: N_("The round was called off: nothing was revealed."),
}
NOTHING = N_("Nobody signed feedback for this team.")
