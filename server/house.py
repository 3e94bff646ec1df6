"""The composed application: what every call can reach, and how its answer becomes bytes.

server/app.py builds one `House`; nothing here knows a cohort or a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from server import receipts
from server.calls import Call, CookieSet, Reply
from server.clock import zone_names
from server.db import Database
from server.headers import page_headers, policy
from server.lanes import Lanes
from server.languages import Language
from server.live.log import placed
from server.pages import Fragment, Page, Pages, Piece
from server.settings import Settings
from server.static import StaticFiles
from server.together import Together

if TYPE_CHECKING:
    from server.live.hub import Hub
    from server.live.texts_rooms import Texts
    from server.live.wakeup import Wakeup


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes for the browser, made inside the worker."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[CookieSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, as the page's header shows them; `likely_zone`: where they work, for the question where they are."""

    name: str
    role: str | None = None
    role_word: str = ""
    likely_zone: str = ""


@dataclass(frozen=True, slots=True)
class LivePart:
    """Where the page's socket connects, the positions it resumes from, the reader's own items, and how often what
    the reader may see had changed when the page was made."""

    url: str
    positions: str
    mine: tuple[str, ...]
    access: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout shows around a page."""

    language: Language
    viewer: Reader | None
    places: tuple[Place, ...]
    live: LivePart | None
    bell: Fragment | None
    nonce: str
    notice: str | None
    demo: bool
    asks_zone: bool
    zones: tuple[str, ...]
    zone: str
    path: str
    import_map: str
    build: str
    styles_page: bool = False


@dataclass(slots=True)
class House:
    """One running installation. The hooks are filled by server/app.py, the only file that knows every package."""

    settings: Settings
    database: Database
    lanes: Lanes
    pages: Pages
    static: StaticFiles
    hub: Hub
    texts: Texts
    viewer_of: Callable[[Call], Any]
    reader_of: Callable[[Call], tuple[Reader | None, tuple[Place, ...]]]
    notice_of: Callable[[Call], str | None]
    panels: Mapping[str, tuple[Callable[..., Any], ...]] = field(default_factory=dict)
    wakeup: Wakeup | None = None
    receipts: Any = receipts
    policy: str = ""
    together: Together = field(init=False)

    def __post_init__(self) -> None:
        self.together = Together(self.lanes.writes, self.database)
        self.policy = policy(self.settings, self.static.import_map)

    def frame(self, call: Call, page: Page) -> Frame:
        """What the layout shows around `page` for this call."""
        viewer, places = self.reader_of(call) if call.viewer else (None, ())
        asks = call.viewer is not None and not call.viewer.time_zone
        live = None
        (bell, at), *_ = [ring(call) for ring in self.panels.get("bell", ()) if call.viewer] or [(None, None)]
        # Whoever is signed in has a socket on every page: it also tells when their access ends.
        if page.live or call.viewer:
            # The bell is followed where something else is; alone it would keep a page open that may be read no more.
            followed = placed(call.db, (*page.live, at) if page.live and at and at not in page.live else page.live)
            positions = ",".join(str(position) for position in followed)
            access = call.viewer.access if call.viewer else 0
            live = LivePart(f"/live?at={positions}&access={access}", positions, page.mine, access)
        return Frame(
            language=call.language,
            viewer=viewer,
            places=places,
            live=live,
            bell=bell,
            nonce=call.nonce,
            notice=self.notice_of(call),
            demo=self.settings.demo,
            asks_zone=asks,
            zones=zone_names(viewer.likely_zone) if asks and viewer else (),
            zone=call.viewer.time_zone or "" if call.viewer else "",
            path=call.path,
            import_map=self.static.import_map,
            build=self.static.build,
            styles_page=page.template.startswith("styles/"),
        )

    def render(self, call: Call, shown: Page | Piece | Reply | Answer) -> Answer:
        """The bytes of what a handler returned."""
        if isinstance(shown, Answer):
            return shown
        if isinstance(shown, Reply):
            return self.render_reply(call, shown, None, {})
        headers = page_headers(self.settings, self.policy, call.nonce) | {"content-type": "text/html; charset=utf-8"}
        status = getattr(shown, "status", 200)
        if call.rejected and call.rejected.errors and status == 200:
            status = 422
        if isinstance(shown, Piece):
            return Answer(self.pages.piece(shown, call.language).encode(), status, headers)
        html = self.pages.page(shown.template, shown.context, self.frame(call, shown), call.language)
        return Answer(html, status, headers)

    def render_reply(
        self, call: Call, reply: Reply | Answer, form: Callable[..., Piece] | None, opened: Mapping[str, Any]
    ) -> Answer:
        """A redirect for a plain browser; for htmx a fresh form and the touched regions as the hub shows them.

        A verb that hands out a file has made its answer itself.
        """
        if isinstance(reply, Answer):
            return reply
        headers = page_headers(self.settings, self.policy, call.nonce)
        if reply.leaves:
            headers["clear-site-data"] = '"cache", "storage"'
        if not call.htmx:
            return Answer(b"", 303, headers | {"location": reply.to}, reply.cookies)
        call.db.flush()
        body = self.pages.piece(form(call, **opened), call.language) if form else ""
        body += self.hub.kinds.shown_to(call, reply.regions)
        headers |= {"content-type": "text/html; charset=utf-8"}
        # Where a plain browser would be sent: for a page that does not show what was made.
        headers["hx-page"] = reply.to
        if reply.mine:
            headers["hx-mine"] = " ".join(reply.mine)
        if reply.anew:
            headers["hx-anew"] = reply.anew
        return Answer(body.encode(), 200, headers, reply.cookies)
