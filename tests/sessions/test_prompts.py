"""Prompts on a session: left by advisers, owed by those who run it, and everything else as on an initiative."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from cohorts.models import Attribution, Role
from feedback import notices
from feedback.advice.models import Response
from feedback.advice.responses import tell_back
from feedback.models import Notice, Thread
from people import erasure
from server.clock import utc_now
from sessions.models import SessionPart, SessionPerson, ThematicSession
from sessions.slots import SLOT
from tests.access.test_query_counts import counted
from tests.house import House
from tests.scheduled import drafted, session_now, session_plan
from tests.sessions.conftest import Browse, parsed
from tests.sessions.left import COHORT, RUNNERS, Session
from tests.world import World

WORDS = "Who is not in the room?"
OWED = "Prompts that wait for your answer"
THEME = "Learning from what fails"


@pytest.fixture
def session(house: House, world: World) -> Session:
    return Session(house, world)


def told(house: House, kind: str) -> set[int]:
    return {one.person_id for one in house.rows(Notice) if one.kind == kind}


def test_prompt_is_left_owed_and_answered(session: Session, house: House, world: World) -> None:
    assert "Leave a prompt for this session" in session.page("Esi")
    prompt = session.leave()
    for name in ("Amara", "Chiara", "Esi", "Farid"):
        assert WORDS in session.page(name), name
    assert OWED in session.page("Farid")
    for name in ("Amara", "Esi"):
        assert OWED not in session.page(name), name
    assert told(house, "session prompted") == {world.people["Farid"]}
    farid = session.browser("Farid")
    assert "There is a new prompt on a session that you run" in farid.get("/notices").text
    assert THEME in farid.get("/notices").text
    assert "Your answer" in farid.get(f"/prompts/{prompt}").text
    session.answer(prompt)
    assert OWED not in session.page("Farid")
    assert told(house, "own session answer") == {world.people["Esi"]}
    page = session.browser("Amara").get(f"/prompts/{prompt}").text
    assert "Took on" in page
    assert "We will ask" in page
    desk = parsed(session.browser("Esi").get("/desk").text)
    (listed,) = desk.xpath("//section[@aria-labelledby='on-sessions']//li")
    assert [word in listed.text_content() for word in ("Took on", WORDS, THEME)] == [True] * 3


def test_whoever_runs_it_answers_and_does_not_ask(session: Session, world: World) -> None:
    prompt = session.leave()
    for name in ("Farid", "Amara"):
        assert session.browser(name).get(f"{session.path}/prompts/new").status_code == 403, name
        assert "Leave a prompt for this session" not in session.page(name), name
    for name in ("Amara", "Esi"):
        answer = session.browser(name).post(f"/prompts/{prompt}/responses", data={"kind": "took on"})
        assert answer.status_code == 403, name
    # An adviser and somebody of a team who lead the session run it: they owe the answer, and do not ask.
    session.join("Bram")
    asked = session.leave("Asked by Bram", by="Bram")
    with session.house.database(writing=True) as db:
        for name, part in (("Esi", SessionPart.HELPS), ("Amara", SessionPart.LEADS)):
            where = {"session_id": session.id, "person_id": world.people[name]}
            db.add(SessionPerson(part=part, at=utc_now(), **where))
    for name in ("Esi", "Amara"):
        assert OWED in session.page(name), name
        assert session.browser(name).get(f"{session.path}/prompts/new").status_code == 403, name
        session.answer(asked, by=name, text=f"Says {name}.")
    page = session.browser("Bram").get(f"/prompts/{asked}").text
    assert [word in page for word in ("Says Esi.", "Says Amara.")] == [True, True]


def test_leaders_are_told_of_what_they_can_read(session: Session, house: House, world: World) -> None:
    with house.database(writing=True) as db:
        db.add(SessionPerson(session_id=session.id, person_id=world.people["Amara"], part="helps", at=utc_now()))
    session.leave(to=RUNNERS)
    assert told(house, "session prompted") == {world.people["Farid"]}
    session.leave("Another one")
    assert told(house, "session prompted") == {world.people["Farid"], world.people["Amara"]}


def test_for_those_who_run_it_alone(session: Session, world: World) -> None:
    prompt = session.leave("SECRET words", to=RUNNERS)
    for name in ("Amara", "Chiara"):
        assert "SECRET" not in session.page(name), name
        assert session.browser(name).get(f"/prompts/{prompt}").status_code == 404, name
    assert "SECRET words" in session.page("Farid")
    assert OWED in session.page("Farid")
    mine = session.page("Esi")
    assert "Your prompts to the facilitators alone" in mine
    assert "SECRET words" in mine
    session.say(prompt, "Among ourselves", by="Farid")
    session.answer(prompt, text="Answered to Esi")
    own = session.browser("Esi").get(f"/prompts/{prompt}").text
    assert "Answered to Esi" in own
    assert "Among ourselves" not in own
    assert session.browser("Esi").get(f"/threads/{session.stored(prompt).thread_id}").status_code == 404
    assert "Took on" in session.browser("Esi").get("/desk").text


def test_drafts_are_asked_by_nobody_and_no_prompt_goes_back_into_one(session: Session, world: World) -> None:
    farid, cohort = world.people["Farid"], world.tide.cohort
    with session.house.database(writing=True) as db:
        draft = drafted(db, cohort, farid, session_plan(farid, theme="A draft"), utc_now())
    for path in ("", "/prompts/new", "/prompts/own"):
        assert session.browser("Esi").get(f"/sessions/{draft.id}{path}").status_code == 404, path
    wanted = {"text": "x", "kind": "question", "audience": session.audience(COHORT), "key": "a"}
    assert session.browser("Esi").post(f"/sessions/{draft.id}/prompts", data=wanted).status_code == 404
    session.leave()
    undone = session.browser("Farid").post(f"{session.path}/publication/undoing")
    assert undone.status_code == 422
    assert "an adviser left a prompt on it" in undone.text


def test_sponsors_read_the_session_and_no_prompt(session: Session, world: World) -> None:
    prompt = session.leave()
    with session.house.database(writing=True) as db:
        db.get_one(ThematicSession, session.id).open_to = "programme"
    page = session.page("Greta")
    assert THEME in page
    assert WORDS not in page
    assert "From the board" not in page
    for path in (f"/prompts/{prompt}", f"{session.path}/prompts/new", f"{session.path}/prompts/own"):
        assert session.browser("Greta").get(path).status_code == 404, path


def test_another_adviser_agrees_and_everybody_talks(session: Session, house: House, world: World) -> None:
    session.join("Chiara")
    prompt = session.leave()
    session.send("Chiara", f"/prompts/{prompt}/stances/agree")
    assert session.browser("Farid").post(f"/prompts/{prompt}/stances/agree").status_code == 403
    session.say(prompt, "I would add the night shift", by="Chiara")
    session.say(prompt, "Thank you, @Esi", by="Amara")
    page = session.browser("Bram").get(f"/prompts/{prompt}").text
    assert [word in page for word in ("Chiara Okoro", "I would add the night shift", "Thank you")] == [True] * 3
    assert parsed(session.page("Bram")).xpath("//article[contains(@class, 'prompt')]//*[contains(text(), '2 ')]")
    assert told(house, "mention") == {world.people["Esi"]}
    # Those whose work it is are told of what begins there.
    assert world.people["Farid"] in told(house, "new")
    assert "I would add the night shift" in session.browser("Amara").get(f"/cohorts/{world.tide.cohort}").text
    assert THEME in session.browser("Esi").get("/notices").text


def test_edited_withdrawn_and_put_back(session: Session) -> None:
    prompt = session.leave()
    session.send("Esi", f"/prompts/{prompt}/versions", text="Who else?", version="1")
    page = session.browser("Amara").get(f"/prompts/{prompt}").text
    assert [word in page for word in ("Who else?", "What it said before", WORDS)] == [True] * 3
    session.send("Esi", f"/prompts/{prompt}/withdrawal")
    for name in ("Amara", "Farid"):
        assert "Who else?" not in session.page(name), name
        assert OWED not in session.page(name), name
    session.send("Esi", f"/prompts/{prompt}/restoration")
    assert "Who else?" in session.page("Farid")
    assert OWED in session.page("Farid")


def test_parked_comes_back_to_the_top(session: Session, house: House) -> None:
    prompt, now = session.leave(), utc_now()
    session.answer(prompt, kind="parked", until=(now + timedelta(days=9)).date().isoformat())
    assert OWED not in session.page("Farid")
    table: Any = Response.__table__  # type: ignore[attr-defined]
    with house.database(writing=True) as db:
        db.execute(update(table).values(back_at=now - timedelta(minutes=1)))
        assert tell_back(db, now) == 1
    assert OWED in session.page("Farid")


def test_draft_of_a_prompt_is_kept_in_its_form(session: Session) -> None:
    esi, place = session.browser("Esi"), f"asking-{session.id}"
    kept = {"place": place, "text": "Half a thought", "kind": "provocation", "draft": "0", "key": "k"}
    assert esi.post("/drafts", data=kept).status_code in (200, 303)
    assert "Half a thought" in esi.get(f"{session.path}/prompts/new").text
    assert esi.get(f"/drafts/{place}").headers["location"] == f"{session.path}/prompts/new"
    sent = {"text": "A whole thought", "kind": "question", "audience": session.audience(COHORT), "key": "k"}
    assert esi.post(f"{session.path}/prompts", data=sent).status_code == 303
    assert "Half a thought" not in esi.get(f"{session.path}/prompts/new").text


def test_stricter_rule_of_the_session_masks(session: Session, house: House, world: World) -> None:
    """What was said by name is masked when the session becomes stricter, on every surface; the cohort still names."""
    prompt = session.leave()
    session.say(prompt, "I would add the night shift", by="Chiara")
    cohort = f"/cohorts/{world.tide.cohort}"
    assert "Esi Okoro" in session.browser("Amara").get(f"/prompts/{prompt}").text
    with house.database() as db:
        facts = session_now(db, session.id)
    anew = {"theme": "Said anew", "version": str(facts.version), "open_to": "cohort", "attribution": "none"}
    session.send("Farid", f"{session.path}/details", **anew, item_1_title="Only this", item_1_minutes="30")
    with house.database() as db:
        assert {one.about for one in house.rows(Thread) if one.session_id == session.id} == {"Said anew"}
    for name in ("Amara", "Bram", "Farid"):
        page = session.browser(name).get(f"/prompts/{prompt}").text
        article = parsed(page).xpath("//article[contains(@class, 'asked')]")[0].text_content()
        assert "Esi" not in article, name
        talk = parsed(page).xpath("//section[@class='thread']")[0].text_content()
        assert "Chiara" not in talk, name
        cards = parsed(session.page(name)).xpath("//section[@class='advice']")[0].text_content()
        assert "Esi" not in cards, name
        news = parsed(session.browser(name).get(cohort).text).xpath("//*[starts-with(@id, 'news-')]//li")
        (said,) = (one.text_content() for one in news if "I would add the night shift" in one.text_content())
        assert "Chiara" not in said, name
    with house.database() as db:
        rows = [row for row in notices.latest(db, world.people["Farid"]) if row.comment_id is not None]
    assert {row.cohort_attribution for row in rows} == {Attribution.NONE}


def test_run_sheet_lists_what_waits(session: Session, world: World) -> None:
    slot = world.slots[world.tide.cohort][0]
    with session.house.database(writing=True) as db:
        db.execute(SLOT.update().where(SLOT.c.id == slot).values(starts_at=utc_now() - timedelta(minutes=5)))
    assert session.browser("Farid").post(f"/slots/{slot}/room/entry").status_code == 303
    for_all, for_them = session.leave("For all of them"), session.leave("For those who run it", to=RUNNERS)
    sheet = session.browser("Farid").get(f"/slots/{slot}/room/run-sheet").text
    assert [words in sheet for words in ("For all of them", "For those who run it")] == [True, True]
    session.answer(for_all)
    session.answer(for_them)
    sheet = session.browser("Farid").get(f"/slots/{slot}/room/run-sheet").text
    assert "For all of them" not in sheet
    assert "For those who run it" not in sheet
    assert "No prompt waits for an answer" in sheet
    # From the room an adviser finds the way to leave one, and nobody else does.
    for name, finds in (("Esi", True), ("Amara", False), ("Farid", False)):
        session.browser(name).post(f"/slots/{slot}/room/entry")
        page = session.browser(name).get(f"/slots/{slot}/room").text
        assert (f'href="{session.path}/prompts/new"' in page) == finds, name


def test_moderated_quoted_and_reported(session: Session, world: World) -> None:
    """What is said about a prompt on a session goes everywhere comments go."""
    prompt = session.leave()
    session.say(prompt, "REPORTED words", by="Amara")
    with session.house.database() as db:
        comment = max(row.comment_id or 0 for row in notices.latest(db, world.people["Farid"]))
    session.send("Chiara", f"/comments/{comment}/reports", reason="Unkind")
    assert THEME in session.browser("Farid").get(f"/programmes/{world.tide.programme}/reports").text
    for path in ("moderation", "history"):
        page = session.browser("Farid").get(f"/comments/{comment}/{path}").text
        assert THEME in page, path
    asked = {"passage": "REPORTED words", "purpose": "A report", "key": "q"}
    session.send("Esi", f"/comments/{comment}/quotes", **asked)
    assert THEME in session.browser("Amara").get("/quotes").text
    session.send("Farid", f"/comments/{comment}/hidings", reason="Names a neighbour")
    session.send("Amara", f"/comments/{comment}/withdrawal")
    # Nothing is said of the session as a whole: its own thread only carries prompts.
    whole = next(one.whole_id for one in session.house.rows(Thread) if one.id == session.stored(prompt).thread_id)
    said = {"text": "Said anyway", "key": secrets.token_hex(8)}
    assert session.browser("Amara").get(f"/threads/{whole}").status_code == 404
    assert session.browser("Amara").post(f"/threads/{whole}/comments", data=said).status_code == 404


def test_data_is_told_and_erased(session: Session, house: House, world: World, browse: Browse) -> None:
    prompt = session.leave("ERASED words")
    other = session.leave("Kept words")
    session.answer(other, text="ERASED answer")
    session.say(prompt, "ERASED comment", by="Esi")
    told_of = browse("Esi").post("/profile/data")
    assert told_of.status_code == 200
    assert "ERASED words" in told_of.text
    with house.database(writing=True) as db:
        erasure.erase(db, world.people["Esi"], now=utc_now(), words=True, tell=house.inside.panels["person erased"])
    page = session.page("Farid") + browse("Farid").get(f"/prompts/{prompt}").text
    assert "ERASED words" not in page
    assert "ERASED comment" not in page
    assert OWED not in session.page("Farid")


def test_page_of_a_session_asks_as_much_however_many_prompts(session: Session, house: House) -> None:
    counts = []
    for more in (1, 3):
        for _ in range(more):
            session.leave(secrets.token_hex(4))
        for name in ("Farid", "Amara"):
            session.page(name)
            with counted(house) as statements:
                session.page(name)
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_member_who_advises_as_well_asks_as_adviser(session: Session, world: World) -> None:
    session.join("Bram")
    prompt = session.leave("From the board", by="Bram")
    assert session.stored(prompt).membership_id == world.memberships[f"Bram as {Role.ADVISER}"]
