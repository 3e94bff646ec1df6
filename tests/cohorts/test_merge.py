"""Two edits of one version become one text, and no text is ever lost."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from cohorts.initiatives import FIELDS, Merge, merge

# Few words, so that two edits often agree, clash, or change a text back.
texts = st.fixed_dictionaries({name: st.sampled_from(("", "old", "one", "two")) for name in FIELDS})
Texts = Mapping[str, str]


def conflicting(base: Texts, theirs: Texts, mine: Texts) -> tuple[str, ...]:
    return merge(base, theirs, mine, 2).conflicts


@given(base=texts, theirs=texts, mine=texts)
def test_every_change_survives(base: Texts, theirs: Texts, mine: Texts) -> None:
    merged = merge(base, theirs, mine, 2)
    for name in FIELDS:
        shown = {merged.texts[name]} | ({merged.theirs[name]} if name in merged.conflicts else set())
        changed = {text for text in (mine[name], theirs[name]) if text != base[name]}
        assert changed <= shown, name
        assert shown <= changed | {base[name]}, name


@given(base=texts, theirs=texts, mine=texts)
def test_a_conflict_is_what_both_changed_differently(base: Texts, theirs: Texts, mine: Texts) -> None:
    expected = tuple(name for name in FIELDS if len({base[name], theirs[name], mine[name]}) == 3)
    # With only two different texts among three, somebody left the field as it was, or both agree.
    assert conflicting(base, theirs, mine) == expected


@given(base=texts, theirs=texts)
def test_who_changes_nothing_takes_nothing_back(base: Texts, theirs: Texts) -> None:
    assert merge(base, theirs, base, 2) == Merge(theirs, theirs, (), 2)


@given(base=texts, mine=texts)
def test_alone_everybody_gets_what_they_wrote(base: Texts, mine: Texts) -> None:
    assert merge(base, base, mine, 1) == Merge(mine, base, (), 1)


@given(base=texts, theirs=texts, mine=texts)
def test_the_order_of_two_edits_makes_no_difference(base: Texts, theirs: Texts, mine: Texts) -> None:
    one, other = merge(base, theirs, mine, 2), merge(base, mine, theirs, 2)
    assert one.conflicts == other.conflicts
    for name in set(FIELDS) - set(one.conflicts):
        assert one.texts[name] == other.texts[name]


@given(base=texts, theirs=texts, mine=texts, chosen=texts)
def test_a_resolved_conflict_is_none_any_more(base: Texts, theirs: Texts, mine: Texts, chosen: Texts) -> None:
    merged = merge(base, theirs, mine, 2)
    answer = {name: chosen[name] if name in merged.conflicts else merged.texts[name] for name in FIELDS}
    again = merge(merged.theirs, merged.theirs, answer, merged.version)
    assert again.conflicts == ()
    assert again.texts == answer
