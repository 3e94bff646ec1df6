"""Files with comments, in a browser without scripts: given, shown, had by whoever may, and gone with the words."""

from __future__ import annotations

import io
import re

import httpx
import pytest
from PIL import Image

from feedback.attachments import ADDED, OF_COMMENT, UNSENT
from feedback.models import Comment
from server import filetypes
from server.clock import utc_now
from server.files import CHUNK, StoredFile
from server.limits import take
from tests import attached
from tests.feedback.conftest import Browse, parsed
from tests.feedback.test_speed import questions
from tests.house import House
from tests.world import World

PDF = b"%PDF-1.7\n" + attached.noise(300_000)


def say(client: httpx.Client, thread: int, *given: tuple[str, bytes], **fields: str) -> httpx.Response:
    """Send a comment with files the way a browser without scripts does."""
    sent = [("file", (name, content, "application/octet-stream")) for name, content in given]
    return client.post(f"/threads/{thread}/comments", data={"text": "Look at this", **fields}, files=sent or None)


def give(client: httpx.Client, thread: int, *given: tuple[str, bytes], **fields: str) -> httpx.Response:
    """Put files into the form and go on writing."""
    sent = [("file", (name, content, "application/octet-stream")) for name, content in given]
    return client.post(f"/threads/{thread}/attachments", data=fields, files=sent)


def links(page: str, id_: str = "") -> list[str]:
    """Where the files of a page, or of one thing in it, can be had."""
    tree = parsed(page)
    within = tree.get_element_by_id(id_) if id_ else tree
    return [str(one.get("href")) for one in within.cssselect(".file > a")]


def new_comment(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text[:2000]
    return answer.headers["location"].partition("#")[2]


def waiting(house: House) -> list[StoredFile]:
    return [one for one in house.rows(StoredFile) if one.owner_kind == UNSENT]


def test_every_kind_comes_back_byte_for_byte_or_made_anew(browse: Browse, world: World) -> None:
    chiara, esi, tide = browse("Chiara"), browse("Esi"), world.tide
    for name, content in attached.EACH.items():
        comment = new_comment(say(chiara, tide.thread, (name, content)))
        (link,) = links(esi.get(f"/initiatives/{tide.initiative}").text, comment)
        got = esi.get(link)
        picture = name.startswith("map")
        assert got.status_code == 200
        assert picture or got.content == content
        assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["content-disposition"].startswith("inline;" if picture else "attachment;"), name
        if picture:
            assert Image.open(io.BytesIO(got.content)).size == (8, 6)
            shown = Image.open(io.BytesIO(esi.get(f"{link}/preview").content))
            assert shown.format == "WEBP"
        else:
            assert esi.get(f"{link}/preview").status_code == 404


def test_the_name_is_shown_and_saved_clean(browse: Browse, world: World) -> None:
    chiara, esi, tide = browse("Chiara"), browse("Esi"), world.tide
    name = "..\\\u202efdp.<b>\u00fcber</b>\u0007.exe"
    field = "Content-Disposition: form-data; name="
    body = f'--line\r\n{field}"text"\r\n\r\nWords\r\n--line\r\n{field}"file"; filename="{name}"\r\n\r\n'.encode()
    body += b"%PDF-1.4\r\n--line--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=line"}
    comment = new_comment(chiara.post(f"/threads/{tide.thread}/comments", content=body, headers=headers))
    page = esi.get(f"/initiatives/{tide.initiative}").text
    (link,) = links(page, comment)
    assert "\u202e" not in page
    assert "fdp.&lt;b&gt;\u00fcber&lt;" not in page  # only what follows the last slash is a name
    got = esi.get(link)
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''b%3E.exe.pdf"


def test_ranges_are_parts_of_the_file(browse: Browse, world: World) -> None:
    chiara = browse("Chiara")
    comment = new_comment(say(chiara, world.tide.thread, ("plan.pdf", PDF)))
    (link,) = links(chiara.get(f"/initiatives/{world.tide.initiative}").text, comment)
    for first, last in ((0, 9), (CHUNK - 3, CHUNK + 3), (CHUNK, len(PDF) - 1)):
        got = chiara.get(link, headers={"range": f"bytes={first}-{last}"})
        assert (got.status_code, got.content) == (206, PDF[first : last + 1])
        assert got.headers["content-range"] == f"bytes {first}-{last}/{len(PDF)}"
    assert chiara.get(link, headers={"range": "bytes=9999999-"}).status_code == 416
    assert chiara.get(link).content == PDF


def test_a_rejected_form_keeps_its_files_and_its_words(browse: Browse, house: House, world: World) -> None:
    chiara, tide = browse("Chiara"), world.tide
    refused = say(chiara, tide.thread, ("plan.pdf", PDF), ("drawing.svg", b"<svg/>"), text="Words that stay")
    assert refused.status_code == 422
    assert "Words that stay" in refused.text
    assert "drawing.svg" in refused.text
    assert "a browser would run what is in them" in refused.text
    assert "plan.pdf" in refused.text
    (kept,) = waiting(house)
    empty = say(chiara, tide.thread, text=" ", attached=str(kept.id))
    assert (empty.status_code, "plan.pdf" in empty.text) == (422, True)
    # On another day too, and for nobody else.
    assert "plan.pdf" in chiara.get(f"/threads/{tide.thread}/composer").text
    assert "plan.pdf" not in browse("Esi").get(f"/threads/{tide.thread}/composer").text
    assert browse("Esi").get(f"/attachments/{kept.id}").status_code == 404
    assert browse("Bram").post(f"/attachments/{kept.id}/removal").status_code == 404
    assert chiara.get(f"/attachments/{kept.id}").content == PDF
    comment = new_comment(say(chiara, tide.thread, text="Words that stay", attached=str(kept.id)))
    assert links(browse("Esi").get(f"/initiatives/{tide.initiative}").text, comment) == [f"/attachments/{kept.id}"]
    assert waiting(house) == []


def test_a_file_goes_into_the_form_and_out_of_it_and_the_words_stay(browse: Browse, house: House, world: World) -> None:
    chiara, thread = browse("Chiara"), world.tide.thread
    given = give(chiara, thread, ("map.png", attached.picture()), text="Half a sentence")
    assert (given.status_code, given.headers["location"]) == (303, f"/initiatives/{world.tide.initiative}#composer")
    form = chiara.get(f"/threads/{thread}/composer").text
    assert "Half a sentence" in form
    assert "map.png" in form
    (kept,) = waiting(house)
    described = {"text": "Half a sentence, and more", f"alt-{kept.id}": "The  river\nat night"}
    # The draft was saved under another version than the form was shown with.
    version = re.search(r'name="draft" value="(\d+)"', form)
    assert version
    assert chiara.post(f"/attachments/{kept.id}/removal", data={**described, "draft": version[1]}).status_code == 303
    form = chiara.get(f"/threads/{thread}/composer").text
    assert "Half a sentence, and more" in form
    assert "map.png" not in form
    assert waiting(house) == []


def test_what_a_picture_shows_is_told(browse: Browse, house: House, world: World) -> None:
    chiara, tide = browse("Chiara"), world.tide
    give(chiara, tide.thread, ("map.png", attached.picture()))
    (kept,) = waiting(house)
    sent = {"attached": str(kept.id), f"alt-{kept.id}": 'The "river" <at> night'}
    comment = new_comment(say(chiara, tide.thread, **sent))
    shown = parsed(browse("Esi").get(f"/initiatives/{tide.initiative}").text).get_element_by_id(comment)
    (image,) = shown.cssselect("img.file-picture")
    assert image.get("alt") == 'The "river" <at> night'
    assert (image.get("width"), image.get("height"), image.get("loading")) == ("8", "6", "lazy")


def test_files_cost_the_page_no_question(browse: Browse, house: House, world: World) -> None:
    chiara, path = browse("Chiara"), f"/initiatives/{world.tide.initiative}"
    chiara.get(path)
    before = questions(house, chiara, path)
    for name in ("plan.pdf", "map.png"):
        new_comment(say(chiara, world.tide.thread, (name, attached.EACH[name])))
    give(chiara, world.tide.thread, ("waiting.txt", b"Not sent"))
    chiara.get(path)
    assert questions(house, chiara, path) == before


def test_a_comment_carries_five_files(browse: Browse, house: House, world: World) -> None:
    chiara, thread = browse("Chiara"), world.tide.thread
    six = [(f"{number}.txt", f"Text {number}".encode()) for number in range(6)]
    refused = say(chiara, thread, *six)
    assert refused.status_code == 422
    assert "5 files at most" in refused.text
    assert [one.name for one in waiting(house)] == [f"{number}.txt" for number in range(5)]
    ids = " ".join(str(one.id) for one in waiting(house))
    comment = new_comment(say(chiara, thread, attached=ids))
    assert len(links(chiara.get(f"/initiatives/{world.tide.initiative}").text, comment)) == 5


def test_a_form_sent_twice_attaches_once(browse: Browse, house: House, world: World) -> None:
    chiara, thread = browse("Chiara"), world.tide.thread
    before = len(house.rows(Comment))
    first, second = (say(chiara, thread, ("plan.pdf", PDF), key="the-same-key") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(house.rows(Comment)) == before + 1
    assert [one.owner_kind for one in house.rows(StoredFile) if one.name == "plan.pdf"] == [OF_COMMENT]
    again = give(chiara, thread, ("plan.pdf", PDF)), give(chiara, thread, ("plan.pdf", PDF))
    assert [one.status_code for one in again] == [303, 303]
    assert len(waiting(house)) == 1


def test_ids_of_other_peoples_files_say_nothing(browse: Browse, house: House, world: World) -> None:
    give(browse("Esi"), world.tide.thread, ("esi.txt", b"Esi has not sent this."))
    give(browse("Chiara"), world.reed.thread, ("reed.txt", b"This belongs to another talk."))
    ids = " ".join(str(one.id) for one in waiting(house))
    comment = new_comment(say(browse("Chiara"), world.tide.thread, attached=f"{ids} 999999 x -1 {2**40}"))
    assert links(browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text, comment) == []
    assert len(waiting(house)) == 2


def test_too_many_uploads_wait(browse: Browse, house: House, world: World) -> None:
    with house.database(writing=True) as db:
        for _ in range(ADDED.most - 1):
            take(db, ADDED, str(world.people["Chiara"]), utc_now())
    chiara = browse("Chiara")
    assert give(chiara, world.tide.thread, ("last.txt", b"last")).status_code == 303
    refused = give(chiara, world.tide.thread, ("more.txt", b"more"))
    assert refused.status_code == 429
    assert "attached very many files" in refused.text
    assert give(browse("Esi"), world.tide.thread, ("more.txt", b"more")).status_code == 303


@pytest.mark.parametrize("name", ["Bram", "Farid"])
def test_a_polyglot_is_only_a_picture_afterwards(browse: Browse, world: World, name: str) -> None:
    evil = attached.picture("JPEG") + b"<html><script>alert(1)</script>" + attached.document()
    comment = new_comment(say(browse("Chiara"), world.tide.thread, ("cat.html", evil)))
    page = browse(name).get(f"/initiatives/{world.tide.initiative}").text
    (link,) = links(page, comment)
    got = browse(name).get(link)
    assert b"<script>" not in got.content
    assert b"PK\x03\x04" not in got.content
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["content-disposition"].endswith("''cat.html.jpg")
    refused = say(browse("Chiara"), world.tide.thread, ("cat.jpg", b"<html>" + evil))
    assert refused.status_code == 422
    assert str(filetypes.WEB)[:40] in refused.text
