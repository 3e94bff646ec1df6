"""What changed between two texts: always the whole truth, quickly, and in words where that says something."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.differences import GAP, GONE, NEW, SAME, Part, both, differences, shortened

MOST = 10_000
WORDS = [f"word{number}" for number in range(900)]
SEED = 20261121


def rebuilt(parts: tuple[Part, ...], without: str) -> str:
    return "".join(part.text for part in parts if part.kind != without)


@given(st.text(alphabet="ab .\n*é", max_size=60), st.text(alphabet="ab .\n*é", max_size=60))
def test_the_parts_are_both_texts(old: str, new: str) -> None:
    parts = differences(old, new)
    assert rebuilt(parts, NEW) == old
    assert rebuilt(parts, GONE) == new
    assert all(part.text for part in parts)


def test_one_text_of_two_has_every_paragraph_of_both_once() -> None:
    mine, theirs = "Sirens.\n\nBells at noon.\n\nLeaflets.", "Sirens.\n\nBells at night.\n\nLeaflets.\n\nRadio."
    assert both(mine, theirs) == "Sirens.\n\nBells at noon.\n\nBells at night.\n\nLeaflets.\n\nRadio."
    assert both("", theirs) == both(theirs, "") == both(theirs, theirs) == theirs
    # So much that repeats is not compared; both are there all the same.
    many = "\n\n".join("ab" * 1500)
    assert both(f"x{many}", many) == f"x{many}\n\n{many}"


def test_a_changed_word_is_a_changed_word() -> None:
    old = "We tried sirens and leaflets. It failed.\n\nThen bells."
    new = "We tried bells and leaflets. It failed badly.\n\nThen bells, again."
    assert differences(old, new) == (
        Part(SAME, "We tried "),
        Part(GONE, "sirens"),
        Part(NEW, "bells"),
        Part(SAME, " and leaflets. It failed"),
        Part(NEW, " badly"),
        Part(SAME, ".\n\nThen bells"),
        Part(NEW, ", again"),
        Part(SAME, "."),
    )
    assert differences("Same", "Same") == (Part(SAME, "Same"),)
    assert differences("", "") == ()


def test_long_stretches_that_are_equal_are_left_out() -> None:
    old = " ".join(WORDS)
    parts = shortened(differences(old, old.replace("word450 ", "changed ")))
    assert [part.kind for part in parts] == [GAP, SAME, GONE, NEW, SAME, GAP]
    assert sum(len(part.text.split()) for part in parts) < 100
    assert "word449" in parts[1].text


def prose(seed: int, lines: bool = True) -> str:
    dice = random.Random(seed)
    words = dice.choices(WORDS, [1 / (rank + 1) for rank in range(len(WORDS))], k=1600)
    ends = [". " if at % 14 == 13 else "\n\n" if lines and at % 90 == 89 else " " for at in range(len(words))]
    return "".join(word + end for word, end in zip(words, ends, strict=True))[:MOST]


def edited(text: str) -> str:
    dice = random.Random(SEED)
    return " ".join(dice.choice(WORDS) if dice.random() < 0.1 else word for word in text.split(" "))[:MOST]


TEXTS = {
    "edited": (prose(1), edited(prose(1))),
    "edited, one paragraph": (prose(1, lines=False), edited(prose(1, lines=False))),
    "nothing in common": (prose(1), prose(2)),
    "one word again and again": ("a " * 5000, "b" + "a " * 4999),
    "two words in turn": ("a b " * 2500, "b a " * 2500),
    "empty lines": ("\n" * MOST, "x" + "\n" * 9990 + "y"),
    "no spaces": ("字" * MOST, "字" * 5000 + "x" + "字" * 4999),
    "punctuation": (".," * 5000, ",;." * 3333),
    "lines that repeat": (
        "\n".join(f"p {at % 170}" for at in range(1800))[:MOST],
        "\n".join(f"p {at * 7 % 170}" for at in range(1800))[:MOST],
    ),
}


# Comparing these takes 13 ms where 50 was measured to be the limit.
MEASURE = tuple([str(at * step % 220) for at in range(1300)] for step in (1, 7))


def measure() -> None:
    SequenceMatcher(None, MEASURE[0], MEASURE[1], autojunk=False).get_opcodes()


def seconds(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


@pytest.mark.parametrize("name", TEXTS)
def test_ten_thousand_characters_take_less_than_fifty_milliseconds(name: str) -> None:
    """On a machine that compares `MEASURE` in a quarter of that; in turn, so that a busy one is slow at both."""
    old, new = TEXTS[name]
    both = []
    for _ in range(7):
        differences.cache_clear()
        both.append((seconds(lambda: differences(old, new)), seconds(measure)))
    parts = differences(old, new)
    assert rebuilt(parts, NEW) == old
    assert rebuilt(parts, GONE) == new
    assert min(ours for ours, _ in both) < 4 * min(its for _, its in both), both


def test_an_edit_of_one_long_paragraph_is_shown_in_words() -> None:
    parts = differences(*TEXTS["edited, one paragraph"])
    assert sum(len(part.text) for part in parts if part.kind == SAME) > 6_000
