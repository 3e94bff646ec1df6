"""What a discussion is on, as its reader sees it: an initiative, or what a package above has people talk about.

Everything said about it, and every prompt, is opened through this one way: whoever may not see the matter sees nothing
on it. A package above says here how its own kind is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cohorts.cohorts import ProgrammeFacts
from cohorts.policies import Held, Vantage
from cohorts.web.doors import OpenInitiative, open_initiative_of_stream
from cohorts.web.fragments import whereabouts
from feedback.models import Matter
from server.calls import Call
from server.pages import Fragment
from server.refusals import NotYours


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """A matter this reader may see. `url`: its page; `language`: of its title, where that is known; `held`: with which
    membership they talk there (None: not at all); `whereabouts`: the way down to it. Members in `vantage` are those
    whose work it is: the team of an initiative, whoever runs a session. `initiative`: where it is one."""

    ids: Matter
    title: str
    language: str
    url: str
    vantage: Vantage
    held: Held | None
    cohort_id: int
    programme: ProgrammeFacts
    whereabouts: Fragment
    initiative: OpenInitiative | None = None


# How the matters of packages above are opened, by the stream of what was found: with the call and what it is. Each
# gives None for what is not of its kind, and raises NotYours.
openers: list[Callable[[Call, Matter], OpenMatter | None]] = []


def matter_of(initiative: OpenInitiative) -> OpenMatter:
    """An initiative that was opened."""
    return OpenMatter(
        ids=Matter(initiative.id),
        title=initiative.title,
        language=initiative.language,
        url=f"/initiatives/{initiative.id}",
        vantage=initiative.vantage,
        held=initiative.held,
        cohort_id=initiative.cohort.id,
        programme=initiative.programme,
        whereabouts=whereabouts(initiative),
        initiative=initiative,
    )


def open_matter(call: Call, ids: Matter, stream_id: int) -> OpenMatter:
    """What a thread is on, whose own stream is that one. Raises NotYours."""
    return call.once(("matter", ids), lambda: _open(call, ids, stream_id))


def _open(call: Call, ids: Matter, stream_id: int) -> OpenMatter:
    if ids.initiative_id is not None:
        return matter_of(open_initiative_of_stream(call, stream_id))
    found = next((one for one in (opens(call, ids) for opens in openers) if one is not None), None)
    if found is None:
        raise NotYours
    return found
