"""Words given to comments: once each, taken back, counted for all and told to nobody."""

from __future__ import annotations

import pytest

from feedback.models import Reaction
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.live.deeds import Deeds
from tests.live.follower import by_id
from tests.live.harness import assert_same, following
from tests.world import World


def shown(browse: Browse, world: World, name: str, comment: int) -> str:
    page = parsed(browse(name).get(f"/initiatives/{world.tide.initiative}").text)
    return " ".join(page.get_element_by_id(f"reactions-{comment}").xpath("string(.//p)").split())


def test_a_word_counts_once_for_each_person_and_can_be_taken_back(browse: Browse, house: House, world: World) -> None:
    comment, words = world.tide.comments["Chiara"], {}
    path = f"/comments/{comment}/reactions"
    for name, way in (("Amara", "helpful"), ("Amara", "helpful"), ("Esi", "helpful"), ("Amara", "thanks")):
        sent = browse(name).post(f"{path}/{way}")
        assert (sent.status_code, sent.headers["location"]) == (
            303,
            f"/initiatives/{world.tide.initiative}#comment-{comment}",
        )
    words["given"] = shown(browse, world, "Farid", comment)
    for _ in range(2):
        assert browse("Amara").post(f"{path}/helpful/removal").status_code == 303
    words["taken back"] = shown(browse, world, "Farid", comment)
    assert words == {"given": "Helpful 2Thank you 1", "taken back": "Helpful 1Thank you 1"}
    assert {(row.person_id, row.kind) for row in house.rows(Reaction)} == {
        (world.people["Esi"], "helpful"),
        (world.people["Amara"], "thanks"),
    }


@pytest.mark.parametrize(
    ("name", "whose", "word", "status"),
    [
        ("Chiara", "Chiara", "helpful", 403),
        ("Greta", "Chiara", "helpful", 404),
        ("Amara", "Chiara", "useless", 404),
        ("Amara", "Bram", "helpful", 403),  # withdrawn
    ],
)
def test_who_may_not(browse: Browse, house: House, world: World, name: str, whose: str, word: str, status: int) -> None:
    path = f"/comments/{world.tide.comments[whose]}/reactions"
    assert browse("Amara").post(f"/comments/{world.tide.comments['Chiara']}/reactions/thanks").status_code == 303
    assert browse(name).post(f"{path}/{word}").status_code == status
    assert browse(name).post(f"{path}/{word}/removal").status_code == status
    assert [row.kind for row in house.rows(Reaction)] == ["thanks"]


def test_whose_a_word_is_reaches_their_other_pages_and_nobody_else(house: House, world: World) -> None:
    comment, path = world.tide.comments["Chiara"], f"/initiatives/{world.tide.initiative}"
    mine, deeds = f"reaction-{comment}-helpful", Deeds(house, world)
    with following(house, world.people["Amara"], path) as own, following(house, world.people["Esi"], path) as other:
        deeds.send("Amara", f"/comments/{comment}/reactions/helpful")
        for page in (own, other):
            assert_same(*page.settle(), "given")
        assert mine in own.here.get("data-mine", "").split()
        assert mine not in other.here.get("data-mine", "").split()
        deeds.send("Esi", f"/comments/{comment}/reactions/helpful")
        assert_same(*own.settle(), "given by another")
        assert mine in own.here.get("data-mine", "").split()
        deeds.send("Amara", f"/comments/{comment}/reactions/helpful/removal")
        for page in (own, other):
            assert_same(*page.settle(), "taken back")
        assert mine not in own.here.get("data-mine", "").split()
        assert mine in other.here.get("data-mine", "").split()
        said = [frame for page in (own, other) for frame in page.frames if frame.get("say")]
        assert said == []
        assert own.resyncs == other.resyncs == 0


def test_reply_to_htmx_says_what_is_whose(browse: Browse, world: World) -> None:
    path = f"/comments/{world.tide.comments['Chiara']}/reactions/helpful"
    given = browse("Amara").post(path, headers={"hx-request": "true"})
    back = browse("Amara").post(f"{path}/removal", headers={"hx-request": "true"})
    mine = f"reaction-{world.tide.comments['Chiara']}-helpful"
    assert given.headers["hx-mine"] == back.headers["hx-anew"] == mine
    assert "<b>1</b>" in given.text
    assert "<b>" not in back.text


def test_nobody_learns_who_gave_a_word(house: House, world: World) -> None:
    comment, path = world.tide.comments["Chiara"], f"/initiatives/{world.tide.initiative}"
    with following(house, world.people["Chiara"], path) as page:
        Deeds(house, world).send("Esi", f"/comments/{comment}/reactions/thanks")
        assert_same(*page.settle(), "given")
        (told,) = [frame["content"] for frame in page.frames if f"reactions-{comment}" in frame.get("content", "")]
        assert "Esi" not in told
        assert str(world.people["Esi"]) not in told.replace(f"-{comment}", "").replace(f"/{comment}/", "").split('"')
        found = by_id(page.page, f"reactions-{comment}")
        assert found is not None
        assert "Esi" not in found.text_content()
