"""Prompts on a session and those who should not leave them: twice, too long, too late, from elsewhere."""

from __future__ import annotations

import pytest

from cohorts import memberships
from cohorts.models import Membership
from feedback.advice.models import Prompt
from feedback.threads import AUDIENCE
from server.clock import utc_now
from tests.house import House
from tests.sessions.left import COHORT, RUNNERS, Session
from tests.world import World

WORDS = "Who is not in the room?"


@pytest.fixture
def session(house: House, world: World) -> Session:
    return Session(house, world)


def form(session: Session, **more: str) -> dict[str, str]:
    return {"kind": "question", "text": WORDS, "audience": session.audience(COHORT), "key": "one-key"} | more


def removed(house: House, world: World, name: str) -> None:
    with house.database(writing=True) as db:
        held = db.get_one(Membership, world.memberships[name])
        memberships.remove(db, held, by=world.people["Farid"], now=utc_now())


def test_form_sent_twice_leaves_one_prompt(session: Session, house: House) -> None:
    sent = [session.send("Esi", f"{session.path}/prompts", **form(session)) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert [one.text for one in house.rows(Prompt) if one.session_id == session.id] == [WORDS]


def test_whoever_was_removed_meanwhile_leaves_none_and_reads_none(session: Session, house: House, world: World) -> None:
    own, other = session.leave(to=RUNNERS), session.leave()
    esi, before = session.browser("Esi"), len(house.rows(Prompt))
    assert esi.get(f"{session.path}/prompts/new").status_code == 200
    removed(house, world, "Esi")
    assert esi.post(f"{session.path}/prompts", data=form(session)).status_code == 404
    for path in (f"{session.path}/prompts/new", f"{session.path}/prompts/own", f"/prompts/{own}", f"/prompts/{other}"):
        answer = esi.get(path)
        assert (answer.status_code, WORDS in answer.text) == (404, False), path
    withdrawn = esi.post(f"/prompts/{other}/withdrawal")
    assert withdrawn.status_code == 404
    assert len(house.rows(Prompt)) == before


def test_other_circles_and_other_programmes_are_not_there(session: Session, house: House, world: World) -> None:
    with house.database() as db:
        mine = {session.audience(COHORT), session.audience(RUNNERS)}
        others = [str(one.id) for one in db.execute(AUDIENCE.select()) if str(one.id) not in mine]
    assert len(others) > 2
    for audience in (*others, "0", "x"):
        refused = session.browser("Esi").post(f"{session.path}/prompts", data=form(session, audience=audience))
        assert refused.status_code in (400, 404, 422), audience
    jun = session.browser("Jun")
    assert jun.post(f"{session.path}/prompts", data=form(session)).status_code == 404
    assert not [one for one in house.rows(Prompt) if one.session_id == session.id]


def test_what_is_too_long_comes_back_whole(session: Session, house: House) -> None:
    words = "x" * 10_001
    refused = session.browser("Esi").post(f"{session.path}/prompts", data=form(session, text=words))
    assert refused.status_code == 422
    assert words in refused.text
    assert not [one for one in house.rows(Prompt) if one.session_id == session.id]
