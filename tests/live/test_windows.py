"""Promise 1 in every window of a long thread: the oldest comments, some between, and the newest."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from sqlalchemy import select

from feedback import comments
from feedback.models import Comment
from server.clock import utc_now
from tests.feedback.conftest import thread_for
from tests.house import House
from tests.live.deeds import Deeds
from tests.live.follower import Follower
from tests.live.harness import assert_same, following
from tests.world import World

SAID = 248
WINDOWS = {"oldest": "?from=1", "between": "?from=101", "newest": ""}
# A comment that stands in that window, by its number.
IN = {"oldest": 3, "between": 120, "newest": 240}


class Talk(Deeds):
    """What happens in a long talk on the work of team Reed. Every comment is Chiara's."""

    def __init__(self, house: House, world: World) -> None:
        super().__init__(house, world)
        self.ids: dict[int, int] = {}
        with house.database(writing=True) as db:
            thread = thread_for(db, world, "Chiara", world.reed)
            for number in range(1, SAID + 1):
                self.ids[number] = comments.post(
                    db,
                    thread,
                    membership_id=world.memberships["Chiara"],
                    author_id=world.people["Chiara"],
                    text=f"Thought number {number}",
                    language="en",
                    parent_id=None,
                    now=utc_now(),
                ).id

    @property
    def thread(self) -> str:
        return f"/threads/{self.world.reed.thread}"

    @property
    def page(self) -> str:
        return f"/initiatives/{self.world.reed.initiative}"

    def about(self, number: int) -> str:
        return f"/comments/{self.ids[number]}"

    def change(self, number: int) -> None:
        version = self.row(Comment, self.ids[number]).version
        self.send("Chiara", f"{self.about(number)}/versions", text=f"Better {version}", version=version)


@contextmanager
def windows(talk: Talk, name: str) -> Iterator[dict[str, Follower]]:
    with ExitStack() as stack:
        person = talk.world.people[name]
        yield {
            which: stack.enter_context(following(talk.house, person, talk.page + query))
            for which, query in WINDOWS.items()
        }


def settled(pages: dict[str, Follower], what: str) -> None:
    for which, page in pages.items():
        assert_same(*page.settle(), f"{which} after {what}")


@pytest.fixture
def talk(house: House, world: World) -> Talk:
    return Talk(house, world)


def deeds(talk: Talk, number: int) -> dict[str, Callable[[], None]]:
    about = talk.about(number)
    return {
        "reply": lambda: talk.say("Amara", "An answer", str(talk.ids[number])),
        "edit": lambda: talk.change(number),
        "react": lambda: talk.send("Amara", f"{about}/reactions/helpful"),
        "react again": lambda: talk.send("Esi", f"{about}/reactions/helpful"),
        "take back": lambda: talk.send("Amara", f"{about}/reactions/helpful/removal"),
        "withdraw": lambda: talk.send("Chiara", f"{about}/withdrawal"),
        "restore": lambda: talk.send("Chiara", f"{about}/restoration"),
    }


def said_on(page: Follower) -> str:
    """The conversation on a fresh page; the bell beside it may ring for whoever was answered."""
    (talk,) = page.load().xpath("//section[@class='thread']")
    return str(talk.text_content())


@pytest.mark.parametrize("name", ["Amara", "Chiara"])
def test_what_happens_in_one_window_leaves_every_window_right(talk: Talk, name: str) -> None:
    with windows(talk, name) as pages:
        for which, number in IN.items():
            for what, act in deeds(talk, number).items():
                before = {one: said_on(page) for one, page in pages.items()}
                act()
                settled(pages, f"{what} in {which}")
                changed = {one for one, page in pages.items() if said_on(page) != before[one]}
                assert changed == {which}, f"{what} in {which} changed {changed}"
        talk.say("Amara", "Another thought")
        settled(pages, "say")
        assert [page.resyncs for page in pages.values()] == [0, 0, 0]


def test_who_begins_a_block_makes_every_window_load_itself_once(talk: Talk) -> None:
    with windows(talk, "Amara") as pages:
        for number in range(SAID + 1, SAID + 5):
            talk.say("Amara", f"Thought number {number}")
            settled(pages, f"number {number}")
        assert "Thought number 252" in pages["newest"].page.text_content()
        assert "Thought number 200" not in pages["newest"].page.text_content()
        assert [page.resyncs for page in pages.values()] == [1, 1, 1]


def test_a_long_absence_over_the_edge_of_a_block(talk: Talk) -> None:
    with windows(talk, "Chiara") as pages:
        for page in pages.values():
            page.cut()
        for number in range(SAID + 1, SAID + 4):
            talk.say("Amara", f"Thought number {number}")
            talk.ids[number] = newest(talk)
        # The one that begins the block is read as it became, and the block must be there for it.
        talk.send("Amara", f"{talk.about(251)}/versions", text="Edited meanwhile", version="1")
        talk.say("Chiara", "An answer", str(talk.ids[251]))
        talk.send("Amara", f"{talk.about(249)}/withdrawal")
        for page in pages.values():
            page.connect()
        settled(pages, "an absence")


def newest(talk: Talk) -> int:
    with talk.house.database() as db:
        return max(row.id or 0 for row in db.execute(select(Comment)).scalars())


def test_withdrawn_between_page_and_socket(talk: Talk) -> None:
    page = Follower(talk.house, talk.world.people["Amara"], f"{talk.page}?from=1")
    talk.send("Chiara", f"{talk.about(7)}/withdrawal")
    page.connect()
    assert_same(*page.settle(), "withdrawn before the socket was there")
    assert "Thought number 7\n" not in page.page.text_content()
    page.cut()


def read(client: httpx.Client, path: str) -> list[str]:
    text = client.get(path).text
    return [word for word in ("number 1<", "number 100<", "number 101<", "number 200<", "number 248<") if word in text]


def test_pages_past_the_end_and_nonsense_show_the_newest(talk: Talk) -> None:
    client = talk.house.visit(talk.world.people["Amara"])
    assert read(client, talk.page) == ["number 200<", "number 248<"]
    assert read(client, f"{talk.page}?from=1") == ["number 1<", "number 100<"]
    assert read(client, f"{talk.page}?from=60") == ["number 100<", "number 101<"]
    for asked in ("249", "99999", "999999999999", "0", "-3", "x", "", "%00", "1e3", "²"):
        assert read(client, f"{talk.page}?from={asked}") == ["number 200<", "number 248<"], asked


def test_links_lead_through_the_whole_thread(talk: Talk) -> None:
    client, path, found = talk.house.visit(talk.world.people["Amara"]), talk.page, []
    while path:
        page = Follower(talk.house, talk.world.people["Amara"], path)
        found.append(path.removeprefix(talk.page))
        links = page.page.xpath("(//nav[@class='pager'])[1]/a[starts-with(., 'Earlier')]/@href")
        path = links[0] if links else ""
    assert found == ["", "?from=51#conversation", "?from=1#conversation"]
    first = Follower(talk.house, talk.world.people["Amara"], f"{talk.page}?from=1")
    labels = [link.text_content() for link in first.page.xpath("(//nav[@class='pager'])[1]/a")]
    assert labels == ["Later comments (101–200)", "Newest comments"]
    assert client.get(talk.about(3)).headers["location"] == f"{talk.page}?from=1#comment-{talk.ids[3]}"
    assert client.get(talk.about(120)).headers["location"] == f"{talk.page}?from=101#comment-{talk.ids[120]}"
    assert client.get(talk.about(248)).headers["location"] == f"{talk.page}#comment-{talk.ids[248]}"


def test_who_answers_in_an_old_window_is_led_there_and_who_speaks_to_the_newest(talk: Talk) -> None:
    client = talk.house.visit(talk.world.people["Amara"])
    sent = {"text": "An answer", "parent": str(talk.ids[3]), "key": secrets.token_hex(8)}
    assert (
        client.post(f"{talk.thread}/comments", data=sent).headers["location"].startswith(f"{talk.page}?from=1#comment-")
    )
    spoken = {"text": "A thought", "key": secrets.token_hex(8)}
    answer = client.post(f"{talk.thread}/comments", data=spoken, headers={"hx-request": "true"})
    assert answer.headers["hx-page"] == f"{talk.page}#{answer.headers['hx-mine']}"
    assert 'hx-swap="place-present"' in answer.text
