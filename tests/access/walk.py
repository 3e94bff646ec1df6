"""Every route of the application, read from the application itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from litestar import Litestar
from litestar.routes import HTTPRoute, WebSocketRoute

from tests.world import Place, World

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Route:
    """One way in. `method` is GET, POST or SOCKET; `path` still has its {names:type}."""

    name: str
    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)

    def filled(self, ids: Mapping[str, object]) -> str:
        """The address with those ids. A parameter that `ids` lacks is a mistake of the test."""
        return PARAMETER.sub(lambda match: str(ids[match[1]]), self.path)


def _found(app: Litestar) -> Iterator[Route]:
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            yield Route(str(route.route_handler.name), "SOCKET", route.path)
        elif isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method in ("GET", "POST"):
                    yield Route(str(handler.name), str(method), route.path)
                else:
                    assert method in ("OPTIONS", "HEAD"), f"{method} {route.path}"


def every_route(app: Litestar) -> list[Route]:
    """All routes, in order of their names."""
    return sorted(_found(app), key=lambda route: (route.name, route.method))


# Nobody has answered that prompt or that item, been in that room, or signed in with that login.
NOBODY_HAS = ("answer", "response", "group", "poll", "question", "outcome", "line", "login")


def ids_in(place: Place, world: World) -> dict[str, object]:
    """What a path may name, in that place: its things, and comments and memberships of people there."""
    names = {"team": "Jun", "comment": "Jun"} if place is world.foreign else {"team": "Bram", "comment": "Amara"}
    return {
        "programme": place.programme,
        "cohort": place.cohort,
        "team": place.team,
        "initiative": place.initiative,
        "thread": place.thread,
        "kind": "helpful",
        "place": f"thread-{place.thread}",
        "comment": place.comments.get(names["comment"], 0),
        "membership": world.memberships[names["team"]],
        "mail": world.failed_mail,
        "import": world.imports[place.cohort],
        "invitation": world.invitations[place.cohort],
        "round": world.rounds[place.cohort],
        "pair": world.pairs[place.cohort],
        "section": 1,
        "item": world.items.get(place.cohort, 987_654),
        "other": world.reed.team,
        "text": world.texts[place.cohort],
        "prompt": world.prompts[place.cohort],
        "stance": "agree",
        "session": world.sessions[place.cohort],
        "slot": world.slots[place.cohort][0],
        "quote": world.quotes[place.cohort],
        "attachment": world.attachments[place.cohort],
        "handle": "nobody-was-given-this",
        "token": "nobody-was-sent-this",
        "path": "css/tokens.css",
    } | dict.fromkeys(NOBODY_HAS, 987_654)
