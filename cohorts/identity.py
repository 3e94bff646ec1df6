"""How somebody is shown: every name on every surface comes out of `shown_as`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cohorts.models import Attribution, Part, Role
from cohorts.policies import PEER, Vantage, may_see_profiles
from people.erasure import GONE
from server.languages import N_, said_in

ROLE_WORDS: dict[str, str] = {
    Role.FACILITATOR: N_("Facilitator"),
    Role.MEMBER: N_("Team member"),
    PEER: N_("Team member"),
    Role.ADVISER: N_("Adviser"),
    Role.SPONSOR: N_("Sponsor"),
    Role.OWNER: N_("Owner"),
}

# Shown where a name would stand: in their role alone, or as nobody.
BY_ROLE: dict[str, str] = {
    Role.FACILITATOR: N_("A facilitator"),
    Role.MEMBER: N_("A team member"),
    PEER: N_("A team member"),
    Role.ADVISER: N_("An adviser"),
    Role.SPONSOR: N_("A sponsor"),
    Role.OWNER: N_("An owner"),
}
NOBODY = N_("A participant")

# What holds in a cohort, for those who read and write there. Where everybody is named there is nothing to say.
RULES: dict[str, str] = {
    Attribution.ROLE: N_(
        "Chatham House rule: use what is said here, but tell nobody who said it. Of who speaks, only the role is shown."
    ),
    Attribution.NONE: N_(
        "Chatham House rule: use what is said here, but tell nobody who said it. It is not shown who speaks."
    ),
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
    """Somebody as a reader may see them; `role_msgid` is the role's word, translated where it is shown. `masked`:
    `name` are words in the reader's language that stand for them. `others`: what those read who may not see the name.
    """

    name: str
    organisation: str
    country: str
    role: str
    role_msgid: str
    team: str
    sample: bool
    masked: bool = False
    others: str = ""

    @property
    def is_named(self) -> bool:
        """Whether everybody reads this name. Where not, nothing else of the author may be told either."""
        return not (self.masked or self.others)


# A region of somebody's bell stream: in whose name things are shown has changed for them, on any page of theirs.
NAMES = "names"

# From the most told to the least.
STRICTNESS = (Attribution.NAMED, Attribution.ROLE, Attribution.NONE)


def stricter(one: str, other: str) -> Attribution:
    """Of two attributions the one that tells less: what was said unattributed is never named later."""
    return max(Attribution(one), Attribution(other), key=STRICTNESS.index)


def for_deeds(attribution: str) -> Attribution:
    """In whose name something done is shown, such as a text saved, where what is said is shown under `attribution`: few
    could have done it, so a role would often name them."""
    return Attribution.NAMED if attribution == Attribution.NAMED else Attribution.NONE


def in_place_of(role: str, attribution: str, language: str) -> str:
    """The words for somebody of that role who is not named; `language` is a BCP 47 tag."""
    return said_in(language, BY_ROLE[role] if attribution == Attribution.ROLE else NOBODY)


def shown_as(author: Author, attribution: str, vantage: Vantage) -> Byline:
    """`author` of something said under `attribution` as seen from `vantage`. The cohort's own attribution wins where it
    tells less. A mask comes before everything else: whoever was erased must not stand out among the masked."""
    under = stricter(attribution, vantage.attribution)
    if under == Attribution.NAMED:
        return listed_as(author, vantage)
    words = in_place_of(author.role, under, vantage.language)
    if vantage.unmasks:
        return replace(listed_as(author, vantage), others=words)
    return Byline(words, "", "", "", "", "", sample=False, masked=True)


def listed_as(author: Author, vantage: Vantage) -> Byline:
    """`author` in a list of who belongs where, which everybody is told; never beside something that was said. A sponsor
    reads names and nothing else of a person; of somebody who was erased nobody reads where they worked, because in a
    small team that would name them again."""
    if author.name == GONE or not may_see_profiles(vantage):
        return Byline(author.name, "", "", "", "", "", author.sample)
    word = ROLE_WORDS[author.role]
    return Byline(author.name, author.organisation, author.country, author.role, word, author.team, author.sample)
