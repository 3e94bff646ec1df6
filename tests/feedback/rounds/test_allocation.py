"""A proposal keeps every constraint or names where it could not, is balanced, and is the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from feedback.rounds.allocation import (
    Allocation,
    Bar,
    Candidate,
    Question,
    Short,
    Wish,
    allocate,
    wishes,
    with_few_givers,
)

WORDS = ("water", "river", "school", "doctor", "harbour", "forms")


def team(number: int, country: str = "", languages: str = "en", words: str = "") -> Candidate:
    return Candidate(number, country or f"C{number}", frozenset(languages.split()), "learns", frozenset(words.split()))


@some.composite
def questions(draw: some.DrawFn, most: int = 9) -> Question:
    """Up to nine teams, so uneven that not everything can be kept."""
    numbers = range(1, draw(some.integers(0, most)) + 1)
    teams = tuple(
        team(
            number,
            draw(some.sampled_from(("FR", "PT", "KE", "NZ"))),
            " ".join(draw(some.sets(some.sampled_from(("en", "fr", "pt-BR", "pt")), max_size=2))),
            " ".join(draw(some.sets(some.sampled_from(WORDS), max_size=4))),
        )
        for number in numbers
    )
    pair = some.tuples(some.integers(1, most), some.integers(1, most)).filter(lambda both: both[0] != both[1])
    conflicts, met = draw(some.frozensets(pair, max_size=6)), draw(some.frozensets(pair, max_size=8))
    return Question(teams, draw(some.integers(1, 5)), conflicts, met, seed=draw(some.integers(0, 99)))


def barred(question: Question, giver: int, receiver: int) -> bool:
    either = (giver, receiver) in question.conflicts or (receiver, giver) in question.conflicts
    return giver == receiver or either or (giver, receiver) in question.met


def degrees(question: Question, found: Allocation) -> dict[int, tuple[int, int]]:
    gives = [pair.giver_id for pair in found.pairs]
    gets = [pair.receiver_id for pair in found.pairs]
    return {one.team_id: (gives.count(one.team_id), gets.count(one.team_id)) for one in question.teams}


@settings(max_examples=150, deadline=None)
@given(questions())
def test_everything_is_kept_or_named(question: Question) -> None:
    found = allocate(question)
    both = [(pair.giver_id, pair.receiver_id) for pair in found.pairs]
    assert len(set(both)) == len(both), "nobody meets twice"
    assert not any(barred(question, giver, receiver) for giver, receiver in both)
    teams = {one.team_id: one for one in question.teams}
    for pair in found.pairs:
        assert pair.broken == wishes(teams[pair.giver_id], teams[pair.receiver_id]), "what is broken is named"
    named = {one.team_id: one for one in found.shortfalls}
    for team_id, (gives, gets) in degrees(question, found).items():
        assert max(gives, gets) <= question.gives
        if min(gives, gets) < question.gives:
            assert (named[team_id].gives, named[team_id].gets) == (gives, gets)
            assert (named[team_id].gives_why is None) == (gives == question.gives)
            assert (named[team_id].gets_why is None) == (gets == question.gives)
        else:
            assert team_id not in named


@settings(max_examples=100, deadline=None)
@given(questions(), some.integers(1, 4))
def test_teams_with_few_givers_are_those_to_which_few_may_give(question: Question, few: int) -> None:
    teams = [one.team_id for one in question.teams]
    may = {one: sum(not barred(question, other, one) for other in teams) for one in teams}
    assert with_few_givers(question, few) == [one for one in teams if may[one] < few]


@settings(max_examples=100, deadline=None)
@given(questions())
def test_no_more_pairs_could_have_been_made(question: Question) -> None:
    """Hall: of every set of givers, those they may meet have no room for more than they got."""
    found = allocate(question)
    teams = [one.team_id for one in question.teams]
    room = min(question.gives, max(len(teams) - 1, 0))
    bounds = []
    for size in range(len(teams) + 1):
        for inside in combinations(teams, size):
            free = room * (len(teams) - size)
            reached = sum(min(room, sum(not barred(question, g, r) for g in inside)) for r in teams)
            bounds.append(free + reached)
    assert len(found.pairs) == min(bounds)


@settings(max_examples=100, deadline=None)
@given(questions())
def test_nobody_is_two_behind_somebody_who_could_hand_over(question: Question) -> None:
    found = allocate(question)
    degree = degrees(question, found)
    both = {(pair.giver_id, pair.receiver_id) for pair in found.pairs}
    for low, high in permutations(degree, 2):
        if degree[low][0] < degree[high][0] - 1:
            takes = [r for g, r in both if g == high and not barred(question, low, r) and (low, r) not in both]
            assert takes == [], f"{low} could give instead of {high}"
        if degree[low][1] < degree[high][1] - 1:
            takes = [g for g, r in both if r == high and not barred(question, g, low) and (g, low) not in both]
            assert takes == [], f"{low} could get instead of {high}"


@settings(max_examples=40, deadline=None)
@given(questions(most=4))
def test_as_few_wishes_are_broken_as_can_be(question: Question) -> None:
    """Against every possible table of the same size, where everybody has all."""
    found = allocate(question)
    if found.shortfalls or not question.teams:
        return
    teams = {one.team_id: one for one in question.teams}
    edges = [(g, r) for g, r in product(teams, teams) if not barred(question, g, r)]
    best = min(
        sum(len(wishes(teams[g], teams[r])) for g, r in chosen)
        for chosen in combinations(edges, len(found.pairs))
        if all(sum(g == one for g, _ in chosen) == question.gives for one in teams)
        and all(sum(r == one for _, r in chosen) == question.gives for one in teams)
    )
    assert sum(len(pair.broken) for pair in found.pairs) == best


@settings(max_examples=40, deadline=None)
@given(questions(), some.data())
def test_what_is_kept_stands(question: Question, data: some.DataObject) -> None:
    ids = [one.team_id for one in question.teams]
    pairs = [(g, r) for g, r in permutations(ids, 2)]
    kept = tuple(data.draw(some.lists(some.sampled_from(pairs), max_size=4, unique=True))) if pairs else ()
    asked = Question(question.teams, question.gives, question.conflicts, question.met, kept, question.seed)
    found = {(pair.giver_id, pair.receiver_id): pair for pair in allocate(asked).pairs}
    assert set(kept) <= set(found)
    for pair in kept:
        against = (question.conflicts & {pair, pair[::-1]}, question.met & {pair})
        assert [bool(one) for one in against] == [bar in found[pair].barred for bar in (Bar.CONFLICT, Bar.MET)]


@settings(max_examples=60, deadline=None)
@given(questions())
def test_stretched_by_no_more_than_one(question: Question) -> None:
    before = allocate(question)
    found = allocate(replace(question, stretch=True))
    assert set(before.pairs) <= set(found.pairs)
    for team_id, counts in degrees(question, found).items():
        assert max(counts) <= question.gives + 1
        assert all(now >= then for now, then in zip(counts, degrees(question, before)[team_id], strict=True))
    for giver, receiver in ((pair.giver_id, pair.receiver_id) for pair in found.pairs):
        assert not barred(question, giver, receiver)


@settings(max_examples=30, deadline=None)
@given(questions())
def test_same_question_same_answer(question: Question) -> None:
    assert allocate(question) == allocate(question)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_to_give_to(count: int) -> None:
    found = allocate(Question(tuple(team(number) for number in range(1, count + 1)), 2))
    assert found.pairs == ()
    assert [(one.gives_why, one.gets_why) for one in found.shortfalls] == [(Short.FEW_TEAMS, Short.FEW_TEAMS)] * count


def test_more_to_give_than_teams() -> None:
    found = allocate(Question(tuple(team(number) for number in (1, 2, 3)), 5))
    assert len(found.pairs) == 6
    assert {one.gives_why for one in found.shortfalls} == {Short.FEW_TEAMS}


def test_close_work_meets() -> None:
    words = {1: "water river flood", 2: "water river flood", 3: "school forms", 4: "school forms"}
    found = allocate(Question(tuple(team(number, words=text) for number, text in words.items()), 1))
    assert {(pair.giver_id, pair.receiver_id) for pair in found.pairs} == {(1, 2), (2, 1), (3, 4), (4, 3)}
    assert found.pairs[0].shared == ("flood", "river", "water")


def test_team_that_named_everybody_is_told_why() -> None:
    teams = tuple(team(number) for number in range(1, 6))
    found = allocate(Question(teams, 2, conflicts=frozenset((1, other) for other in (2, 3, 4, 5))))
    (alone,) = [one for one in found.shortfalls if one.team_id == 1]
    assert (alone.gives, alone.gets, alone.gives_why) == (0, 0, Short.BARRED)


def test_wishes_in_words() -> None:
    here, there = team(1, "FR", "fr"), team(2, "FR", "pt-BR")
    assert wishes(here, there) == (Wish.LANGUAGE, Wish.COUNTRY)
    assert wishes(team(1, "FR", "pt"), team(2, "PT", "pt-BR")) == ()
    assert wishes(team(1, "FR", ""), team(2, "PT", "pt")) == ()
