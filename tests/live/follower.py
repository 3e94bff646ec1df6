"""A page somebody keeps open, followed without a browser: what static/js/frames.js and place.js do, in lxml."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from lxml import html
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.house import PATIENCE, House

Positions = dict[str, tuple[str, int]]

# What may differ between a page that was kept open and one loaded afresh, and why. Nothing else is forgiven.
IGNORED_FIELDS = {
    "key",  # a form's key is made when it is shown: no two are alike
    "seen",  # what its writer saw when they began: somebody who loads the page later saw more
}
IGNORED_CLASSES = {"fresh"}  # the highlight of something that has just arrived
# What time it is now: another minute, another ribbon. What was new when the reader came: later is another visit.
IGNORED_PARTS = "//*[starts-with(@class, 'ribbon') or @id='since']"
IGNORED_ATTRIBUTES = {
    "data-htmx-powered",  # htmx's own mark
    "open",  # a reader opened it, see morphIgnore
}


class Misfit(AssertionError):
    """A frame names an element the page does not have: the browser would load the page again."""


def read_positions(text: str) -> Positions:
    found: Positions = {}
    for part in filter(None, text.split(",")):
        stream, epoch, seq = part.split(".")
        found[stream] = (epoch, int(seq))
    return found


def by_id(page: html.HtmlElement, dom_id: str) -> html.HtmlElement | None:
    found = page.xpath("//*[@id=$id]", id=dom_id)
    assert len(found) < 2, f"#{dom_id} is there {len(found)} times"
    return found[0] if found else None


def order(item: html.HtmlElement) -> tuple[int, float | str]:
    text = item.get("data-order", "")
    try:
        return (0, float(text))
    except ValueError:
        return (1, text)


def place(container: html.HtmlElement, item: html.HtmlElement) -> None:
    """Put `item` where its data-order says, in place of the element with its id if there is one."""
    page = container.getroottree().getroot()
    old = by_id(page, item.get("id"))
    if old is not None:
        if old.getparent() is not container or old.get("data-order") == item.get("data-order"):
            item.tail = old.tail
            old.getparent().replace(old, item)
            return
        # Another place in the list: it moves there, and what is around it stays.
        old.drop_tree()
    others = [child for child in container if child.get("data-order") is not None]
    before = [child for child in others if order(child) <= order(item)]
    if before:
        before[-1].addnext(item)
    elif others:
        others[0].addprevious(item)
    else:
        container.append(item)


def apply(page: html.HtmlElement, content: str) -> None:
    """Apply the partials of one frame, in order. Raises Misfit when a target is not there."""
    wrapped = html.fragment_fromstring(content, create_parent="div")
    for partial in wrapped.findall("hx-partial"):
        target_id, swap = partial.get("hx-target", "")[1:], partial.get("hx-swap")
        target = by_id(page, target_id)
        if target is None and swap not in ("delete", "present", "place-present"):
            raise Misfit(f"#{target_id}")
        if swap in ("place", "place-present"):
            for item in list(partial) if target is not None else ():
                assert item.get("id"), "an item to be placed has no id"
                place(target, item)
        elif swap in ("outerMorph", "present"):
            if target is not None:
                (fresh,) = list(partial)
                fresh.tail = target.tail
                target.getparent().replace(target, fresh)
        elif swap == "delete":
            if target is not None:
                target.drop_tree()
        else:
            raise AssertionError(f"swap {swap}")


def normal(page: html.HtmlElement) -> str:
    """#page, one element a line, without what is written down above."""
    found = by_id(page, "page")
    assert found is not None
    top = copy.deepcopy(found)
    top.tail = None
    # The order of streams says nothing.
    top.set("data-positions", ",".join(sorted(top.get("data-positions", "").split(","))))
    top.set("data-mine", " ".join(sorted(top.get("data-mine", "").split())))
    for ribbon in top.xpath("." + IGNORED_PARTS):
        ribbon.clear(keep_tail=True)
    for element in top.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "input" and element.get("name") in IGNORED_FIELDS:
            element.attrib.pop("value", None)
        for name in IGNORED_ATTRIBUTES & set(element.attrib):
            del element.attrib[name]
        kept = [name for name in element.get("class", "").split() if name not in IGNORED_CLASSES]
        element.attrib.pop("class", None)
        if kept:
            element.set("class", " ".join(kept))
        ordered = sorted(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(ordered)
        element.text = " ".join((element.text or "").split()) or None
        element.tail = " ".join((element.tail or "").split()) or None
    return str(html.tostring(top, encoding="unicode")).replace("><", ">\n<")


class Follower:
    """One open page of one person. `resyncs` counts how often the page had to be loaded again as a whole."""

    def __init__(self, house: House, person_id: int, path: str, **headers: str) -> None:
        self.house, self.person_id, self.path = house, person_id, path
        self.client: httpx.Client = house.visit(person_id, **headers)
        self.page = self.load()
        self.frames: list[dict[str, Any]] = []
        self.resyncs = 0
        self.socket: ClientConnection | None = None

    def load(self) -> html.HtmlElement:
        answer = self.client.get(self.path)
        assert answer.status_code == 200, f"{self.path}: {answer.status_code}"
        return html.document_fromstring(answer.text)

    @property
    def here(self) -> html.HtmlElement:
        found = by_id(self.page, "page")
        assert found is not None
        return found

    @property
    def positions(self) -> str:
        return str(self.here.get("data-positions", ""))

    def connect(self) -> None:
        assert self.positions, f"{self.path} is not a live page"
        self.socket = self.house.socket(self.person_id, f"{self.positions}&access={self.here.get('data-access')}")

    def cut(self) -> None:
        """The network goes: nothing that was on its way arrives."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def receive(self, frame: dict[str, Any]) -> None:
        """What frames.js does with one frame, in its order."""
        self.frames.append(frame)
        there, here = read_positions(frame.get("at", "")), read_positions(self.positions)
        known = {stream: at for stream, at in there.items() if stream in here}
        foreign = any(epoch != here[stream][0] for stream, (epoch, _) in known.items())
        ahead = any(seq > here[stream][1] for stream, (_, seq) in known.items())
        old = bool(known) and all(seq < here[stream][1] for stream, (_, seq) in known.items())
        since = read_positions(frame.get("from", ""))
        missed = any(seq > here[stream][1] for stream, (_, seq) in since.items() if stream in here)
        if frame.get("resync") or foreign or (frame.get("beat") and ahead) or missed:
            self.resync()
            return
        if frame.get("beat") or old:
            return
        if "access" in frame:
            self.here.set("data-access", str(frame["access"]))
        if frame.get("content"):
            try:
                apply(self.page, frame["content"])
            except Misfit:
                self.resync()
                return
        for selector in frame.get("poke", ()):
            region = by_id(self.page, selector[1:])
            if region is not None and region.get("data-src") == "":
                self.resync()
                return
            self.refresh(selector[1:])
        kept = [
            one for one in self.here.get("data-mine", "").split() if not one.startswith(tuple(frame.get("anew", ())))
        ]
        shown = [one for one in frame.get("mine", ()) if by_id(self.page, one) is not None]
        self.here.set("data-mine", " ".join(dict.fromkeys([*kept, *shown])))
        for stream, (epoch, seq) in known.items():
            here[stream] = (epoch, max(seq, here[stream][1]))
        if here:
            text = ",".join(f"{stream}.{epoch}.{seq}" for stream, (epoch, seq) in here.items())
            self.here.set("data-positions", text)

    def refresh(self, dom_id: str) -> None:
        """What frames.js does with a region that differs from person to person: fetch it, if it is shown."""
        region = by_id(self.page, dom_id)
        if region is None:
            return
        fresh = html.fragment_fromstring(self.client.get(region.get("data-src", "")).text.strip())
        assert fresh.get("id") == dom_id
        fresh.tail = region.tail
        region.getparent().replace(region, fresh)

    def resync(self) -> None:
        self.resyncs += 1
        self.page = self.load()

    def next(self, timeout: float) -> dict[str, Any] | None:
        """The next frame, not yet applied; None: none came. Raises ConnectionClosed."""
        assert self.socket is not None
        try:
            return dict(json.loads(self.socket.recv(timeout)))
        except TimeoutError:
            return None

    def pump(self, seconds: float) -> None:
        """Apply what comes within that time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            frame = self.next(left)
            if frame is not None:
                self.receive(frame)

    def drain(self) -> None:
        """Apply what is already here."""
        while (frame := self.next(0)) is not None:
            self.receive(frame)

    def until(self, true: Callable[[], object]) -> None:
        """Apply what comes until that is so."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, "it did not come"
            self.pump(0.05)

    def closed_with(self, timeout: float = PATIENCE) -> int | None:
        """The code the server closes with, within that time; None: it stays open."""
        try:
            self.pump(timeout)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        return None

    def settle_without_socket(self) -> str:
        """This page as it is, for one that was brought up to date by asking."""
        assert self.socket is None
        return normal(self.page)

    def settle(self, timeout: float = PATIENCE) -> tuple[str, str]:
        """Apply frames until the page equals a fresh one, or the time is over: (this page, a fresh one)."""
        deadline = time.monotonic() + timeout
        while True:
            self.drain()
            kept, fresh = normal(self.page), normal(self.load())
            if kept == fresh or time.monotonic() > deadline:
                return kept, fresh
            if (frame := self.next(0.05)) is not None:
                self.receive(frame)
