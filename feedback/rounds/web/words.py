"""Words for what the tables of rounds hold in one, as msgids."""

from __future__ import annotations

from cohorts.models import Attribution, AudienceKind
from feedback.rounds.allocation import Bar, Short, Wish
from feedback.rounds.models import Asks
from feedback.rounds.phases import Phase
from feedback.rounds.stuck import Trouble
from server.languages import N_

PHASES: dict[str, str] = {
    Phase.PLANNED: N_("Planned"),
    Phase.WAITING: N_("Opens soon"),
    Phase.OPEN: N_("Open"),
    Phase.REVEALED: N_("Revealed"),
    Phase.CLOSED: N_("Closed"),
    Phase.CANCELLED: N_("Cancelled"),
}
WHAT_NOW: dict[str, str] = {
    Phase.PLANNED: N_("Facilitators alone know of it. The teams see it when it is released."),
    Phase.WAITING: N_("The teams know whom they give feedback to, and cannot write yet."),
    Phase.OPEN: N_("The teams write and sign. Nobody else reads it before the reveal."),
    Phase.REVEALED: N_("The teams read what they received, and answer."),
    Phase.CLOSED: N_("It can be read, and answered no more."),
    Phase.CANCELLED: N_("It was called off."),
}
NEXT: dict[str, str] = {
    Phase.PLANNED: N_("Is to open"),
    Phase.WAITING: N_("Opens"),
    Phase.OPEN: N_("Revealed"),
    Phase.REVEALED: N_("Closes"),
    Phase.CLOSED: N_("Closed"),
    Phase.CANCELLED: N_("Was to open"),
}
ASKS: dict[str, str] = {
    Asks.INITIATIVE: N_("The whole initiative"),
    Asks.CHAPTER: N_("One chapter of the initiative"),
    Asks.DOCUMENT: N_("A document that each team hands in"),
}
SHARED: dict[str, str] = {
    AudienceKind.TEAM: N_("The team that receives it, and the facilitators"),
    AudienceKind.COHORT: N_("The whole cohort"),
}
NAMED: dict[str, str] = {
    Attribution.NAMED: N_("The team that gave it, and who signed for it"),
    Attribution.ROLE: N_("A team of the cohort, not which one"),
    Attribution.NONE: N_("Nobody: the feedback stands without a name"),
}
AGAINST: dict[str, str] = {
    Wish.LANGUAGE: N_("no common language"),
    Wish.COUNTRY: N_("same country"),
    Bar.CONFLICT: N_("one of them declared a conflict"),
    Bar.MET: N_("met in an earlier round"),
}
SHORT: dict[str, str] = {
    Short.FEW_TEAMS: N_("there are too few teams"),
    Short.BARRED: N_("conflicts and earlier rounds leave too few teams for it"),
    Short.TAKEN: N_("the teams it could be paired with are needed by others"),
}
TROUBLES: dict[str, str] = {
    Trouble.NOBODY: N_("Nobody is in this team any more."),
    Trouble.NO_DOCUMENT: N_("Has not handed in its document."),
    Trouble.UNSEEN: N_("Nobody of this team was here since the round opened."),
    Trouble.NOT_BEGUN: N_("%(count)s of %(of)s not begun."),
    Trouble.UNSIGNED: N_("%(count)s of %(of)s begun and not signed."),
    Trouble.GIVES_LESS: N_("Gives feedback to %(count)s teams; planned are %(of)s."),
    Trouble.GETS_LESS: N_("Gets feedback from %(count)s teams; planned are %(of)s."),
}
