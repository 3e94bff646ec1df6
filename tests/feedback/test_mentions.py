"""Naming people in a comment: only those who may read it, shown as they are called now, and never a way to find out."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html as markup
from sqlalchemy import literal, select

from cohorts.memberships import join, standing_of
from cohorts.models import Role
from feedback import mentions
from feedback.models import Comment, Mention, Notice, Thread
from feedback.policies import belongs, visible_threads
from feedback.threads import AUDIENCE, THREAD
from people import organisations, persons
from people.erasure import GONE, erase
from server.app import PANELS
from server.clock import utc_now
from server.db import Database
from tests.feedback.conftest import Browse, seen_by
from tests.house import House
from tests.world import World


def say(browse: Browse, world: World, text: str, name: str = "Amara", thread: int | None = None, **fields: str) -> int:
    """That person's comment; its id."""
    sent = browse(name).post(f"/threads/{thread or world.tide.thread}/comments", data={"text": text, **fields})
    assert sent.status_code == 303, sent.text[:500]
    return int(sent.headers["location"].rpartition("-")[2])


def told(house: House, comment_id: int) -> dict[int, str]:
    return {row.person_id: row.kind for row in house.rows(Notice) if row.comment_id == comment_id}


def parsed(text: str) -> Any:
    return markup.fromstring(text)


def body(browse: Browse, world: World, comment_id: int, name: str = "Esi", page: str = "") -> str:
    page = page or f"/initiatives/{world.tide.initiative}"
    found: Any
    (found,) = parsed(browse(name).get(page).text).xpath(
        f"//*[@id='comment-{comment_id}']//div[contains(@class, 'comment-body')]"
    )
    return str(markup.tostring(found, encoding="unicode"))


def circle(house: House, world: World, kind: str) -> int:
    """The thread on Tide's initiative for that kind of audience."""
    with house.database() as db:
        found = select(THREAD.c.id).join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
        mine = (THREAD.c.initiative_id == world.tide.initiative, AUDIENCE.c.kind == kind, THREAD.c.subject_id.is_(None))
        return int(db.execute(found.where(*mine)).scalar_one())


def test_whoever_may_read_a_thread_can_be_named_and_nobody_else(database: Database, world: World) -> None:
    """The SQL of the list says the same as the vantage of each, for every thread there is."""
    checked = 0
    places = {one.initiative: one for one in (world.tide, world.reed, world.lantern, world.foreign)}
    with database.transaction(writing=False) as db:
        for thread in db.execute(select(Thread)).scalars().all():
            offered = {one.mark for one in mentions.everybody(db, thread.id or 0, "en").named}
            if thread.initiative_id not in places:
                continue
            place = places[thread.initiative_id]
            for name, person in world.people.items():
                seen = visible_threads(seen_by(db, world, name, place))
                reads = db.execute(select(THREAD.c.id).where(THREAD.c.id == thread.id, seen)).first() is not None
                assert (f"p{person}" in offered) == reads, f"{name} in thread {thread.id}"
                assert bool(db.execute(select(literal(1)).where(belongs(person, thread.audience_id))).scalar()) == reads
                checked += reads
    assert checked > 20


def test_named_by_full_name_and_by_first_name_alone(browse: Browse, house: House, world: World) -> None:
    comment = say(browse, world, "Ask @chiara okoro and @Esi, please. And @Team.")
    assert told(house, comment) == {
        world.people["Chiara"]: "mention",
        world.people["Esi"]: "mention",
        world.people["Bram"]: "new",
    }
    shown = body(browse, world, comment)
    assert '<bdi class="mention">@Chiara Okoro</bdi>' in shown
    assert '<bdi class="mention">@Esi Okoro</bdi>' in shown
    assert "@Team." in shown


def test_teams_and_the_board_are_told_as_their_people(browse: Browse, house: House, world: World) -> None:
    comment = say(browse, world, "For @Tide, @Reed and the @board.", "Farid")
    kinds = told(house, comment)
    assert kinds == {world.people[name]: "mention" for name in ("Amara", "Bram", "Chiara", "Esi")}
    assert body(browse, world, comment).count("mention") == 3
    house.visit(world.people["Esi"]).post(
        "/profile/preferences", data={"name": "Esi Okoro", "time_zone": "UTC", "language": "en-XA"}
    )
    assert "@bööärd" not in body(browse, world, comment)
    assert "@board" not in body(browse, world, comment)


def test_code_links_and_addresses_are_left_alone(browse: Browse, house: House, world: World) -> None:
    text = "`@Chiara Okoro` mail x@Chiara.org [@Chiara](https://example.org) \\@Chiara\n\n    @Chiara Okoro"
    comment = say(browse, world, text)
    assert "mention" not in body(browse, world, comment)
    assert house.rows(Mention) == []
    assert "mention" not in told(house, comment).values()


@pytest.mark.parametrize("name", ["Dmitri", "Greta", "Hana", "Ivo", "Jun", "Nobody"])
def test_whoever_may_not_read_it_is_words_and_the_author_is_told_before(
    browse: Browse, house: House, world: World, name: str
) -> None:
    amara = browse("Amara")
    words = f"What does @{name} think? And @Bram?"
    preview = amara.post("/previews", data={"place": f"thread-{world.tide.thread}", "text": words}).text
    assert f"Nobody who reads this is called “@{name}”: nobody is told there." in preview
    assert "unless they want to hear nothing of it: Bram." in preview
    comment = say(browse, world, words)
    assert told(house, comment).keys() == {world.people["Bram"]}
    assert f"What does @{name} think" in body(browse, world, comment)
    offered = amara.get(f"/threads/{world.tide.thread}/audience", params={"begins": name}).text
    assert "<li" not in offered
    assert "<li" in amara.get(f"/threads/{world.tide.thread}/audience", params={"begins": "Bram"}).text


def test_smaller_circle_reaches_its_own_people_only(browse: Browse, house: House, world: World) -> None:
    thread = circle(house, world, "team")
    comment = say(browse, world, "@Chiara @Esi @board @Reed @Bram @Farid", thread=thread)
    assert told(house, comment) == {world.people["Bram"]: "mention", world.people["Farid"]: "mention"}
    assert body(browse, world, comment, "Bram", f"/threads/{thread}").count("mention") == 2


def test_rename_removal_and_erasure_change_what_is_shown(browse: Browse, house: House, world: World) -> None:
    comment = say(browse, world, "Thank you, @Chiara Okoro!")
    browse("Amara").post(f"/comments/{comment}/versions", data={"text": "Thanks, @Chiara Okoro!", "version": "1"})
    browse("Chiara").post(
        "/profile/preferences", data={"name": "Chiara <b>Rossi</b>", "time_zone": "UTC", "language": "en"}
    )
    assert '<bdi class="mention">@Chiara &lt;b&gt;Rossi&lt;/b&gt;</bdi>' in body(browse, world, comment)
    assert browse("Esi").get(f"/comments/{comment}/history").text.count("Chiara &lt;b&gt;Rossi") == 2
    # Edited under the old name, which is what its author wrote.
    browse("Amara").post(f"/comments/{comment}/versions", data={"text": "Dear @Chiara Okoro!", "version": "2"})
    assert "Rossi" in body(browse, world, comment)
    browse("Farid").post(f"/memberships/{world.memberships['Chiara']}/removal")
    assert "mention" not in body(browse, world, comment)
    assert "@Chiara &lt;b&gt;Rossi" in body(browse, world, comment)
    with house.database(writing=True) as db:
        erase(db, world.people["Chiara"], now=utc_now(), words=False, tell=PANELS["person erased"])
    assert f"@{GONE}" in body(browse, world, comment)
    assert "Chiara" not in "".join(row.text + row.html for row in house.rows(Comment) if row.id == comment)
    assert "Chiara Okoro" not in browse("Esi").get(f"/comments/{comment}/history").text


def test_same_names_are_told_apart_or_not_offered(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        home = organisations.add(db, name="Elsewhere", country="PT")
        for mail, team in (
            ("a@example.org", world.tide.team),
            ("b@example.org", world.reed.team),
            ("c@example.org", world.reed.team),
        ):
            twin = persons.add(db, name="Bram Okoro", email=mail, organisation_id=home.id or 0)
            join(db, person=twin, role=Role.MEMBER, team_id=team, now=utc_now())
    with database.transaction(writing=False) as db:
        assert standing_of(db, world.people["Bram"]).held
        labels = [one.label for one in mentions.everybody(db, world.tide.thread, "en").named if "Bram" in one.label]
        assert labels == []
        assert mentions.read(db, world.tide.thread, "@Bram Okoro and @Bram", "en").found == {}


@pytest.mark.parametrize(
    "name", ["Anna *Bold* <b>x</b>", "<script>alert(1)</script>", 'A" onmouseover="x', "`code` _x_", "@@ [a](b)"]
)
def test_names_with_markup_stay_names(browse: Browse, house: House, world: World, name: str) -> None:
    with house.database(writing=True) as db:
        db.execute(persons.Person.__table__.update().where(persons.Person.id == world.people["Bram"]).values(name=name))  # type: ignore[attr-defined]
    comment = say(browse, world, f"Hello @{name} there", "Esi")
    assert told(house, comment).get(world.people["Bram"]) == "mention"
    found: Any
    (found,) = parsed(body(browse, world, comment)).xpath("//bdi[@class='mention']")
    assert found.text_content() == f"@{name}"
    assert len(found) == 0


def test_two_hundred_names_in_one_comment_and_thirty_at_once(browse: Browse, house: House, world: World) -> None:
    with house.database(writing=True) as db:
        home = organisations.add(db, name="Crowd", country="PT")
        for number in range(200):
            one = persons.add(
                db, name=f"Crowd{number:03} Person", email=f"crowd{number}@example.org", organisation_id=home.id or 0
            )
            join(db, person=one, role=Role.MEMBER, team_id=world.reed.team, now=utc_now())
    comment = say(browse, world, " ".join(f"@Crowd{number:03}" for number in range(200)))
    named = [kind for kind in told(house, comment).values() if kind == "mention"]
    assert len(named) == 50
    everybody = say(browse, world, "All of @Reed!")
    assert [*told(house, everybody).values()].count("mention") == 201
    assert "Crowd000" in browse("Amara").get(f"/threads/{world.tide.thread}/audience?begins=crowd").text
    assert browse("Amara").get(f"/threads/{world.tide.thread}/audience?begins=crowd").text.count("<li") == 8


def test_list_is_the_same_whoever_has_spoken(browse: Browse, world: World) -> None:
    path = f"/threads/{world.tide.thread}/audience"
    before = browse("Amara").get(path).text
    say(browse, world, "I speak", "Esi")
    say(browse, world, "And I", "Chiara")
    assert browse("Amara").get(path).text == browse("Bram").get(path).text == before
