"""How somebody is shown: every name on every surface comes out of `shown_as`."""

from __future__ import annotations

from dataclasses import dataclass

from cohorts.models import Attribution, Part, Role
from cohorts.policies import PEER, Vantage, may_see_profiles
from people.erasure import GONE
from server.languages import N_

ROLE_WORDS: dict[str, str] = {
    Role.FACILITATOR: N_("Facilitator"),
    Role.MEMBER: N_("Team member"),
    PEER: N_("Team member"),
    Role.ADVISER: N_("Adviser"),
    Role.SPONSOR: N_("Sponsor"),
    Role.OWNER: N_("Owner"),
}

PART_WORDS: dict[str, str] = {
    Part.LEARNS: N_("learns"),
    Part.ASKS: N_("asks"),
    Part.BRINGS: N_("brings"),
}


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody as the tables have them; `country` is ISO 3166-1 alpha-2, `team` empty for those without one."""

    name: str
    organisation: str
    country: str
    role: str
    team: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Byline:
    """Somebody as a reader may see them; `role_msgid` is the role's word, translated where it is shown."""

    name: str
    organisation: str
    country: str
    role: str
    role_msgid: str
    team: str
    sample: bool


# From the most told to the least.
_STRICTNESS = (Attribution.NAMED, Attribution.ROLE, Attribution.NONE)


def stricter(one: str, other: str) -> Attribution:
    """Of two attributions the one that tells less: what was said unattributed is never named later."""
    return max(Attribution(one), Attribution(other), key=_STRICTNESS.index)


def shown_as(author: Author, attribution: str, vantage: Vantage) -> Byline:
    """`author` of something said under `attribution` as seen from `vantage`. A sponsor reads names and nothing else of
    a person; of somebody who was erased nobody reads where they worked, because in a small team that would name them
    again."""
    if author.name == GONE or not may_see_profiles(vantage):
        return Byline(author.name, "", "", "", "", "", author.sample)
    word = ROLE_WORDS[author.role]
    return Byline(author.name, author.organisation, author.country, author.role, word, author.team, author.sample)
