"""Promise 1, for every page that is live, from every vantage, and everything that can happen on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Databases
from tests.house import House, running
from tests.live.deeds import Deeds
from tests.live.follower import Follower, normal
from tests.live.harness import assert_live_equals_fresh, assert_same, following
from tests.world import World

TALKERS = ("Bram", "Chiara", "Esi", "Farid")
SAID = ("say", "reply", "first_reply", "edit_comment", "edit_reply", "withdraw", "withdraw_reply", "restore")
# Page: who keeps it open, and what happens while they do, one after the other.
CASES = {
    "/initiatives/{0.initiative}": (
        TALKERS,
        (
            *SAID,
            *("name_somebody", "rename_member", "hide", "show_again"),
            *("resolve", "reopen", "edit_initiative", "rename_team", "edit_cohort", "rename_person", "remove_member"),
        ),
    ),
    "/cohorts/{0.cohort}": (
        TALKERS,
        (
            "say",
            "edit_comment",
            "withdraw",
            "restore",
            "name_somebody",
            "rename_member",
            "hide",
            "show_again",
            "edit_initiative",
            "rename_team",
            "edit_cohort",
            "rename_person",
        ),
    ),
    "/teams/{0.team}": (
        TALKERS,
        ("rename_team", "edit_cohort", "edit_initiative", "join_member", "rename_member", "remove_member"),
    ),
}
WATCHED = {
    "/cohorts/{0.cohort}": (("Greta", "Hana"), ("rename_team", "edit_cohort")),
    "/teams/{0.team}": (
        ("Greta", "Hana"),
        ("rename_team", "edit_cohort", "join_member", "rename_member", "remove_member"),
    ),
}
# A team's page follows its whole cohort and shows a part of it: what it cannot place makes it load itself again.
RELOADS = {"/teams/{0.team}"}


def cases() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for table in (CASES, WATCHED):
        for page, (names, deeds) in table.items():
            yield from ((page, name, deeds) for name in names)


@pytest.mark.parametrize(("page", "name", "names_of_deeds"), list(cases()))
def test_page_kept_open_equals_a_fresh_one(
    house: House, world: World, page: str, name: str, names_of_deeds: tuple[str, ...]
) -> None:
    deeds, wrong = Deeds(house, world), []
    for deed in names_of_deeds:
        try:
            path, act = page.format(world.tide), getattr(deeds, deed)
            assert_live_equals_fresh(house, world.people[name], path, act, reloads=page in RELOADS)
        except AssertionError as difference:
            wrong.append(f"{deed}: {difference}")
    assert not wrong, "\n".join(wrong)


def test_first_words_in_an_empty_talk(house: House, world: World) -> None:
    def first() -> None:
        sent = house.visit(world.people["Amara"]).post(
            f"/threads/{world.reed.thread}/comments", data={"text": "First!"}
        )
        assert sent.status_code == 303

    assert_live_equals_fresh(house, world.people["Chiara"], f"/initiatives/{world.reed.initiative}", first)


def test_author_is_told_what_is_theirs_and_nobody_else_is(house: House, world: World) -> None:
    path, deeds = f"/initiatives/{world.tide.initiative}", Deeds(house, world)
    with following(house, world.people["Chiara"], path) as author, following(house, world.people["Esi"], path) as other:
        deeds.say("Chiara", "Whose is this?")
        for follower in (author, other):
            assert_same(*follower.settle(), path)
        assert [frame["mine"] for frame in author.frames if "mine" in frame]
        assert [frame for frame in other.frames if "mine" in frame] == []
        assert "Whose is this?" in normal(other.page)
        sent = [frame["content"] for frame in other.frames if frame.get("content")]
        assert sent
        trace = (f'"{world.people["Chiara"]}"', f"person-{world.people['Chiara']}", world.emails["Chiara"])
        assert [text for text in sent if any(mark in text for mark in trace)] == []


@pytest.mark.parametrize("name", ["Amara", "Esi"])
def test_several_readers_of_one_vantage_get_the_same_bytes(house: House, world: World, name: str) -> None:
    path, reader = f"/initiatives/{world.tide.initiative}", world.people[name]
    with following(house, reader, path) as one, following(house, reader, path) as two:
        renders = house.inside.pages.renders
        Deeds(house, world).say()
        # A page asked for at the same moment may render the same beside the hub.
        one.pump(0.5)
        one.settle()
        two.settle()
        changes = [[frame for frame in follower.frames if frame.get("content")] for follower in (one, two)]
        assert changes[0] == changes[1] != []
        # The comment, its reactions and the list of its answers; the page asked for afresh shows what the hub rendered.
        # Amara's team is told of it: the number at her bell is seen from a vantage of its own.
        assert house.inside.pages.renders - renders <= (4 if name == "Amara" else 3)


def test_reply_to_a_form_is_what_others_are_pushed(house: House, world: World) -> None:
    path = f"/initiatives/{world.tide.initiative}"
    with following(house, world.people["Bram"], path) as follower:
        answer = house.visit(world.people["Amara"]).post(
            f"/threads/{world.tide.thread}/comments", data={"text": "Same bytes"}, headers={"hx-request": "true"}
        )
        assert answer.status_code == 200
        follower.settle()
        pushed = [frame["content"] for frame in follower.frames if "Same bytes" in frame.get("content", "")]
        assert pushed
        assert pushed[0] in answer.text


@pytest.mark.parametrize("name", ["Greta", "Hana"])
def test_hidden_activity_cannot_be_counted(house: House, world: World, name: str) -> None:
    deeds, path = Deeds(house, world), f"/cohorts/{world.tide.cohort}"
    assert "Have you tried" in house.visit(world.people["Amara"]).get(path).text
    with following(house, world.people[name], path) as follower:
        before, heard = normal(follower.load()), len(follower.frames)
        for act in (deeds.say, deeds.reply, deeds.edit_comment, deeds.withdraw, deeds.resolve, deeds.edit_initiative):
            act()
        follower.pump(1.0)
        assert [frame for frame in follower.frames[heard:] if not frame.get("beat")] == []
        assert len({frame["at"] for frame in follower.frames if frame.get("beat")}) == 1
        assert normal(follower.load()) == before
    assert "Have you tried" not in before


def test_presence_follows_who_comes_and_goes(house: House, world: World) -> None:
    path = f"/cohorts/{world.tide.cohort}"
    with following(house, world.people["Amara"], path) as follower:
        with following(house, world.people["Chiara"], path):
            assert_same(*follower.settle(), "Chiara came")
            assert "2 people here" in presence(follower)
        follower.pump(0.8)
        assert_same(*follower.settle(), "Chiara left")
        assert "One person here" in presence(follower)


def test_presence_is_right_after_a_short_cut(house: House, world: World) -> None:
    """Who came and went while this page was cut off, shorter than it takes to count as away."""
    path = f"/cohorts/{world.tide.cohort}"
    with following(house, world.people["Amara"], path) as follower:
        follower.cut()
        with following(house, world.people["Chiara"], path):
            follower.connect()
            assert_same(*follower.settle(), "back after a short cut")
            assert "2 people here" in presence(follower)


def presence(follower: Follower) -> str:
    found = follower.page.xpath("//*[starts-with(@id, 'presence-cohort-')]")
    assert found, "the page does not show who is here"
    return str(found[0].text_content())


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_frames_come_in_the_language_of_the_reader(house: House, world: World, language: str) -> None:
    house.visit(world.people["Chiara"]).post(
        "/profile/preferences", data={"name": "Chiara", "time_zone": "Europe/Rome", "language": language}
    )
    deeds, path = Deeds(house, world), f"/initiatives/{world.tide.initiative}"
    assert_live_equals_fresh(house, world.people["Chiara"], path, deeds.withdraw_reply)
    assert_live_equals_fresh(house, world.people["Chiara"], path, deeds.resolve)


def test_change_of_language_sends_the_page_to_load_again(house: House, world: World) -> None:
    with following(house, world.people["Chiara"], f"/initiatives/{world.tide.initiative}") as follower:
        house.visit(world.people["Chiara"]).post(
            "/profile/preferences", data={"name": "Chiara", "time_zone": "Europe/Rome", "language": "en-XA"}
        )
        assert follower.closed_with() == 4403


def test_harness_notices_a_frame_that_never_came(house: House, world: World) -> None:
    """The harness is worth nothing if it passes without the frames."""
    path = f"/initiatives/{world.tide.initiative}"
    with following(house, world.people["Esi"], path) as follower:
        Deeds(house, world).say()
        follower.frames.clear()
        kept, fresh = normal(follower.page), normal(follower.load())
        assert kept != fresh
    with pytest.raises(AssertionError, match="changed nothing"):
        assert_live_equals_fresh(house, world.people["Esi"], path, lambda: None)


def test_old_position_is_told_to_start_over(databases: Databases, database_kind: str) -> None:
    """A log that no longer reaches back, and one of another epoch, say so instead of leaving a gap."""
    with databases.copy(database_kind) as (url, world), running(url) as house:
        path, amara = f"/initiatives/{world.tide.initiative}", world.people["Amara"]
        follower = Follower(house, amara, path)
        stale = ",".join(
            f"{part.split('.')[0]}.0000beef.{part.split('.')[2]}" for part in follower.positions.split(",")
        )
        follower.socket = house.socket(amara, stale)
        frame = follower.next(3)
        assert frame is not None
        assert frame.get("resync") is True
        follower.cut()
