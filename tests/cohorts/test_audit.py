"""The audit log: everything for owners, their programme for facilitators, the newest first."""

from __future__ import annotations

import re

from server.audit import note
from server.clock import utc_now
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World


def fill(house: House, world: World, count: int = 1) -> None:
    with house.database(writing=True) as db:
        farid, chiara = world.people["Farid"], world.people["Chiara"]
        for number in range(count):
            words = f"<b>OURS</b> {number}"
            ours = world.tide.programme
            note(db, "invited", by_id=farid, person_id=chiara, programme_id=ours, now=utc_now(), words=words)
        theirs = world.foreign.programme
        note(db, "invited", by_id=world.people["Kofi"], programme_id=theirs, now=utc_now(), words="THEIRS")
        note(db, "person erased", by_id=None, now=utc_now(), words="NOBODY'S")


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r"OURS&lt;/b&gt; (\d+)", page)]


def test_facilitators_read_their_programme_and_owners_everything(house: House, world: World) -> None:
    fill(house, world)
    owner, facilitator = (house.visit(world.people[name]).get("/audit").text for name in ("Hana", "Farid"))
    assert [words in owner for words in ("OURS", "THEIRS", "NOBODY&#39;S")] == [True, True, True]
    assert [words in facilitator for words in ("OURS", "THEIRS", "NOBODY&#39;S")] == [True, False, False]
    assert "THEIRS" in house.visit(world.people["Kofi"]).get("/audit").text
    assert "<b>OURS" not in owner
    assert "Kofi" in owner
    assert "Kofi" not in facilitator


def test_what_was_done_on_a_page_is_read_there(house: House, world: World) -> None:
    Deeds(house, world).remove_member("Bram")
    shown = house.visit(world.people["Farid"]).get("/audit").text
    for words in ("Ended a membership", "Bram Okoro: member, Tide", "Farid Okoro", "Borders and beyond"):
        assert words in shown


def test_pages_go_on_by_id_and_keep_the_filter(house: House, world: World) -> None:
    fill(house, world, 120)
    client, path, seen = house.visit(world.people["Farid"]), "/audit?what=invited", []
    for _ in range(3):
        page = client.get(path).text
        seen.append(numbers(page))
        assert "what=invited" in page or len(seen) == 3
        found = re.search(r'href="(/audit\?[^"]*before=\d+)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert [number for page in seen for number in page] == list(range(119, -1, -1))
    assert path == ""


def test_filter_by_person_and_kind(house: House, world: World) -> None:
    fill(house, world)
    Deeds(house, world).remove_member("Bram")
    client, chiara = house.visit(world.people["Farid"]), world.people["Chiara"]
    about = client.get(f"/audit?person={chiara}").text
    assert "OURS" in about
    assert "Bram Okoro: member" not in about
    ended = client.get("/audit?what=membership+ended").text
    assert "OURS" not in ended
    assert "Bram Okoro: member" in ended
    assert "Nothing has been noted" in client.get("/audit?what=nonsense").text
    for query in ("person=x", "person=99999999999999", "before=-1", "what=%00"):
        assert client.get(f"/audit?{query}").status_code == 200, query


def test_people_to_choose_from_are_those_in_the_readers_part(house: House, world: World) -> None:
    fill(house, world)
    shown = house.visit(world.people["Farid"]).get("/audit").text
    assert f'<option value="{world.people["Chiara"]}">' in shown
    assert f'<option value="{world.people["Kofi"]}">' not in shown
    assert f'<option value="{world.people["Kofi"]}">' in house.visit(world.people["Hana"]).get("/audit").text
