"""What a browser sends, looked at before it is let into a text: https://docs.yjs.dev/api/document-updates, version 1.

A text holds characters and nothing else. So of all that Yjs can put into a document only characters, and the gaps that
deleted ones leave, are let in, all of them in the one text; and nothing that builds on what the text does not know,
which would lie in wait, unseen and for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# In the order of Yjs's own numbers for what a struct holds.
GAP, DELETED, CHARACTERS = 0, 1, 4
KIND, UNDER_A_KEY, HAS_RIGHT, HAS_LEFT = 0x1F, 0x20, 0x40, 0x80
NAMED_PARENT, ROOT = 1, "text"
# What no text area shows, or shows as something else.
UNWANTED = frozenset("\x00\r")
LARGEST = 2**53


def length(words: str) -> int:
    """How long a browser says that is: in UTF-16 code units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


class Unreadable(ValueError):
    """No update, or none that a text can hold."""


class Missing(ValueError):
    """It builds on something that the text does not know. Whoever sent it does: they can send that too."""


@dataclass(slots=True)
class Reader:
    """Numbers and strings, one after the other. Raises Unreadable."""

    data: bytes
    at: int = 0

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise Unreadable
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > 56:
                raise Unreadable
        if found >= LARGEST:
            raise Unreadable
        return found

    def string(self) -> str:
        size = self.number()
        if size > len(self.data) - self.at:
            raise Unreadable
        self.at += size
        try:
            return self.data[self.at - size : self.at].decode()
        except UnicodeDecodeError:
            raise Unreadable from None


def read_vector(vector: bytes) -> dict[int, int]:
    """A state vector: how far each writer is known."""
    reader = Reader(vector)
    return {reader.number(): reader.number() for _ in range(reader.number())}


@dataclass(slots=True)
class Check:
    """An update beside the text it is meant for, which knows each writer as far as `known` says."""

    reader: Reader
    known: dict[int, int]
    builds_on: list[tuple[int, int]] = field(default_factory=list)

    def run(self) -> None:
        """Raises Unreadable, and Missing."""
        reader = self.reader
        starts: dict[int, int] = {}
        for _ in range(reader.number()):
            structs, writer, clock = reader.number(), reader.number(), reader.number()
            if writer in starts:
                raise Unreadable
            starts[writer] = clock
            for _ in range(structs):
                clock += self._struct(writer, clock)
            if starts[writer] > self.known.get(writer, 0):
                raise Missing
            self.known[writer] = max(clock, self.known.get(writer, 0))
        for _ in range(reader.number()):
            writer = reader.number()
            for _ in range(reader.number()):
                first, count = reader.number(), reader.number()
                self.builds_on.append((writer, first + count - 1))
        if reader.at != len(reader.data):
            raise Unreadable
        if any(clock >= self.known.get(writer, 0) for writer, clock in self.builds_on):
            raise Missing

    def _struct(self, writer: int, clock: int) -> int:
        """One struct; how many numbers of its writer it takes."""
        reader, info = self.reader, self.reader.byte()
        kind = info & KIND
        if info == GAP:
            return reader.number()
        if kind not in (DELETED, CHARACTERS) or info & UNDER_A_KEY:
            raise Unreadable
        for neighbour in (HAS_LEFT, HAS_RIGHT):
            if info & neighbour:
                found = reader.number(), reader.number()
                if found[0] == writer and found[1] >= clock:
                    raise Unreadable
                self.builds_on.append(found)
        if not info & (HAS_LEFT | HAS_RIGHT) and (reader.number() != NAMED_PARENT or reader.string() != ROOT):
            raise Unreadable
        if kind == DELETED:
            return reader.number()
        words = reader.string()
        if not words or not UNWANTED.isdisjoint(words):
            raise Unreadable
        return length(words)


def check(update: bytes, vector: bytes) -> None:
    """Whether a text that is as far as `vector` says can take an update in.

    Raises Unreadable for whatever is more than characters in the one text, and Missing.
    """
    Check(Reader(update), read_vector(vector)).run()
