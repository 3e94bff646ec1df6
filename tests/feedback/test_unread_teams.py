"""Which teams of a cohort have something new to a reader: marked beside the fragments, as of the moment they came."""

from __future__ import annotations

import re

from sqlalchemy import insert

from feedback.models import Comment, Withdrawal
from server.clock import utc_now
from tests.feedback.conftest import Browse
from tests.house import House
from tests.world import World


def marked(browse: Browse, world: World, name: str) -> set[int]:
    """The teams whose rows are marked on the page of their cohort."""
    page = browse(name).get(f"/cohorts/{world.tide.cohort}").text
    rules = re.findall(r"<style nonce=[^>]*>([^<]*)\{--new:\"New comments\"\}</style>", page)
    return {int(one) for rule in rules for one in re.findall(r"#team-(\d+)", rule)}


def test_a_team_is_marked_until_its_conversation_was_read(browse: Browse, world: World) -> None:
    tide, last = world.tide, max(world.tide.comments.values())
    assert marked(browse, world, "Amara") == {tide.team}  # she was never there
    browse("Amara").post(f"/threads/{tide.thread}/visit", data={"upto": str(last - 1)})
    assert marked(browse, world, "Amara") == {tide.team}
    browse("Amara").post(f"/threads/{tide.thread}/visit", data={"upto": str(last)})
    assert marked(browse, world, "Amara") == set()
    assert marked(browse, world, "Chiara") == {tide.team}
    browse("Amara").post(f"/comments/{last}/unread")
    assert marked(browse, world, "Amara") == {tide.team}


def withdraw(house: House, comment_ids: set[int]) -> None:
    left = comment_ids - {one.comment_id for one in house.rows(Withdrawal)}
    with house.database(writing=True) as db:
        db.execute(insert(Withdrawal), [{"comment_id": id_, "at": utc_now()} for id_ in left])


def test_own_and_withdrawn_words_are_not_new(browse: Browse, house: House, world: World) -> None:
    tide = world.tide
    browse("Bram").post(f"/threads/{tide.thread}/visit", data={"upto": "999999999"})
    form = {"text": "Mine", "place": f"thread-{tide.thread}", "key": "a-key-of-mine"}
    assert browse("Bram").post(f"/threads/{tide.thread}/comments", data=form).status_code == 303
    assert marked(browse, world, "Bram") == set()
    withdraw(house, set(tide.comments.values()))
    assert marked(browse, world, "Chiara") == {tide.team}  # what Bram said
    withdraw(house, {one.id or 0 for one in house.rows(Comment) if one.thread_id == tide.thread})
    assert marked(browse, world, "Chiara") == set()


def test_who_reads_no_talk_learns_nothing_of_it(browse: Browse, world: World) -> None:
    assert marked(browse, world, "Esi") == {world.tide.team}
    for name in ("Greta", "Hana"):
        assert marked(browse, world, name) == set(), name
