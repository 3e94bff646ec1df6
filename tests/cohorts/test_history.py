"""The history of an initiative: every version with what changed in it, and any two compared."""

from __future__ import annotations

import pytest

from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def browse(house: House, world: World) -> Browse:
    return lambda name: house.visit(world.people[name])


def words_of(page: str, tag: str) -> list[str]:
    """What is marked with that element, without the words for those who do not see the mark."""
    found = []
    for element in parsed(page).iter(tag):
        for hidden in element.find_class("visually-hidden"):
            hidden.text = ""
        found.append(element.text_content().strip())
    return found


def test_each_version_shows_what_changed(browse: Browse, world: World, house: House) -> None:
    deeds, where = Deeds(house, world), f"/initiatives/{world.tide.initiative}/history"
    first = browse("Esi").get(where).text
    assert "This is how it was first written." in first
    assert "Compare" not in first
    deeds.edit_initiative("Tide: reach everybody in time", tried="Sirens and *bells*.")
    page = browse("Esi").get(where).text
    assert words_of(page, "ins") == ["*bells*"] or "bells" in " ".join(words_of(page, "ins"))
    assert "leaflets" in " ".join(words_of(page, "del"))
    assert page.index("Version 2") < page.index("Version 1")
    assert "Amara Okoro" in page
    assert f'href="{where}"' in browse("Esi").get(f"/initiatives/{world.tide.initiative}").text


def test_two_versions_are_compared(browse: Browse, world: World, house: House) -> None:
    deeds, where = Deeds(house, world), f"/initiatives/{world.tide.initiative}/history"
    for text in ("One bell.", "Two bells.", "Three bells and a drum."):
        deeds.edit_initiative("Tide: reach everybody in time", tried=text)
    forth, back = (browse("Chiara").get(f"{where}?from={a}&to={b}").text for a, b in ((2, 4), (4, 2)))
    for page in (forth, back):
        assert "What changed from version 2 to version 4" in page
        assert "Three bells and a drum" in " ".join(words_of(page, "ins"))
        assert "One bell" in " ".join(words_of(page, "del"))
        assert "Two bells" not in page
    assert "Nothing in the texts is different." in browse("Chiara").get(f"{where}?from=2&to=2").text


@pytest.mark.parametrize("query", ["from=1&to=99", "from=x&to=1", "from=-1&to=1", "from=1&to=9999999999999999"])
def test_versions_that_never_were_are_not_found(browse: Browse, world: World, query: str) -> None:
    assert browse("Chiara").get(f"/initiatives/{world.tide.initiative}/history?{query}").status_code == 404


def test_a_long_history_has_pages(browse: Browse, world: World, house: House) -> None:
    deeds, where = Deeds(house, world), f"/initiatives/{world.tide.initiative}/history"
    for number in range(2, 24):
        deeds.edit_initiative(f"Title {number}")
    seen, page = [], browse("Chiara").get(where).text
    while True:
        tree = parsed(page)
        seen += [int(head.get("id").removeprefix("version-")) for head in tree.find_class("version-title")]
        older = [link.get("href") for link in tree.iter("a") if (link.text or "").strip() == "Older versions"]
        if not older:
            break
        page = browse("Chiara").get(older[0]).text
    assert seen == list(range(23, 0, -1))
    assert browse("Chiara").get(f"{where}?upto=0").status_code == 200


def test_markup_in_old_versions_is_text(browse: Browse, world: World, house: House) -> None:
    Deeds(house, world).edit_initiative("Title", tried="<script>alert(1)</script>")
    assert "<script>alert" not in browse("Chiara").get(f"/initiatives/{world.tide.initiative}/history").text


def test_sponsors_and_owners_read_no_history(browse: Browse, world: World) -> None:
    where = f"/initiatives/{world.tide.initiative}/history"
    assert "leaflets" in browse("Esi").get(f"/initiatives/{world.tide.initiative}").text
    answers = {name: browse(name).get(where).status_code for name in ("Greta", "Hana", "Dmitri", "Jun", "Ivo")}
    assert answers == {"Greta": 403, "Hana": 404, "Dmitri": 404, "Jun": 404, "Ivo": 404}
