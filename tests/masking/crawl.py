"""Everything the application hands out to somebody: each address it has, by each of its methods, and each stream.

The addresses are read from the application, and what forms say from the table of access; so a new route is crawled
without a line here.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from feedback.notices import NOTICE
from server.clock import utc_now
from server.live.log import Stream
from server.live.texts import SharedText
from server.mail import Mail
from tests.access.table import TABLE
from tests.access.walk import Route, every_route
from tests.feedback.test_letters import write
from tests.live.writers import Writer, open_socket
from tests.masking.ground import Masked
from tests.world import Place

# They would end what is being tested: a login, a name.
LAST = ("people.web.sign_in.sign_out", "cohorts.web.invitations.sign_out", "people.web.profile.prefer")
# Where membership itself is told: nothing that anybody said stands there. Nowhere else may a trait be found.
LISTS = {
    "cohorts.web.team.show": "the people of a team",
    "cohorts.web.people.": "roles in a programme, for those who give and take them",
    "cohorts.web.arrivals.": "who was invited and who has arrived, for those who invite",
    "feedback.web.mentioning.": "whom one may name with an @: everybody who may read it, in the order of names",
    "sessions.new": "who can be chosen to lead a session: everybody in the cohort, in the order of names",
    "sessions.edit": "the same",
    "sessions.web.planning.": "the same, where that form is filled in anew",
    "slots.attendance": "who came, for those who run the session and say of everybody whether they did",
    "sessions.web.attending.": "the same, where that form is filled in anew",
    "cohorts.web.audit.show": "who gave which role and who took data home, for those who answer for it",
}
LISTED_STREAMS = ("arrivals",)
MOST_STREAMS = 20
# Until frames have come that are on their way.
SOON = 0.5


@dataclass(frozen=True)
class Collected:
    """One answer: what it was asked of, and everything in it."""

    route: str
    where: str
    status: int
    text: str


def _kept(route: Route, where: str, answer: httpx.Response) -> Collected:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    text = unpacked(answer.content) if answer.content.startswith(b"%PDF") else answer.text
    return Collected(route.name, where, answer.status_code, f"{headers}\n\n{text}")


def unpacked(content: bytes) -> str:
    """A PDF with its compressed streams opened."""
    parts = [content]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            parts.append(zlib.decompress(found[1]))
    return b"\n".join(parts).decode("latin-1")


def routes(masked: Masked, method: str) -> list[Route]:
    """Every route of that method that is there outside the demo."""
    found = [one for one in every_route(masked.house.app) if one.method == method]
    assert found
    return [one for one in found if one.name not in TABLE or not TABLE[one.name].demo]


def read(masked: Masked, who: str | None, places: tuple[Place, ...]) -> Iterator[Collected]:
    """Every page, piece and file, in every place."""
    client = masked.house.visit(masked.people[who] if who else None)
    asked = set()
    for route in routes(masked, "GET"):
        for place in places:
            for query in ("", *QUERIES.get(route.name, ())):
                path = route.filled(masked.ids(place)) + query.format(**masked.ids(place))
                if path not in asked:
                    asked.add(path)
                    yield _kept(route, f"GET {path} as {who}", client.get(path))


def do(masked: Masked, who: str | None, place: Place, *, htmx: bool = False) -> Iterator[Collected]:
    """Every form there is, as the table of access fills it in."""
    client = masked.house.visit(masked.people[who] if who else None)
    headers = {"hx-request": "true"} if htmx else {}
    for route in routes(masked, "POST"):
        if route.name not in LAST:
            sent = TABLE[route.name].sent if route.name in TABLE else {}
            fresh = masked.carried(place) if any("{" in value for value in sent.values()) else {}
            data = {name: value.format(role=f"zz{who}".lower(), **fresh) for name, value in sent.items()}
            path = route.filled(masked.ids(place))
            yield _kept(route, f"POST {path} as {who}", client.post(path, data=data, headers=headers))


def replayed(masked: Masked, who: str) -> Iterator[Collected]:
    """What every stream that person may follow told from its beginning, over plain HTTP."""
    client = masked.house.visit(masked.people[who])
    route = Route("live.frames", "GET", "/live/frames")
    for one in masked.house.rows(Stream):
        answer = client.get("/live/frames", params={"at": f"{one.id}.{one.epoch}.0"})
        if answer.status_code == 200:
            yield _kept(route, f"{one.kind} stream {one.id} as {who}", answer)


@contextmanager
def listening(masked: Masked, names: tuple[str, ...]) -> Iterator[Callable[[], list[Collected]]]:
    """Sockets of those people on every stream they may follow; what they were told until it is asked for."""
    told: list[Collected] = []
    with ExitStack() as stack:
        sockets = []
        for who in names:
            client, now = masked.house.visit(masked.people[who]), masked.house.rows(Stream)
            mine = [f"{one.id}.{one.epoch}.{one.seq}" for one in now]
            mine = [at for at in mine if client.get("/live/frames", params={"at": at}).status_code == 200]
            for first in range(0, len(mine), MOST_STREAMS):
                at = ",".join(mine[first : first + MOST_STREAMS])
                sockets.append((who, stack.enter_context(masked.house.socket(masked.people[who], at))))

        def until_now() -> list[Collected]:
            time.sleep(SOON)
            for who, socket in sockets:
                told.append(Collected("live.socket", f"socket of {who}", 200, _heard(socket)))
            return told

        yield until_now


def written_together(masked: Masked, by: str, names: tuple[str, ...]) -> Iterator[Collected]:
    """What the sockets of shared texts tell those people while somebody writes in each."""
    with ExitStack() as stack:
        sockets, written = [], 0
        for text in masked.house.rows(SharedText):
            for who in names:
                socket = open_socket(masked.house, masked.people[who], text.id, 0, text.epoch)
                sockets.append((f"text {text.id} as {who}", stack.enter_context(socket)))
            writer = Writer(masked.house, masked.people[by], text.id)
            stack.callback(writer.cut)
            if writer.connect() and writer.may_write:
                writer.type(0, "x")
                writer.settle()
                written += 1
        assert written
        time.sleep(SOON)
        for where, socket in sockets:
            yield Collected("texts.socket", where, 200, _heard(socket))


def mailed(masked: Masked) -> list[Mail]:
    """The mails about what people were told of so far."""
    before = {mail.id for mail in masked.house.rows(Mail)}
    with masked.house.database(writing=True) as db:
        # As if it were hours ago: nobody came to read it, and there was no mail about it for an hour.
        db.execute(NOTICE.update().values(at=utc_now() - timedelta(hours=2)))
        long_ago = utc_now() - timedelta(hours=2)
        db.execute(NOTICE.update().where(NOTICE.c.mailed_at.is_not(None)).values(mailed_at=long_ago))
    write(masked.house)
    return [mail for mail in masked.house.rows(Mail) if mail.id not in before]


def _heard(socket: ClientConnection) -> str:
    told = []
    with suppress(TimeoutError, ConnectionClosed):
        while True:
            said = socket.recv(0.01)
            told.append(said if isinstance(said, str) else said.decode(errors="replace"))
    return "\n".join(told)


def without_choices(text: str) -> str:
    """Without the boxes that list every country, and every zone, whoever is from there."""
    return re.sub(r"<option[^>]*>[^<]*</option>", "", text)


# Addresses show more with a query.
QUERIES: dict[str, tuple[str, ...]] = {
    "feedback.web.composer.show": ("?reply={comment}",),
    "feedback.web.initiatives.show": ("?reply={comment}", "?from=1"),
    "cohorts.web.history.show": ("?from=1&to=2", "?upto=1"),
}
