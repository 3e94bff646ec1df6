"""Anchors: passages are found again, or say that they are not there; and no mark breaks a page."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from feedback.advice.anchors import LONGEST, Anchor, Mark, anchor, find, marked, normal, shown_text
from server.markdown import to_html

WORDS = st.sampled_from(
    ("river", "gauge", "warning", "bell", "night", "street", "radio", "people", "half", "town", "flood")
)
SENTENCES = st.lists(WORDS, min_size=3, max_size=60).map(" ".join)
# What people write, and what they would write to break something.
WILD = st.text(st.sampled_from("ab *_`[]()<>&\"'!\n-#1.x\u00e9\u0645\U0001f30a"), max_size=120)
TEXT = "Warnings reach half of the people. Sirens wake those who sleep near the river, and nobody else hears them."


@st.composite
def quoted(draw: st.DrawFn) -> tuple[str, int, int]:
    """A text and a stretch of it that neither begins nor ends with a gap."""
    text = draw(SENTENCES)
    begin = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(begin + 1, len(text)))
    stretch = text[begin:end]
    begin, end = begin + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())
    if begin >= end:
        begin, end = 0, len(text.split()[0])
    return text, begin, end


@given(quoted())
def test_what_nobody_changed_is_found_where_it_was(case: tuple[str, int, int]) -> None:
    text, begin, end = case
    made = anchor(text, text[begin:end], near=begin)
    assert made is not None
    assert find(text, made) == (begin, end, "exact")


@given(quoted(), st.lists(st.sampled_from(["NEW", "WORDS", "HERE"]), max_size=40), st.booleans())
def test_what_is_written_before_or_after_moves_it(case: tuple[str, int, int], more: list[str], front: bool) -> None:
    text, begin, end = case
    made, extra = anchor(text, text[begin:end], near=begin), " ".join(more)
    assert made is not None
    changed = normal(f"{extra} {text}" if front else f"{text} {extra}")
    found = find(changed, made)
    assert found is not None
    assert changed[found.begin : found.end] == text[begin:end]
    # Where the same words stand twice, what is around them tells which were meant.
    shift = len(changed) - len(text) if front else 0
    if made.before and made.after and text.count(made.before + made.quote + made.after) == 1:
        assert found.begin == begin + shift


@given(quoted(), SENTENCES)
def test_what_is_put_back_is_found_again(case: tuple[str, int, int], other: str) -> None:
    text, begin, end = case
    made = anchor(text, text[begin:end], near=begin)
    assert made is not None
    find(other, made)
    assert find(text, made) == (begin, end, "exact")


def test_a_deleted_passage_is_an_orphan() -> None:
    made = anchor(TEXT, "Sirens wake those who sleep near the river")
    assert made is not None
    assert find("Warnings reach half of the people.", made) is None
    assert find("", made) is None


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("Sirens wake all those who sleep close to the river, and nobody else.", "Sirens wake all those who sleep"),
        ("We learned that sirens wake those who live near the river. So what?", "sirens wake those who live near"),
    ],
)
def test_an_edited_passage_is_found_by_most_of_its_words(now: str, words: str) -> None:
    made = anchor(TEXT, "Sirens wake those who sleep near the river")
    assert made is not None
    found = find(now, made)
    assert found is not None
    assert found.how == "changed"
    assert now[found.begin : found.end].startswith(words)


def test_too_little_is_left_to_find_it_by() -> None:
    made = anchor(TEXT, "Sirens wake those who sleep near the river")
    assert made is not None
    assert find("Bells wake the town, and those by the sea read leaflets when they sleep badly.", made) is None
    short = anchor(TEXT, "nobody else")
    assert short is not None
    assert find("Somebody else hears them.", short) is None


def test_words_that_are_not_there_make_no_anchor() -> None:
    assert anchor(TEXT, "Sirens wake nobody") is None
    assert anchor(TEXT, "  \n ") is None


def test_gaps_of_every_kind_are_one() -> None:
    markup = to_html("Sirens *wake*\nthose\u00a0who\n\n- sleep\n- near `the river`")
    made = anchor(shown_text(markup), "wake   those who sleep\nnear the")
    assert made is not None
    assert made.quote == "wake those who sleep near the"


@given(WILD, st.lists(st.tuples(st.integers(0, 80), st.integers(1, 40)), max_size=5))
def test_marks_change_no_word_and_break_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    markup = to_html(text)
    shown = shown_text(markup)
    marks = [
        Mark(begin, min(begin + length, len(shown)), number, number + 100)
        for number, (begin, length) in enumerate(spans, 1)
        if begin < len(shown)
    ]
    changed = marked(markup, marks)
    # Without what was put in, it is what it was.
    without = re.sub(r'</?mark>|<sup class="passage">.*?</sup>', "", changed)
    assert without == markup
    if not changed.strip():
        return
    tree = html.fragment_fromstring(changed, create_parent="div")
    assert len(tree.xpath("//sup[@class='passage']")) == len(marks)
    assert tree.xpath("//a//a") == []
    # Nothing but items in a list, and nothing marked around a block.
    assert tree.xpath("//ul/mark | //ol/mark | //mark//p | //mark//li") == []
    read = "".join(tree.xpath(".//mark//text()[not(ancestor::sup)]"))
    for mark in marks:
        assert all(letter in read or letter == " " for letter in shown[mark.begin : mark.end])


def test_overlapping_passages_are_marked_once_and_linked_each() -> None:
    markup = to_html("Warnings reach **half** of the people.")
    text = shown_text(markup)
    one, two = (anchor(text, words) for words in ("Warnings reach half", "half of the people"))
    assert one is not None
    assert two is not None
    found = [find(text, each) for each in (one, two)]
    changed = marked(markup, [Mark(each.begin, each.end, at + 1, at + 7) for at, each in enumerate(found) if each])
    tree = html.fragment_fromstring(changed, create_parent="div")
    assert [link.get("href") for link in tree.xpath("//sup/a")] == ["#prompt-7", "#prompt-8"]
    assert "".join(tree.xpath(".//mark//text()[not(ancestor::sup)]")).replace(" ", "") == "Warningsreachhalfofthepeople"


@pytest.mark.parametrize("quote", ['<script>alert("x")</script>', '"><img src=x onerror=y>', "</mark></p>", "<b></b>"])
def test_script_in_a_quote_is_only_text(quote: str) -> None:
    markup = to_html(f"We wrote {quote} in it")
    made = anchor(shown_text(markup), quote)
    assert made is not None
    found = find(shown_text(markup), made)
    assert found is not None
    changed = marked(markup, [Mark(found.begin, found.end, 1, 1)])
    assert html.fragment_fromstring(changed, create_parent="div").xpath("//script | //img | //b") == []
    assert re.sub(r'</?mark>|<sup class="passage">.*?</sup>', "", changed) == markup


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from("abcde"), min_size=800, max_size=2500), st.integers(4, 300))
def test_texts_that_repeat_themselves_cost_little(words: list[str], length: int) -> None:
    quote = " ".join(words[:length])[:LONGEST].strip()
    made = Anchor(quote, "", "", 0)
    changed = " ".join([*words[length:], "f", *words[: length // 2]])
    took: list[float] = []
    # A machine with other work is slow now and then, and never three times in turn.
    while len(took) < 3 and not any(one < 0.5 for one in took):
        begun = time.thread_time()
        find(changed, made)
        took.append(time.thread_time() - begun)
    assert min(took) < 0.5
