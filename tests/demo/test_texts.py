"""The texts of the demo: readable by the product's own rules, and about nobody who lives."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from demo.cast import HANDLES, WORDS, cast
from demo.samples import TEXTS, Remark, ago, board, conversations, people, teams
from people.models import Sector
from server.clock import is_zone
from server.forms import clean
from server.markdown import to_html


def every_remark() -> Iterator[Remark]:
    for conversation in conversations():
        for remark in conversation.remarks:
            yield remark
            yield from remark.replies


def every_text() -> Iterator[str]:
    for team in teams():
        yield from team.initiative.values()
    for remark in every_remark():
        yield remark.text
        if remark.edited:
            yield remark.edited[1]


def test_texts_are_what_a_form_would_have_taken() -> None:
    for text in every_text():
        assert text == clean(text).strip()
        assert len(text) < 10_000


def test_no_line_ends_inside_a_paragraph() -> None:
    """A line end is kept when it is shown: only lists have one."""
    for text in every_text():
        html = to_html(text)
        assert "<br" not in html, text


def test_nobody_has_two_names_and_everybody_is_placed() -> None:
    cast = people()
    assert len({one.handle for one in cast}) == len({one.name for one in cast}) == len(cast)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)+", one.handle) for one in cast)
    assert all(is_zone(one.organisation.time_zone) and one.organisation.sector in set(Sector) for one in cast)
    assert all(re.fullmatch("[A-Z]{2}", one.organisation.country) for one in cast)


def test_teams_have_one_to_three_members_and_names_of_their_own() -> None:
    assert len(teams()) == len({team.name for team in teams()}) == 28
    assert len({team.organisation.name for team in teams()}) == 28
    assert all(1 <= len(team.members) <= 3 for team in teams())


def test_board_has_each_role_as_often_as_it_needs() -> None:
    roles = [one.role for one in board()]
    assert {role: roles.count(role) for role in roles} == {"owner": 1, "facilitator": 2, "adviser": 3, "sponsor": 1}


def test_replies_come_after_what_they_answer() -> None:
    for conversation in conversations():
        for remark in conversation.remarks:
            times = [remark.ago, *(reply.ago for reply in remark.replies)]
            assert times == sorted(times, reverse=True), remark.text
    for remark in every_remark():
        assert remark.edited is None or remark.edited[0] < remark.ago
        assert remark.withdrawn is None or remark.withdrawn < remark.ago


def test_paragraphs_in_another_script_say_so() -> None:
    for remark in every_remark():
        assert (remark.language == "ar") == bool(re.search("[\u0600-\u06ff]", remark.text)), remark.text


def test_cast_has_every_role() -> None:
    assert len(cast()) == len(HANDLES)
    by_handle = {one.handle: one for one in people()}
    assert {by_handle[handle].role for handle in HANDLES} == set(WORDS)


@pytest.mark.parametrize("wrong", ["", "yesterday", "3 days", "4h 3d"])
def test_malformed_time_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        ago(wrong)


def test_every_file_is_read() -> None:
    assert {file.suffix for file in TEXTS.rglob("*") if file.is_file()} == {".toml"}
    assert len(list((TEXTS / "conversations").iterdir())) == len(conversations())
