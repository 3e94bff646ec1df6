"""One shared text as pycrdt holds it. Made for a moment and let go: nothing of it stays in memory between two calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pycrdt import Doc, Text, TransactionEvent, merge_updates

from server.live.texts_updates import ROOT, Unreadable, check, length

# What a text may hold, in UTF-16 code units, as browsers count in a text area; and its history, in bytes.
MOST_WORDS = 100_000
MOST_WEIGHT = 4_000_000
EMPTY = b"\x00\x00"
PANIC = "PanicException"


class Document:
    """A text and how it came about. Updates and state vectors are Yjs's, version 1."""

    def __init__(self, state: bytes, later: Iterable[bytes] = ()) -> None:
        self._doc: Doc[Any] = Doc()
        self._text = self._doc.get(ROOT, type=Text)
        for update in (state, *later):
            self._doc.apply_update(update)
        self._before = length(self.words())

    @classmethod
    def of(cls, words: str) -> Document:
        """A text that begins with these words. Once: the same words put together anew are another text to Yjs."""
        document = cls(EMPTY)
        document._text += words
        return document

    def words(self) -> str:
        """The text itself."""
        return str(self._text)

    def state(self) -> bytes:
        """Everything, as one update."""
        return self._doc.get_update()

    def vector(self) -> bytes:
        """How far it knows each writer."""
        return self._doc.get_state()

    def fits(self) -> bool:
        """Whether it is not too long, or at least became no longer since it was read."""
        return length(self.words()) <= max(MOST_WORDS, self._before)

    def append(self, paragraph: str) -> bytes:
        """Put a paragraph behind everything; what that added."""
        behind = ("\n\n" if self.words() else "") + paragraph
        return self._added(lambda: self._text.insert(len(self._text), behind))

    def apply(self, update: bytes) -> bytes:
        """Take an update in; what it added, empty where it was known. Raises Unreadable, and Missing.

        Afterwards, when it raised, this document is not to be used any more.
        """
        check(update, self.vector())
        try:
            return self._added(lambda: self._doc.apply_update(update))
        except BaseException as problem:
            # pycrdt checks less than it believes, and tells by a panic, which no `except Exception` catches.
            if isinstance(problem, ValueError) or type(problem).__name__ == PANIC:
                raise Unreadable from None
            raise

    def _added(self, change: Callable[[], object]) -> bytes:
        added: list[bytes] = []

        def note(event: TransactionEvent) -> None:
            added.append(event.update)

        noting = self._doc.observe(note)
        try:
            change()
        finally:
            self._doc.unobserve(noting)
        return merged(added) if added else b""


def merged(updates: Sequence[bytes]) -> bytes:
    """Several updates as one."""
    return merge_updates(*updates) if updates else EMPTY
