"""Files go with their words: withdrawn, erased, left in a form, or their person gone."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from feedback.attachments import clear
from feedback.models import Draft, Withdrawal
from feedback.withdrawals import erase_withdrawn
from people import erasure
from people.erasure import ERASED
from server.clock import utc_now
from server.files import CONTENT, FILE, PIECE, StoredFile
from tests import attached
from tests.feedback.conftest import Browse
from tests.feedback.test_attachments import PDF, give, links, new_comment, say, waiting
from tests.house import House
from tests.world import World


def test_a_withdrawn_file_is_gone_at_once_and_erased_with_the_words(browse: Browse, house: House, world: World) -> None:
    chiara, esi, tide = browse("Chiara"), browse("Esi"), world.tide
    comment = new_comment(say(chiara, tide.thread, ("plan.pdf", PDF), ("map.png", attached.picture())))
    found = links(esi.get(f"/initiatives/{tide.initiative}").text, comment)
    assert [esi.get(one).status_code for one in found] == [200, 200]
    id_ = int(comment.removeprefix("comment-"))
    assert chiara.post(f"/comments/{id_}/withdrawal").status_code == 303
    page = esi.get(f"/initiatives/{tide.initiative}").text
    assert "plan.pdf" not in page
    for client in (esi, chiara):
        assert [client.get(one).status_code for one in (*found, f"{found[1]}/preview")] == [404, 404, 404]
    assert chiara.post(f"/comments/{id_}/restoration").status_code == 303
    assert [esi.get(one).status_code for one in found] == [200, 200]
    chiara.post(f"/comments/{id_}/withdrawal")
    with house.database(writing=True) as db:
        db.execute(update(CONTENT).values(at=utc_now() - timedelta(hours=2)))
        db.get_one(Withdrawal, id_).at = utc_now() - timedelta(hours=24.1)
        erase_withdrawn(db, now=utc_now())
    assert not [one for one in house.rows(StoredFile) if one.name in ("plan.pdf", "map.png") and one.owner_id == id_]
    until_cleared(house, PDF)


def until_cleared(house: House, content: bytes) -> None:
    """The job takes the bytes away; those of the world's own pictures stay."""
    digest, deadline = hashlib.sha256(content).hexdigest(), time.monotonic() + 15
    while True:
        with house.database() as db:
            left = db.execute(select(func.count()).select_from(PIECE).where(PIECE.c.digest == digest)).scalar_one()
            others = db.execute(select(func.count()).select_from(PIECE)).scalar_one()
        if not left:
            assert others
            return
        assert time.monotonic() < deadline, "nobody cleared it"
        time.sleep(0.05)


def test_whoever_leaves_takes_what_was_not_sent_and_with_their_words_the_rest(
    browse: Browse, house: House, world: World
) -> None:
    chiara, tide = browse("Chiara"), world.tide
    comment = new_comment(say(chiara, tide.thread, ("sent.txt", b"This was sent.")))
    give(chiara, tide.thread, ("unsent.txt", b"This was not."))
    mine = my_data(house, world.people["Chiara"])
    assert [one["name"] for one in mine["files"]] == ["sent.txt", "unsent.txt"]
    (link,) = links(browse("Esi").get(f"/initiatives/{tide.initiative}").text, comment)
    erase(house, world.people["Chiara"], words=False)
    assert browse("Esi").get(link).content == b"This was sent."
    assert waiting(house) == []
    comment = new_comment(say(browse("Bram"), tide.thread, ("words.txt", b"These go too.")))
    (link,) = links(browse("Esi").get(f"/initiatives/{tide.initiative}").text, comment)
    erase(house, world.people["Bram"], words=True)
    assert browse("Esi").get(link).status_code == 404
    assert my_data(house, world.people["Bram"])["files"] == []


def my_data(house: House, person_id: int) -> dict[str, Any]:
    with house.database() as db:
        return {name: rows for tell in house.inside.panels["my data"] for name, rows in tell(db, person_id).items()}


def erase(house: House, person_id: int, *, words: bool) -> None:
    with house.database(writing=True) as db:
        erasure.erase(db, person_id, now=utc_now(), words=words, tell=house.inside.panels[ERASED])


def test_files_wait_as_long_as_drafts_do(browse: Browse, house: House, world: World) -> None:
    give(browse("Chiara"), world.tide.thread, ("old.txt", b"Old"))
    give(browse("Chiara"), world.tide.thread, ("new.txt", b"New"))
    with house.database(writing=True) as db:
        db.execute(update(FILE).where(FILE.c.name == "old.txt").values(at=utc_now() - timedelta(days=91)))
        assert clear(db, now=utc_now()) == 1
    assert [one.name for one in waiting(house)] == ["new.txt"]
    assert house.rows(Draft) == []
