"""Which pages see a stream from one vantage, and where each was brought to.

A room of a thousand waits for the loop in `write`, so it asks nothing of a page. Pages that keep up are *together*:
they are where the hub is, which is known once and not a thousand times. Only the others stand *apart*, each with its
own position: a page that fell behind, and one that joined with news the hub has not delivered yet. Looked at one by
one, the pages cost 2 µs more each (measured, 1,000 sockets).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.live.kinds import Kind
from server.live.log import Position
from server.live.sockets import BROKEN, Socket, Write


@dataclass(eq=False, slots=True)
class Group:
    """The pages of one vantage on one stream."""

    kind: Kind
    together: dict[Socket, Write] = field(default_factory=dict)
    apart: dict[Socket, Position] = field(default_factory=dict)

    def put(self, socket: Socket, at: Position, delivered: Position) -> None:
        """That page is at `at`, and the hub at `delivered`."""
        self.take(socket)
        if at == delivered:
            self.together[socket] = socket.writer.write
        else:
            self.apart[socket] = at

    def take(self, socket: Socket) -> None:
        """Forget a page."""
        self.together.pop(socket, None)
        self.apart.pop(socket, None)

    def gather(self, to: Position) -> None:
        """Before what leads to `to` is written: pages that were ahead of the hub, and no longer are, come together."""
        for socket, at in list(self.apart.items()):
            if socket.behind_since is None and at.seq <= to.seq:
                self.put(socket, to, to)

    def write(self, frame: bytes, instead: Mapping[Socket, bytes]) -> None:
        """The same bytes to every page that keeps up, but to those in `instead` their own."""
        own = {socket: self.together.pop(socket) for socket in instead if socket in self.together}
        # A copy, because a page may fall behind by this very write.
        others = list(self.together.values())
        self.together |= own
        for socket in own:
            socket.offer(instead[socket])
        gone: list[Write] = []
        for write in others:
            try:
                write(frame)
            except RuntimeError:
                # uvloop raises for a transport that is gone. One such page must not cost the others theirs.
                gone.append(write)
        for socket in [socket for socket, write in self.together.items() if write in gone] if gone else ():
            socket.close(BROKEN)

    def __iter__(self) -> Any:
        yield from self.together
        yield from self.apart

    def __len__(self) -> int:
        return len(self.together) + len(self.apart)


class Groups:
    """Every group of this process, by stream and vantage; `delivered` is where the hub is in each stream."""

    def __init__(self) -> None:
        self.delivered: dict[int, Position] = {}
        self._by_stream: dict[int, dict[Any, Group]] = {}

    def of(self, stream_id: int) -> Mapping[Any, Group]:
        """The groups of one stream, by vantage."""
        return self._by_stream.get(stream_id, {})

    def is_personal(self, stream_id: int) -> bool:
        """Whether a stream is one reader's own."""
        return any(group.kind.personal for group in self.of(stream_id).values())

    def streams(self) -> Iterable[int]:
        """The streams that have pages."""
        return self._by_stream.keys()

    def reached(self, socket: Socket) -> list[Position]:
        """Where a page was brought to: what was written to it, not what was meant to be."""
        found = []
        for stream_id, followed in socket.followed.items():
            group = self._by_stream.get(stream_id, {}).get(followed.vantage)
            if group:
                found.append(group.apart.get(socket) or self.delivered[stream_id])
        return found

    def is_passed(self, reached: Iterable[Position]) -> bool:
        """Whether the hub has gone further than that: a page there would miss something."""
        known = ((self.delivered.get(at.stream_id), at) for at in reached)
        return any(now and (now.epoch != at.epoch or now.seq > at.seq) for now, at in known)

    def put(self, socket: Socket, reached: Iterable[Position]) -> None:
        """A page was brought there; the hub must not be further."""
        for at in reached:
            followed = socket.followed[at.stream_id]
            groups = self._by_stream.setdefault(at.stream_id, {})
            group = groups.setdefault(followed.vantage, Group(followed.kind))
            group.put(socket, at, self.delivered.setdefault(at.stream_id, at))

    def move(self, socket: Socket, reached: Iterable[Position]) -> None:
        """A page that follows already was brought there; it stands apart unless the hub is there too."""
        for at in reached:
            if group := self.of(at.stream_id).get(socket.followed[at.stream_id].vantage):
                group.put(socket, at, self.delivered[at.stream_id])

    def part(self, socket: Socket) -> None:
        """A page stays where it is while the hub goes on."""
        for at in self.reached(socket):
            group = self._by_stream[at.stream_id][socket.followed[at.stream_id].vantage]
            group.take(socket)
            group.apart[socket] = at

    def take(self, socket: Socket) -> None:
        """Forget a page; a stream nobody follows any more is forgotten with it."""
        for stream_id, followed in socket.followed.items():
            groups = self._by_stream.get(stream_id, {})
            if group := groups.get(followed.vantage):
                group.take(socket)
                if not len(group):
                    del groups[followed.vantage]
            if not groups:
                self._by_stream.pop(stream_id, None)
                self.delivered.pop(stream_id, None)
