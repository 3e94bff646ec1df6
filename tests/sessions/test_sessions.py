"""A session from its draft to its end: planned, published, made a draft again, said anew, duplicated, called off."""

from __future__ import annotations

import re
from typing import Any

from cohorts.models import Attribution
from feedback.models import Notice
from server.clock import utc_now
from sessions import sessions, telling
from sessions.models import OpenTo, SessionPart, SlotAnswer
from sessions.sessions import SESSION, SessionFacts
from tests.house import House
from tests.scheduled import DAY, drafted, offered, session_now, session_plan
from tests.sessions.conftest import Browse, parsed
from tests.world import World

SECRET = "A session nobody may know of"


def form(world: World, **changed: str) -> dict[str, str]:
    texts = {"theme": SECRET, "purpose": "Why *not*", "materials": "Read [this](https://example.org).", "version": "0"}
    items = {"item_1_title": "Begin", "item_1_minutes": "10", "item_3_title": "Talk", "item_3_minutes": "30"}
    people = {"lead_1_person": str(world.people["Farid"]), "lead_1_part": "leads"}
    people |= {"lead_2_person": str(world.people["Esi"]), "lead_2_part": "helps"}
    guests = {"guest_1_name": "Nadia", "guest_1_about": "Asks"}
    rules = {"open_to": "cohort", "attribution": "role", "remind_60": "yes"}
    return texts | items | people | guests | rules | changed


def stored(house: House, theme: str = SECRET) -> SessionFacts:
    with house.database() as db:
        (found,) = sessions.read(db, SESSION.c.theme == theme)
        return found


def told(house: House, kind: str) -> set[int]:
    return {one.person_id for one in house.rows(Notice) if one.kind == kind}


def test_from_draft_to_publication(house: House, world: World, browse: Browse) -> None:
    farid, listed = browse("Farid"), f"/cohorts/{world.tide.cohort}/sessions"
    made = farid.post(listed, data=form(world, key="one"))
    assert made.status_code == 303
    assert farid.post(listed, data=form(world, key="one")).headers["location"] == made.headers["location"]
    facts = stored(house)
    here = f"/sessions/{facts.id}"
    with house.database() as db:
        plan = sessions.plan_of(db, facts)
    assert [(one.title, one.minutes) for one in plan.agenda] == [("Begin", 10), ("Talk", 30)]
    assert (plan.leaders, plan.helpers) == ((world.people["Farid"],), (world.people["Esi"],))
    assert (plan.guests, plan.reminders, plan.attribution) == ((("Nadia", "Asks"),), (60,), Attribution.ROLE)
    for name in ("Amara", "Chiara", "Esi", "Greta", "Hana"):
        assert browse(name).get(here).status_code == 404, name
        assert SECRET not in browse(name).get(listed).text
        assert SECRET not in browse(name).get(f"/cohorts/{world.tide.cohort}").text
    assert SECRET in farid.get(listed).text
    asked = parsed(farid.get(f"{here}/publication").text).text_content()
    assert "4 people are told" in asked
    assert "Team member: 3" in asked
    assert farid.post(f"{here}/publication").status_code == 303
    assert farid.post(f"{here}/publication").status_code == 403, "it is published"
    page = browse("Amara").get(here).text
    for words in (SECRET, "Esi Okoro", "helps", "Nadia", "Chatham House rule", "No date yet"):
        assert words in page, words
    assert told(house, telling.PUBLISHED) == {world.people[name] for name in ("Amara", "Bram", "Chiara", "Esi")}
    assert SECRET in browse("Amara").get("/notices").text


def test_planning_moves_no_stream_others_follow(house: House, world: World, browse: Browse) -> None:
    path = f"/cohorts/{world.tide.cohort}/sessions"
    before = browse("Amara").get(path).text
    browse("Farid").post(path, data=form(world))
    facts = stored(house)
    with house.database(writing=True) as db:
        offered(db, facts, 9 * DAY, utc_now())
    browse("Farid").post(f"/sessions/{facts.id}/cancellation", data={"why": "No"})
    after = browse("Amara").get(path).text
    followed = re.findall(r"/live\?at=([^&\"]+)", before)
    assert followed
    assert re.findall(r"/live\?at=([^&\"]+)", after) == followed
    assert parsed(before).text_content().split() == parsed(after).text_content().split()


def test_draft_again_while_nobody_answered(house: House, world: World, browse: Browse) -> None:
    session_id = world.sessions[world.tide.cohort]
    here = f"/sessions/{session_id}"
    farid = browse("Farid")
    assert farid.post(f"{here}/publication/undoing").status_code == 303
    assert browse("Amara").get(here).status_code == 404
    assert farid.post(f"{here}/publication").status_code == 303
    assert told(house, telling.PUBLISHED)
    assert farid.post(f"{here}/publication/undoing").status_code == 303
    assert not told(house, telling.PUBLISHED), "there is nothing to read there any more"
    farid.post(f"{here}/publication")
    answer(house, world, "Amara")
    refused = farid.post(f"{here}/publication/undoing")
    assert refused.status_code == 422
    assert "people answered to it (1)" in refused.text
    assert browse("Amara").get(here).status_code == 200


def answer(house: House, world: World, name: str) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    with house.database(writing=True) as db:
        who: dict[str, Any] = {"person_id": world.people[name], "membership_id": world.memberships[name]}
        db.add(SlotAnswer(slot_id=slot_id, **who, answer="yes", at=utc_now(), seated_at=utc_now()))


def test_wrong_input_comes_back_filled_in(world: World, browse: Browse) -> None:
    path = f"/cohorts/{world.tide.cohort}/sessions"
    wrong = {
        "theme": "",
        "item_1_minutes": "soon",
        "item_2_hint": "A hint alone",
        "video_url": "javascript:alert(1)",
        "lead_2_person": str(world.people["Jun"]),
        "lead_3_person": str(world.people["Farid"]),
        "guest_2_about": "Nobody",
    }
    first = browse("Farid").post(path, data=form(world, **wrong))
    assert first.status_code == 422
    for words in ("Say what the session is about", "Give a whole address", "A hint alone", "Nobody", "Why *not*"):
        assert words in first.text, words
    rest = {name: text for name, text in wrong.items() if name not in ("theme", "video_url")}
    second = browse("Farid").post(path, data=form(world, **rest))
    for words in (
        "Give a number from 1 to",
        "Give this item a title",
        "Choose somebody from the list",
        "in the list already",
    ):
        assert words in second.text, words
    assert "Say who comes" in second.text


def test_more_rows_save_nothing(house: House, world: World, browse: Browse) -> None:
    page = browse("Farid").post(f"/cohorts/{world.tide.cohort}/sessions", data=form(world, more="yes"))
    assert page.status_code == 200
    assert len(parsed(page.text).xpath("//input[starts-with(@id, 'item_')][contains(@id, '_title')]")) == 8
    assert parsed(page.text).xpath("//input[@id='item_3_title']/@value") == ["Talk"]
    assert "another look" not in page.text
    with house.database() as db:
        assert sessions.read(db, SESSION.c.theme == SECRET) == []


def test_two_who_edit_at_once(house: House, world: World, browse: Browse) -> None:
    session_id = world.sessions[world.tide.cohort]
    here, farid = f"/sessions/{session_id}", browse("Farid")
    with house.database() as db:
        version = str(session_now(db, session_id).version)
    assert farid.post(f"{here}/details", data=form(world, version=version, theme="First")).status_code == 303
    second = farid.post(f"{here}/details", data=form(world, version=version, theme="Second"))
    assert second.status_code == 422
    assert "Somebody else changed this session meanwhile" in second.text
    tree = parsed(second.text)
    assert tree.xpath("//input[@id='theme']/@value") == ["Second"]
    (newer,) = tree.xpath("//input[@name='version']/@value")
    assert farid.post(f"{here}/details", data=form(world, version=newer, theme="Second")).status_code == 303
    assert "Second" in browse("Amara").get(here).text


def test_agenda_longer_than_a_slot(world: World, browse: Browse) -> None:
    here = f"/sessions/{world.sessions[world.tide.cohort]}"
    (version,) = parsed(browse("Farid").get(f"{here}/edit").text).xpath("//input[@name='version']/@value")
    long = form(world, version=version, item_3_minutes="95")
    page = browse("Farid").post(f"{here}/details", data=long)
    assert page.status_code == 422
    assert "15 minutes longer" in page.text


def test_duplicate_is_a_draft_without_times(house: House, world: World, browse: Browse) -> None:
    here = f"/sessions/{world.sessions[world.tide.cohort]}/copies"
    made = browse("Farid").post(here, data={"theme": "Again", "key": "k"})
    again = browse("Farid").post(here, data={"theme": "Again", "key": "k"})
    assert again.headers["location"] == made.headers["location"]
    facts = stored(house, "Again")
    with house.database() as db:
        plan, first = (sessions.plan_of(db, one) for one in (facts, session_now(db, world.sessions[world.tide.cohort])))
    assert (plan.agenda, plan.guests, plan.leaders, plan.purpose) == (
        *(first.agenda, first.guests, first.leaders, first.purpose),
    )
    assert facts.published_at is None
    assert browse("Amara").get(f"/sessions/{facts.id}").status_code == 404


def test_called_off_with_its_slots(house: House, world: World, browse: Browse) -> None:
    here = f"/sessions/{world.sessions[world.tide.cohort]}"
    answer(house, world, "Amara")
    assert "Say why" in browse("Farid").post(f"{here}/cancellation", data={"why": " "}).text
    assert browse("Farid").post(f"{here}/cancellation", data={"why": "The hall is wet."}).status_code == 303
    page = browse("Chiara").get(here).text
    assert "The hall is wet." in page
    assert page.count('class="slot slot-cancelled"') == 2
    assert told(house, telling.OFF) == {world.people["Amara"]}
    assert browse("Farid").get(f"{here}/edit").status_code == 403
    with house.database() as db:
        facts = session_now(db, world.sessions[world.tide.cohort])
    assert facts.cancelled_why == "The hall is wet."


def test_sponsors_read_what_is_open_to_the_programme_and_follow_nothing(
    house: House, world: World, browse: Browse
) -> None:
    farid = world.people["Farid"]
    with house.database(writing=True) as db:
        plan = session_plan(farid, theme="For all", open_to=OpenTo.PROGRAMME)
        facts = drafted(db, world.tide.cohort, farid, plan, utc_now())
        offered(db, facts, DAY, utc_now())
        sessions.publish(db, facts, by_id=farid, now=utc_now())
    page = browse("Greta").get(f"/sessions/{facts.id}")
    assert page.status_code == 200
    assert "For all" in page.text
    assert "meet.example.org" not in page.text, "the way into the call is for those who attend"
    assert "/live?at=&" not in browse("Amara").get(f"/sessions/{facts.id}").text
    assert "/live?at=&" in page.text, "no stream at all"
    listed = browse("Greta").get(f"/cohorts/{world.tide.cohort}/sessions").text
    assert "For all" in listed
    assert "Learning from what fails" not in listed


def test_leader_is_one_of_the_programme(house: House, world: World) -> None:
    with house.database() as db:
        parts = sessions.parts_of(db, world.sessions[world.tide.cohort])
    assert parts == {world.people["Farid"]: SessionPart.LEADS}
