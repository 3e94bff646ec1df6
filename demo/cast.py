"""A few of the demo's people, one for each way of seeing it, to be named where the demo starts."""

from __future__ import annotations

from dataclasses import dataclass

from demo.samples import people

HANDLES = (
    "akinyi.wekesa",
    "ximena.rios",
    "salma.benaissa",
    "meilin.goh",
    "clemence.aubry",
    "henrik.vandewalle",
    "noor.jansen",
)
WORDS = {
    "member": "member of the team “{team}”",
    "adviser": "adviser, a critical friend of every team in the learning track",
    "facilitator": "facilitator of the programme",
    "sponsor": "sponsor, who sees results and no candid talk",
    "owner": "owner of this installation",
}


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody to enter as, and why one would."""

    name: str
    words: str


def cast() -> tuple[CastMember, ...]:
    """The short list, in the order of `HANDLES`."""
    by_handle = {person.handle: person for person in people()}
    chosen = [by_handle[handle] for handle in HANDLES]
    return tuple(CastMember(one.name, WORDS[one.role].format(team=one.team)) for one in chosen)
