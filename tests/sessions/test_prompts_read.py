"""What prompts on a session are called where somebody chooses whom to ask, and where else they are read."""

from __future__ import annotations

import pytest

from server.clock import utc_now
from sessions.models import SessionPerson
from tests.house import House
from tests.sessions.conftest import parsed
from tests.sessions.left import RUNNERS, Session
from tests.world import World

THEME = "Learning from what fails"


@pytest.fixture
def session(house: House, world: World) -> Session:
    return Session(house, world)


def test_words_for_the_facilitators_say_who_else_leads_it_and_does_not_read_it(
    session: Session, house: House, world: World
) -> None:
    def offered() -> str:
        return " ".join(session.browser("Esi").get(f"{session.path}/prompts/new").text.split())

    beside = "facilitators only, not the others who lead it"
    assert "facilitators only" in offered()
    assert beside not in offered()
    with house.database(writing=True) as db:
        db.add(SessionPerson(session_id=session.id, person_id=world.people["Amara"], part="helps", at=utc_now()))
    assert beside in offered()
    prompt = session.leave("SECRET words", to=RUNNERS)
    assert session.browser("Amara").get(f"/prompts/{prompt}").status_code == 404
    assert "SECRET" not in session.page("Amara")
    assert "It has not been answered yet." in session.browser("Esi").get(f"/prompts/{prompt}").text


def test_references_are_on_the_reading_list_of_the_cohort(session: Session, house: House, world: World) -> None:
    path, book = f"/cohorts/{world.tide.cohort}/reading", {"kind": "reference", "url": "https://example.org/water"}
    assert "Nothing to read yet" in session.browser("Amara").get(path).text
    kept = session.leave("Read *this* first", source="How water moves", **book)
    session.leave("Not to be read", kind="question")
    session.leave("For few", to=RUNNERS, source="SECRET", kind="reference")
    (listed,) = parsed(session.browser("Chiara").get(path).text).xpath("//main//section[.//li[@class='reading']]")
    assert [link.get("href") for link in listed.xpath(".//a")] == [session.path, book["url"], f"/prompts/{kept}"]
    assert [word in listed.text_content() for word in (THEME, "How water moves", "Esi Okoro")] == [True] * 3
    seen = {name: session.browser(name).get(path) for name in ("Amara", "Esi", "Farid", "Dmitri", "Greta", "Hana")}
    assert {name for name, page in seen.items() if "How water moves" in page.text} == {"Amara", "Esi", "Farid"}
    assert {name for name, page in seen.items() if "SECRET" in page.text} == {"Farid"}
    assert session.browser("Esi").post(f"/prompts/{kept}/withdrawal").status_code == 303
    assert "How water moves" not in session.browser("Chiara").get(path).text
